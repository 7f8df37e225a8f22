import { useEffect, useState } from 'react';
import { Button } from '../../../components/button.tsx';
import { useFormat } from '../../../i18n/format.ts';
import { useText } from '../../../i18n/text.ts';
import { useAppStores } from '../../../stores/stores.ts';
import { usePlayer } from '../player-context.ts';

const shownMs = 10_000;

/** Says that it went on where one was, and offers the beginning for a while. */
export function ResumeOffer({ atMs }: { atMs: number }) {
  const text = useText();
  const format = useFormat();
  const { playback } = usePlayer();
  const { later } = useAppStores();
  const [shown, setShown] = useState(true);
  useEffect(() => later(shownMs, () => setShown(false)), [later]);
  if (!shown) return null;
  return (
    <div className="player-resume" role="status">
      <p>{text('player.resumed', { time: format.clock(atMs) })}</p>
      <Button
        onPress={() => {
          playback?.seekTo(0);
          setShown(false);
        }}
      >
        {text('player.startOver')}
      </Button>
    </div>
  );
}
