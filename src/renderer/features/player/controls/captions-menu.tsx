import { Captions, CaptionsOff } from 'lucide-react';
import { IconButton } from '../../../components/icon-button.tsx';
import { Menu } from '../../../components/menu.tsx';
import { useText } from '../../../i18n/text.ts';
import { usePlayer, usePlayerState } from '../player-context.ts';

/** Stands for "none" in a list, whose entries need ids. */
const off = 'off';

export function CaptionsMenu() {
  const text = useText();
  const { source, playback } = usePlayer();
  const language = usePlayerState((state) => state.captionLanguage);
  if (source.captions.length === 0) {
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
      choices={[{ id: off, label: text('player.captionsOff') }, ...source.captions.map((track) => ({ id: track.language, label: track.label }))]}
      chosen={language ?? off}
      onChoose={(id) => playback?.chooseCaptions(id === off ? null : id)}
    >
      <IconButton className={language === null ? '' : 'player-on'} label={text('player.captions')} shortcut="C">
        <Captions size={20} aria-hidden="true" />
      </IconButton>
    </Menu>
  );
}
