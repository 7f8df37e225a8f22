import { Button } from 'react-aria-components/Button';
import { useFormat } from '../../../i18n/format.ts';
import { usePlayer, usePlayerState } from '../player-context.ts';

/** The parts of the lesson; a click goes to the beginning of one. */
export function Chapters() {
  const format = useFormat();
  const { source, playback } = usePlayer();
  const now = usePlayerState(({ positionMs }) => source.chapters.findLastIndex(({ startMs }) => startMs <= positionMs));
  return (
    <ol className="transcript">
      {source.chapters.map(({ startMs, title }, index) => (
        <li key={startMs}>
          <Button className="transcript-line" {...(index === now ? { 'aria-current': 'true' as const } : {})} onPress={() => playback?.seekTo(startMs)}>
            <span className="transcript-time numbers">{format.clock(startMs)}</span>
            <span dir="auto">{title}</span>
          </Button>
        </li>
      ))}
    </ol>
  );
}
