import { useCallback } from 'react';
import { isTeachifyError } from '../../shared/errors.ts';
import { errorWords } from '../i18n/errors.ts';
import { useText } from '../i18n/text.ts';
import { useNotices } from './stores.ts';

/** What needs no words: the student called it off, or the lock itself says so. */
const silent: ReadonlySet<string> = new Set(['cancelled', 'locked']);

/** Shows an expected failure as a notice; anything else is a bug and goes on up. */
export function useFailureNotice(): (error: unknown) => void {
  const text = useText();
  const show = useNotices((notices) => notices.show);
  return useCallback(
    (error) => {
      if (!isTeachifyError(error)) throw error;
      if (!silent.has(error.code)) show({ tone: 'danger', ...errorWords(text, error.code, error.details) });
    },
    [text, show],
  );
}

/** Runs what the student asked for and says so when it fails. */
export function useAttempt(): (run: () => Promise<unknown>) => void {
  const failed = useFailureNotice();
  return useCallback((run) => void run().catch(failed), [failed]);
}
