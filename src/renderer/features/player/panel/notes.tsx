import { Bookmark, Download, PenLine, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { Button as AriaButton } from 'react-aria-components/Button';
import type { NoteView } from '../../../../shared/contracts/notes.ts';
import { Button } from '../../../components/button.tsx';
import { IconButton } from '../../../components/icon-button.tsx';
import { useFormat } from '../../../i18n/format.ts';
import { useText } from '../../../i18n/text.ts';
import { usePlayer } from '../player-context.ts';
import { useUnkept } from '../use-draft.ts';
import { NoteField } from './note-field.tsx';

/** What the student writes down at moments of this lesson. */
export function Notes() {
  const text = useText();
  const { store, notes } = usePlayer();
  const [editing, setEditing] = useState<string | null>(null);
  const unkept = useUnkept();
  const { list } = notes;
  return (
    <div className="notes-panel">
      <NoteField noteId={null} atMs={null} text="" onDone={() => undefined} />
      <div className="note-actions">
        <Button icon={<Bookmark size={16} aria-hidden="true" />} onPress={() => notes.bookmark(store.getState().positionMs)}>
          {text('notes.bookmark')}
        </Button>
        {list && list.length > 0 ? (
          <Button icon={<Download size={16} aria-hidden="true" />} onPress={notes.exportAll}>
            {text('notes.export')}
          </Button>
        ) : null}
      </div>
      {list?.length === 0 ? <p className="player-panel-word">{text('notes.none')}</p> : null}
      <ol className="notes">
        {list?.map((note) =>
          note.noteId === editing || unkept(note.noteId) ? (
            <li key={note.noteId}>
              <NoteField noteId={note.noteId} atMs={note.atMs} text={note.text} onDone={() => setEditing(null)} />
            </li>
          ) : (
            <Line key={note.noteId} note={note} onEdit={() => setEditing(note.noteId)} />
          ),
        )}
      </ol>
    </div>
  );
}

function Line({ note, onEdit }: { note: NoteView; onEdit: () => void }) {
  const text = useText();
  const format = useFormat();
  const { playback, notes } = usePlayer();
  const time = format.clock(note.atMs);
  return (
    <li className="note">
      <AriaButton className="transcript-line" onPress={() => playback?.seekTo(note.atMs)}>
        <span className="transcript-time numbers">{time}</span>
        <span className="note-words" dir="auto">
          {note.text === '' ? text('notes.isBookmark') : note.text}
        </span>
      </AriaButton>
      <IconButton label={text('notes.edit', { time })} onPress={onEdit}>
        <PenLine size={16} aria-hidden="true" />
      </IconButton>
      <IconButton label={text('notes.remove', { time })} onPress={() => notes.remove(note)}>
        <Trash2 size={16} aria-hidden="true" />
      </IconButton>
    </li>
  );
}
