import { TeachifyError } from '../../shared/errors.ts';

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
