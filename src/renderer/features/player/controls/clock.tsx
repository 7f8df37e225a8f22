import { useFormat } from '../../../i18n/format.ts';
import { usePlayer, usePlayerState } from '../player-context.ts';

export function Clock() {
  const format = useFormat();
  const { source } = usePlayer();
  const position = usePlayerState(({ positionMs }) => format.clock(positionMs));
  return (
    <p className="player-clock numbers" aria-hidden="true">
      {position} / {format.clock(source.durationMs)}
    </p>
  );
}
