import { Captions, CaptionsOff } from 'lucide-react';
import type { Settings } from '../../../../shared/models/settings.ts';
import { IconButton } from '../../../components/icon-button.tsx';
import { Menu, type ChoiceSection } from '../../../components/menu.tsx';
import { useText } from '../../../i18n/text.ts';
import { useSettings } from '../../../stores/stores.ts';
import { useAttempt } from '../../../stores/use-attempt.ts';
import { languageName } from '../language-name.ts';
import { usePlayer, usePlayerState } from '../player-context.ts';

/** Stands for "none" in a list, whose entries need ids. */
const off = 'off';
const sizes: readonly Settings['captionSize'][] = ['small', 'medium', 'large'];

/** What is written and spoken: captions, their size, and the language of the sound where there is a choice. */
export function CaptionsMenu() {
  const text = useText();
  const { source, playback } = usePlayer();
  const language = usePlayerState((state) => state.captionLanguage);
  const captionSize = useCaptionSize();
  const sound = useSound();
  const { captions } = source;
  if (captions.length === 0 && !sound) {
    return (
      <IconButton label={text('player.noCaptions')} isDisabled>
        <CaptionsOff size={20} aria-hidden="true" />
      </IconButton>
    );
  }
  return (
    <Menu
      onStage
      label={text('player.captions')}
      title={text('player.captions')}
      placement="top"
      choices={[{ id: off, label: text('player.captionsOff') }, ...captions.map((track) => ({ id: track.language, label: languageName(track.language) }))]}
      chosen={language ?? off}
      onChoose={(id) => playback?.chooseCaptions(id === off ? null : id)}
      more={[...(captions.length > 0 ? [captionSize] : []), ...(sound ? [sound] : [])]}
    >
      <IconButton className={language === null ? '' : 'player-on'} label={text('player.captions')} shortcut="C">
        <Captions size={20} aria-hidden="true" />
      </IconButton>
    </Menu>
  );
}

function useCaptionSize(): ChoiceSection {
  const text = useText();
  const attempt = useAttempt();
  const chosen = useSettings((state) => state.settings.captionSize);
  const set = useSettings((state) => state.set);
  return {
    title: text('player.captionSize'),
    choices: sizes.map((size) => ({ id: size, label: text(`player.captionSize.${size}`) })),
    chosen,
    onChoose: (id) => attempt(() => set({ captionSize: sizes.find((size) => size === id) ?? 'medium' })),
  };
}

function useSound(): ChoiceSection | null {
  const text = useText();
  const { source, playback } = usePlayer();
  const chosen = usePlayerState((state) => state.soundLanguage);
  if (source.sounds.length < 2) return null;
  return {
    title: text('player.sound'),
    choices: source.sounds.map(({ language }) => ({ id: language, label: languageName(language) })),
    chosen: chosen ?? '',
    onChoose: (id) => playback?.chooseSound(id),
  };
}
