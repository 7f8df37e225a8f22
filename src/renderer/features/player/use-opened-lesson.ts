import { useCallback, useEffect, useState } from 'react';
import type { PlaybackSource } from '../../../shared/contracts/playback.ts';
import { isTeachifyError, type TeachifyError } from '../../../shared/errors.ts';
import { useAppStores, useConnection, useProgress } from '../../stores/stores.ts';
import { loadHlsEngine } from './engine/load-hls-engine.ts';

export type OpenedLesson =
  | { readonly status: 'opening' }
  | { readonly status: 'open'; readonly source: PlaybackSource }
  | { readonly status: 'failed'; readonly error: TeachifyError };

/** Opens the lesson for as long as it is shown. One that failed for want of the line is opened again when the line is back. */
export function useOpenedLesson(lessonId: string): { opened: OpenedLesson; again: () => void } {
  const { remote } = useAppStores();
  const decided = useProgress((progress) => progress.decided);
  const [opened, setOpened] = useState<OpenedLesson>({ status: 'opening' });
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    let closed = false;
    let mediaId: string | null = null;
    setOpened({ status: 'opening' });
    // Meanwhile; when it cannot be loaded, the playback that needs it says so.
    loadHlsEngine().catch(() => undefined);
    const opening = async () => {
      // Or the place, and the round that is reported, would be those that are about to count no more.
      await decided(lessonId);
      return closed ? null : remote.call('playback.open', { lessonId });
    };
    opening().then(
      (source) => {
        if (!source) return;
        mediaId = source.mediaId;
        if (closed) void remote.call('playback.close', { mediaId });
        else setOpened({ status: 'open', source });
      },
      (error: unknown) => {
        if (!isTeachifyError(error)) throw error;
        if (!closed) setOpened({ status: 'failed', error });
      },
    );
    return () => {
      closed = true;
      if (mediaId !== null) void remote.call('playback.close', { mediaId });
    };
  }, [remote, decided, lessonId, attempt]);

  const again = useCallback(() => setAttempt((count) => count + 1), []);
  const online = useConnection((connection) => connection.state.status === 'online');
  const failed = opened.status === 'failed';
  useEffect(() => {
    if (online && failed) again();
    // eslint-disable-next-line react-hooks/exhaustive-deps -- only the line's return counts, which mends leases too; a failure while online is for the student to try again
  }, [online]);
  return { opened, again };
}
