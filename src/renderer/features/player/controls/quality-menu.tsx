import { Button as AriaButton } from 'react-aria-components/Button';
import { Menu, type Choice } from '../../../components/menu.tsx';
import { playableQualities } from '../../../components/playable-quality.ts';
import { useFormat, type Format } from '../../../i18n/format.ts';
import { useQualityName } from '../../../i18n/quality-name.ts';
import { useText, type Text } from '../../../i18n/text.ts';
import { usePlayer, usePlayerState, type PlayerParts } from '../player-context.ts';
import { restCost } from '../rest-cost.ts';
import type { PlayerState } from '../player-store.ts';

type Offer = PlayerParts['source']['qualities'][number];

/** What each quality would still cost, and which costs nothing because it is here. */
export function QualityMenu() {
  const text = useText();
  const format = useFormat();
  const name = useQualityName();
  const { source, playback } = usePlayer();
  const wish = usePlayerState((state) => state.wish);
  const shown = usePlayerState((state) => state.shown);
  const local = usePlayerState((state) => state.local);
  // The cost is said to the nearest few seconds; the menu need not be drawn anew with every frame.
  const fromMs = usePlayerState((state) => Math.floor(state.positionMs / 5000) * 5000);
  const playable = playableQualities(source.qualities.map(({ quality }) => quality));
  const offers = source.qualities.filter(({ quality }) => playable.includes(quality));
  if (offers.length < 2) return null;
  const now = shown === null ? text('player.auto') : name(shown);
  const cost = (offer: Offer) => costWords(text, format, source, offer, local, fromMs);
  // What Auto keeps to: the quality taken home, else the one it shows now.
  const kept = source.qualities.find(({ quality }) => quality === (source.downloadedQuality ?? (wish === 'auto' ? shown : null)));
  const choices: Choice[] = [
    {
      id: 'auto',
      label: wish === 'auto' && shown !== null ? text('player.autoNow', { quality: name(shown) }) : text('player.auto'),
      note: kept ? cost(kept) : text('player.autoByLine'),
    },
    ...offers.map((offer) => ({ id: offer.quality, label: name(offer.quality), note: cost(offer) })),
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
  { quality, bytes, onThisComputer }: Offer,
  local: PlayerState['local'],
  fromMs: number,
): string {
  if (onThisComputer) return text('player.qualityLocal');
  const cost = restCost({ bytes, durationMs, fromMs, local: local.get(quality) ?? [] });
  if (cost.bytes === 0) return text('player.qualityFree');
  return text(cost.isPartlyHere ? 'player.qualityPartly' : 'player.qualityCost', { size: format.bytes(cost.bytes) });
}
