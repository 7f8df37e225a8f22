import { ArrowLeft, CircleQuestionMark, CloudOff, PanelRight } from 'lucide-react';
import { IconButton } from '../../components/icon-button.tsx';
import { useText } from '../../i18n/text.ts';
import { useCatalog, useConnection, useNavigation } from '../../stores/stores.ts';
import { usePlayer } from './player-context.ts';

interface TopBarProps {
  readonly panelOpen: boolean;
  readonly onTogglePanel: () => void;
  readonly onShowShortcuts: () => void;
}

/** Where one is and the way back. */
export function TopBar({ panelOpen, onTogglePanel, onShowShortcuts }: TopBarProps) {
  const text = useText();
  const { source } = usePlayer();
  const back = useNavigation((navigation) => navigation.back);
  const course = useCatalog(({ view }) => view?.courses.find(({ id }) => id === source.courseId)?.title ?? '');
  const offline = useConnection((connection) => connection.state.status === 'offline');
  return (
    <header className="player-top player-bar">
      <IconButton label={text('nav.back')} onPress={back}>
        <ArrowLeft className="mirrored" size={20} aria-hidden="true" />
      </IconButton>
      <div className="player-titles">
        <h1 className="from-school">{source.title}</h1>
        <p className="from-school">{course}</p>
      </div>
      {offline ? (
        <p className="player-offline">
          <CloudOff size={16} aria-hidden="true" /> <span>{text('connection.offline')}</span>
        </p>
      ) : null}
      <IconButton label={text('nav.shortcuts')} shortcut="?" onPress={onShowShortcuts}>
        <CircleQuestionMark size={20} aria-hidden="true" />
      </IconButton>
      <IconButton label={text('player.panel')} aria-pressed={panelOpen} onPress={onTogglePanel}>
        <PanelRight className="mirrored" size={20} aria-hidden="true" />
      </IconButton>
    </header>
  );
}
