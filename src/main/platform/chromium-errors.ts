import type { ErrorCode } from '../../shared/errors.ts';

/** Chromium's names (net/base/net_error_list.h) in our words, the first that fits. */
const codes: readonly (readonly [RegExp, ErrorCode])[] = [
  [/ERR_CERT_DATE_INVALID/, 'clock_wrong'],
  [/ERR_CERT_|ERR_SSL_|ERR_BAD_SSL|ERR_ECH_/, 'tls_failed'],
  [/ERR_INTERNET_DISCONNECTED|ERR_NETWORK_ACCESS_DENIED/, 'offline'],
  [/TIMED_OUT/, 'timeout'],
  [/ERR_TOO_MANY_REDIRECTS|ERR_INVALID_RESPONSE|ERR_INVALID_HTTP_RESPONSE|ERR_RESPONSE_HEADERS|ERR_CONTENT_DECODING/, 'unexpected_answer'],
];

export function codeOfChromium(error: unknown): ErrorCode {
  const message = error instanceof Error ? error.message : '';
  return codes.find(([pattern]) => pattern.test(message))?.[1] ?? 'unreachable';
}
