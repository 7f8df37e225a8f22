import { X } from 'lucide-react';
import { Tab, TabList, TabPanel, Tabs } from 'react-aria-components/Tabs';
import { IconButton } from '../../../components/icon-button.tsx';
import { useText } from '../../../i18n/text.ts';
import { LessonList } from './lesson-list.tsx';
import { Notes } from './notes.tsx';
import { Transcript } from './transcript.tsx';

/** Beside the picture: what is said, what the student wrote, and the course's other lessons. */
export function SidePanel({ onClose }: { onClose: () => void }) {
  const text = useText();
  return (
    <aside className="player-panel" aria-label={text('player.panel')}>
      <Tabs className="player-tabs">
        <div className="player-panel-head">
          <TabList className="player-tab-list" aria-label={text('player.panel')} data-own-arrows>
            <Tab id="transcript" className="player-tab">
              {text('player.transcript')}
            </Tab>
            <Tab id="notes" className="player-tab">
              {text('notes.title')}
            </Tab>
            <Tab id="lessons" className="player-tab">
              {text('player.lessons')}
            </Tab>
          </TabList>
          <IconButton label={text('action.close')} onPress={onClose}>
            <X size={18} aria-hidden="true" />
          </IconButton>
        </div>
        <TabPanel id="transcript" className="player-tab-panel">
          <Transcript />
        </TabPanel>
        <TabPanel id="notes" className="player-tab-panel">
          <Notes />
        </TabPanel>
        <TabPanel id="lessons" className="player-tab-panel">
          <LessonList />
        </TabPanel>
      </Tabs>
    </aside>
  );
}
