import { useCallback, useEffect, useState } from 'react';
import { Button } from '../../../components/button.tsx';
import { useFormat } from '../../../i18n/format.ts';
import { useText } from '../../../i18n/text.ts';
import { useAppStores } from '../../../stores/stores.ts';
import { usePlayer, usePlayerState } from '../player-context.ts';

const shownMs = 10_000;

/** Once an opening: from the first picture for a while, until the student chooses or goes elsewhere. What lies over it meanwhile takes of its time. */
export function useResumeOffer(): { resumed: boolean; close: () => void } {
  const { later } = useAppStores();
  const [isOver, setOver] = useState(false);
  const close = useCallback(() => setOver(true), []);
  const resumed = usePlayerState((state) => state.resumed);
  const started = usePlayerState((state) => state.started);
  useEffect(() => (started ? later(shownMs, close) : undefined), [started, later, close]);
  return { resumed: resumed && started && !isOver, close };
}

interface ResumeOfferProps {
  readonly atMs: number;
  /** Where one was on this machine, when another one went on far from it. */
  readonly hereMs: number | null;
  readonly onChosen: () => void;
}

/** Says that it went on where one was, and offers the other place and the beginning. */
export function ResumeOffer({ atMs, hereMs, onChosen }: ResumeOfferProps) {
  const text = useText();
  const format = useFormat();
  const { playback } = usePlayer();
  const goTo = (ms: number) => {
    playback?.seekTo(ms);
    onChosen();
  };
  return (
    <div className="player-resume" role="status">
      <p>{text(hereMs === null ? 'player.resumed' : 'player.resumedElsewhere', { time: format.clock(atMs) })}</p>
      {hereMs === null ? null : <Button onPress={() => goTo(hereMs)}>{text('player.goOnHere', { time: format.clock(hereMs) })}</Button>}
      <Button onPress={() => goTo(0)}>{text('player.startOver')}</Button>
    </div>
  );
}
