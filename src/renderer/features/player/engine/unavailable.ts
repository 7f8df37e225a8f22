import { errorCodeSchema, type ErrorCode } from '../../../../shared/errors.ts';

/** The status by which main says "not now", with its reason in a header; see core/playback. */
export const notNow = 503;

export function reasonOf(response: Pick<Response, 'headers'>): ErrorCode {
  const reason = errorCodeSchema.safeParse(response.headers.get('x-teachify-reason'));
  return reason.success ? reason.data : 'not_on_this_computer';
}
