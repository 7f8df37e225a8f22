import { Button as AriaButton } from 'react-aria-components/Button';
import { Menu } from '../../../components/menu.tsx';
import { useFormat } from '../../../i18n/format.ts';
import { useText } from '../../../i18n/text.ts';
import { usePlayer, usePlayerState } from '../player-context.ts';
import { playbackRates } from '../player-keys.ts';

export function SpeedMenu() {
  const text = useText();
  const format = useFormat();
  const { playback } = usePlayer();
  const rate = usePlayerState((state) => state.playbackRate);
  const label = (value: number) => (value === 1 ? text('player.normalSpeed') : text('player.speedValue', { rate: format.number(value) }));
  return (
    <Menu
      onStage
      label={text('player.speed')}
      title={text('player.speed')}
      placement="top"
      choices={playbackRates.map((value) => ({ id: String(value), label: label(value) }))}
      chosen={String(rate)}
      onChoose={(id) => playback?.setRate(Number(id))}
    >
      <AriaButton className="player-text-button numbers" aria-label={`${text('player.speed')}: ${text('player.speedValue', { rate: format.number(rate) })}`}>
        {text('player.speedValue', { rate: format.number(rate) })}
      </AriaButton>
    </Menu>
  );
}
