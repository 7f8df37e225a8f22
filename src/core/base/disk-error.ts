import { TeachifyError } from '../../shared/errors.ts';

/** The disk's refusals in our words. */
export function diskError(error: unknown): TeachifyError {
  if (error instanceof TeachifyError) return error;
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'ENOSPC' || code === 'EDQUOT') return new TeachifyError('disk_full', 'The disk is full', { cause: error });
  if (code === 'EACCES' || code === 'EPERM' || code === 'EBUSY' || code === 'EROFS') {
    return new TeachifyError('disk_denied', 'The disk refuses to be written', { cause: error });
  }
  return new TeachifyError('disk_failed', 'The disk failed', { cause: error });
}
