import { isTeachifyError, TeachifyError } from '../../shared/errors.ts';

const local = /^(localhost|127(?:\.\d+){3}|\[::1\])(:\d+)?(\/|$)/i;

/** A server's address as typed, made whole and comparable: with a scheme, without a slash at the end. Throws bad_request. */
export function readServerAddress(text: string): string {
  const typed = text.trim();
  const whole = /^[a-z][a-z0-9+.-]*:\/\//i.test(typed) ? typed : `${local.test(typed) ? 'http' : 'https'}://${typed}`;
  const url = URL.canParse(whole) ? new URL(whole) : null;
  const fits = url && /^https?:$/.test(url.protocol) && !url.username && !url.password && !url.search && !url.hash;
  if (!fits) throw new TeachifyError('bad_request', 'This is not the address of a server');
  return url.href.replace(/\/+$/, '');
}

/** Plain http that leaves this computer: anyone on the way could read passwords and tokens. */
export function isOpenToOthers(address: string): boolean {
  const url = URL.parse(address);
  return url?.protocol === 'http:' && !local.test(url.host);
}

/** Whether https failed because plain http answered, as OpenSSL and BoringSSL put it. */
export function speaksPlainHttp(error: unknown): boolean {
  if (!isTeachifyError(error, 'tls_failed') || !(error.cause instanceof Error)) return false;
  const code = 'code' in error.cause ? String(error.cause.code) : '';
  return /wrong[_ ]version[_ ]number|packet[_ ]length[_ ]too[_ ]long|http[_ ]request/i.test(`${code} ${error.cause.message}`);
}
