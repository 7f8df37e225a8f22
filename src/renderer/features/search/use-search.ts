import { useEffect, useState } from 'react';
import type { CallOutput } from '../../../shared/contracts/bridge.ts';
import { useAppStores } from '../../stores/stores.ts';
import { useFailureNotice } from '../../stores/use-attempt.ts';

export type SearchResult = CallOutput<'transcripts.search'>;

/** Typing goes on faster than this; then it is looked for. */
const pauseMs = 200;

/** What was found for these words; null before the first answer. The last answer stays until the next one. */
export function useSearch(words: string): SearchResult | null {
  const { remote, later } = useAppStores();
  const failed = useFailureNotice();
  const [result, setResult] = useState<SearchResult | null>(null);
  useEffect(() => {
    let overtaken = false;
    const stop = later(pauseMs, () => {
      remote.call('transcripts.search', { words }).then((found) => void (overtaken || setResult(found)), failed);
    });
    return () => {
      overtaken = true;
      stop();
    };
    // eslint-disable-next-line react-hooks/exhaustive-deps -- how a failure is worded is no reason to search again
  }, [words, remote, later]);
  return result;
}
