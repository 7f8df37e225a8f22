import { X } from 'lucide-react';
import { Dialog, Heading } from 'react-aria-components/Dialog';
import { Modal, ModalOverlay } from 'react-aria-components/Modal';
import { IconButton } from '../components/icon-button.tsx';
import { Keys } from '../components/keys.tsx';
import { SettingRow } from '../components/setting-row.tsx';
import { Switch } from '../components/switch.tsx';
import type { MessageId } from '../i18n/locales.ts';
import { useText } from '../i18n/text.ts';
import { useSettings } from '../stores/stores.ts';
import { useAttempt } from '../stores/use-attempt.ts';
import './shortcuts-sheet.css';

type Shortcut = readonly [label: MessageId, keys: readonly string[]];

const anywhere: readonly Shortcut[] = [
  ['shortcuts.help', ['?']],
  ['shortcuts.back', ['Alt ←']],
  ['shortcuts.home', ['Alt 1']],
  ['shortcuts.downloads', ['Alt 2']],
  ['shortcuts.activity', ['Alt 3']],
  ['shortcuts.settings', ['Alt 4']],
  ['search.title', ['Alt 5']],
];

const player: readonly Shortcut[] = [
  ['shortcuts.playPause', ['Space', 'K']],
  ['shortcuts.back10', ['J', 'L']],
  ['shortcuts.back5', ['←', '→']],
  ['shortcuts.jump', ['0', '9']],
  ['shortcuts.ends', ['Home', 'End']],
  ['shortcuts.volume', ['↑', '↓']],
  ['shortcuts.mute', ['M']],
  ['shortcuts.captions', ['C']],
  ['shortcuts.bookmark', ['B']],
  ['shortcuts.speed', ['<', '>']],
  ['shortcuts.fullScreen', ['F']],
  ['shortcuts.pip', ['I']],
  ['shortcuts.next', ['Shift N']],
];

interface ShortcutsSheetProps {
  readonly isOpen: boolean;
  readonly onOpenChange: (open: boolean) => void;
}

export function ShortcutsSheet({ isOpen, onOpenChange }: ShortcutsSheetProps) {
  const text = useText();
  return (
    <ModalOverlay className="sheet-scrim" isOpen={isOpen} onOpenChange={onOpenChange} isDismissable>
      <Modal className="sheet">
        <Dialog className="sheet-dialog">
          <div className="sheet-head">
            <Heading slot="title">{text('shortcuts.title')}</Heading>
            <IconButton label={text('action.close')} onPress={() => onOpenChange(false)}>
              <X size={18} aria-hidden="true" />
            </IconButton>
          </div>
          <div className="sheet-columns">
            <ShortcutList title={text('shortcuts.player')} shortcuts={player} />
            <div>
              <ShortcutList title={text('shortcuts.anywhere')} shortcuts={anywhere} />
              <SingleKeys />
            </div>
          </div>
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}

/** Whoever came here by a key pressed unmeant finds the way to be rid of it. */
function SingleKeys() {
  const text = useText();
  const attempt = useAttempt();
  const playerKeys = useSettings((state) => state.settings.playerKeys);
  const set = useSettings((state) => state.set);
  return (
    <SettingRow title={text('settings.playerKeys')} help={text('settings.playerKeysHelp')}>
      <Switch label={text('settings.playerKeys')} isOn={playerKeys} onChange={(isOn) => attempt(() => set({ playerKeys: isOn }))} />
    </SettingRow>
  );
}

function ShortcutList({ title, shortcuts }: { title: string; shortcuts: readonly Shortcut[] }) {
  const text = useText();
  return (
    <section>
      <h3>{title}</h3>
      <dl className="sheet-list">
        {shortcuts.map(([label, keys]) => (
          <div key={label}>
            <dt>{text(label)}</dt>
            <dd>
              <Keys keys={keys} between={text('shortcuts.or')} />
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
