import { X } from 'lucide-react';
import { Tab, TabList, TabPanel, Tabs } from 'react-aria-components/Tabs';
import { IconButton } from '../../../components/icon-button.tsx';
import { useText } from '../../../i18n/text.ts';
import { usePlayer } from '../player-context.ts';
import { Chapters } from './chapters.tsx';
import { Files } from './files.tsx';
import { LessonList } from './lesson-list.tsx';
import { Notes } from './notes.tsx';
import { Transcript } from './transcript.tsx';

/** Beside the picture: what is said, its chapters and files where it has any, what the student wrote, and the course's other lessons. */
export function SidePanel({ onClose }: { onClose: () => void }) {
  const text = useText();
  const { source } = usePlayer();
  const hasChapters = source.chapters.length > 0;
  const hasFiles = source.attachments.length > 0;
  return (
    <aside className="player-panel" aria-label={text('player.panel')}>
      <Tabs className="player-tabs">
        <div className="player-panel-head">
          <TabList className="player-tab-list" aria-label={text('player.panel')} data-own-arrows>
            <Tab id="transcript" className="player-tab">
              {text('player.transcript')}
            </Tab>
            {hasChapters ? (
              <Tab id="chapters" className="player-tab">
                {text('player.chapters')}
              </Tab>
            ) : null}
            <Tab id="notes" className="player-tab">
              {text('notes.title')}
            </Tab>
            {hasFiles ? (
              <Tab id="files" className="player-tab">
                {text('files.title')}
              </Tab>
            ) : null}
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
        {hasChapters ? (
          <TabPanel id="chapters" className="player-tab-panel">
            <Chapters />
          </TabPanel>
        ) : null}
        <TabPanel id="notes" className="player-tab-panel">
          <Notes />
        </TabPanel>
        {hasFiles ? (
          <TabPanel id="files" className="player-tab-panel">
            <Files />
          </TabPanel>
        ) : null}
        <TabPanel id="lessons" className="player-tab-panel">
          <LessonList />
        </TabPanel>
      </Tabs>
    </aside>
  );
}
