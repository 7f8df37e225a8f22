import { TeachifyError } from '../../shared/errors.ts';

/** A storage that answers, and will say the same again: a wrong key, no such bucket, more than the plan allows. @param why never a secret */
export function refusedForGood(why: string, cause?: unknown): TeachifyError {
  return new TeachifyError('server_error', `The media storage refuses what it is asked to do: ${why}`, { cause, retryable: false });
}
