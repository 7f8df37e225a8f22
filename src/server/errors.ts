import { TeachifyError, type ErrorCode } from '../shared/errors.ts';

const statuses: Partial<Record<ErrorCode, number>> = {
  bad_request: 400,
  wrong_credentials: 401,
  session_expired: 401,
  not_enrolled: 403,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  payload_too_large: 413,
  disk_full: 507,
  rate_limited: 429,
  server_error: 503,
};

/** The HTTP status of an expected failure; 500 for what no client should meet. */
export function statusOf(error: TeachifyError): number {
  return statuses[error.code] ?? 500;
}

export const notEnrolled = () => new TeachifyError('not_enrolled', 'Access denied');
export const notFound = (what: string) => new TeachifyError('not_found', `${what} not found`);
export const sessionExpired = (why: string) => new TeachifyError('session_expired', why);
