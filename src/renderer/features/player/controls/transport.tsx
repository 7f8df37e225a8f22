import { Pause, Play, RotateCcw, RotateCw, SkipForward, Undo2 } from 'lucide-react';
import { IconButton } from '../../../components/icon-button.tsx';
import { useText } from '../../../i18n/text.ts';
import { usePlayer, usePlayerState } from '../player-context.ts';

const jumpMs = 10_000;

export function Transport({ next }: { next: (() => void) | null }) {
  const text = useText();
  const { playback } = usePlayer();
  return (
    <>
      <PlayButton />
      <IconButton label={text('player.back10')} shortcut="J" onPress={() => playback?.seekBy(-jumpMs)}>
        <RotateCcw size={20} aria-hidden="true" />
      </IconButton>
      <IconButton label={text('player.forward10')} shortcut="L" onPress={() => playback?.seekBy(jumpMs)}>
        <RotateCw size={20} aria-hidden="true" />
      </IconButton>
      {next ? (
        <IconButton className="player-wide" label={text('shortcuts.next')} shortcut="Shift N" onPress={next}>
          <SkipForward size={20} aria-hidden="true" />
        </IconButton>
      ) : null}
    </>
  );
}

function PlayButton() {
  const text = useText();
  const { playback } = usePlayer();
  const playing = usePlayerState((state) => state.playing);
  const ended = usePlayerState((state) => state.ended);
  const label = text(playing ? 'player.pause' : ended ? 'player.replay' : 'player.play');
  const Icon = playing ? Pause : ended ? Undo2 : Play;
  return (
    <IconButton className="player-play" label={label} shortcut="K" onPress={() => playback?.toggle()}>
      <Icon size={22} fill={ended && !playing ? 'none' : 'currentColor'} aria-hidden="true" />
    </IconButton>
  );
}
