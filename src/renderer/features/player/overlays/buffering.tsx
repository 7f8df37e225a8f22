import { useEffect, useState } from 'react';
import { useText } from '../../../i18n/text.ts';
import { useAppStores } from '../../../stores/stores.ts';

/** Below this nobody notices a wait, and a word would only flicker. */
const silentMs = 400;
const slowMs = 8000;

/** Says what it waits for; after a while, what would help. */
export function Buffering() {
  const text = useText();
  const { later } = useAppStores();
  const [stage, setStage] = useState<'silent' | 'said' | 'slow'>('silent');
  useEffect(() => {
    const stops = [later(silentMs, () => setStage('said')), later(slowMs, () => setStage('slow'))];
    return () => stops.forEach((stop) => stop());
  }, [later]);
  return (
    <div className="player-overlay" role="status">
      {stage === 'silent' ? null : (
        <p className="player-word">
          <span className="player-spinner" aria-hidden="true" />
          {text(stage === 'slow' ? 'player.bufferingSlow' : 'player.buffering')}
        </p>
      )}
    </div>
  );
}
