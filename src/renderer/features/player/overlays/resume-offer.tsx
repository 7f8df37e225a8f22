import { useEffect, useState } from 'react';
import { Button } from '../../../components/button.tsx';
import { useFormat } from '../../../i18n/format.ts';
import { useText } from '../../../i18n/text.ts';
import { useAppStores } from '../../../stores/stores.ts';
import { usePlayer } from '../player-context.ts';

const shownMs = 10_000;

interface ResumeOfferProps {
  readonly atMs: number;
  /** Where one was on this machine, when another one went on far from it. */
  readonly hereMs: number | null;
}

/** Says that it went on where one was, and offers the other place and the beginning for a while. */
export function ResumeOffer({ atMs, hereMs }: ResumeOfferProps) {
  const text = useText();
  const format = useFormat();
  const { playback } = usePlayer();
  const { later } = useAppStores();
  const [shown, setShown] = useState(true);
  useEffect(() => later(shownMs, () => setShown(false)), [later]);
  if (!shown) return null;
  const goTo = (ms: number) => {
    playback?.seekTo(ms);
    setShown(false);
  };
  return (
    <div className="player-resume" role="status">
      <p>{text(hereMs === null ? 'player.resumed' : 'player.resumedElsewhere', { time: format.clock(atMs) })}</p>
      {hereMs === null ? null : <Button onPress={() => goTo(hereMs)}>{text('player.goOnHere', { time: format.clock(hereMs) })}</Button>}
      <Button onPress={() => goTo(0)}>{text('player.startOver')}</Button>
    </div>
  );
}
