import { Button as AriaButton } from 'react-aria-components/Button';
import { Menu, type Choice } from '../../../components/menu.tsx';
import { useFormat, type Format } from '../../../i18n/format.ts';
import { useText, type Text } from '../../../i18n/text.ts';
import { usePlayer, usePlayerState, type PlayerParts } from '../player-context.ts';
import { restCost } from '../rest-cost.ts';
import type { PlayerState } from '../player-store.ts';

/** What each quality would still cost, and which costs nothing because it is here. */
export function QualityMenu() {
  const text = useText();
  const format = useFormat();
  const { source, playback } = usePlayer();
  const wish = usePlayerState((state) => state.wish);
  const shown = usePlayerState((state) => state.shown);
  const local = usePlayerState((state) => state.local);
  // The cost is said to the nearest few seconds; the menu need not be drawn anew with every frame.
  const fromMs = usePlayerState((state) => Math.floor(state.positionMs / 5000) * 5000);
  if (source.qualities.length < 2) return null;
  const name = (quality: string) => (quality === 'original' ? text('player.original') : quality);
  const now = shown === null ? text('player.auto') : name(shown);
  const choices: Choice[] = [
    { id: 'auto', label: wish === 'auto' && shown !== null ? text('player.autoNow', { quality: name(shown) }) : text('player.auto') },
    ...source.qualities.map((offer) => ({ id: offer.quality, label: name(offer.quality), note: costWords(text, format, source, offer, local, fromMs) })),
  ];
  return (
    <Menu
      onStage
      label={text('player.quality')}
      title={text('player.qualityHelp')}
      placement="top"
      choices={choices}
      chosen={wish}
      onChoose={(id) => playback?.chooseQuality(id)}
    >
      <AriaButton className="player-text-button" aria-label={text('player.qualityNow', { quality: now })}>
        {now}
      </AriaButton>
    </Menu>
  );
}

function costWords(
  text: Text,
  format: Format,
  { durationMs }: PlayerParts['source'],
  { quality, bytes, onThisComputer }: PlayerParts['source']['qualities'][number],
  local: PlayerState['local'],
  fromMs: number,
): string {
  if (onThisComputer) return text('player.qualityLocal');
  const cost = restCost({ bytes, durationMs, fromMs, local: local.get(quality) ?? [] });
  return cost === 0 ? text('player.qualityFree') : text('player.qualityCost', { size: format.bytes(cost) });
}
