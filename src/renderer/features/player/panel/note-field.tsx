import { useState } from 'react';
import { Label, TextArea, TextField } from 'react-aria-components/TextField';
import { maxNoteLength } from '../../../../shared/models/note.ts';
import { Button } from '../../../components/button.tsx';
import { useFormat } from '../../../i18n/format.ts';
import { useText } from '../../../i18n/text.ts';
import { usePlayer } from '../player-context.ts';

interface NoteFieldProps {
  /** The note that is written anew; null for a new one. */
  readonly noteId: string | null;
  /** Its moment; null for where the lesson is when one begins to write. */
  readonly atMs: number | null;
  readonly text: string;
  /** Written, or given up. */
  readonly onDone: () => void;
}

/** The moment is the one at which one begins to write, however long the writing takes. */
export function NoteField({ noteId, atMs, text: before, onDone }: NoteFieldProps) {
  const text = useText();
  const format = useFormat();
  const { store, notes } = usePlayer();
  const [words, setWords] = useState(before);
  const [begunMs, setBegunMs] = useState<number | null>(atMs);
  const empty = words.trim() === '';
  const write = (value: string) => {
    setWords(value);
    setBegunMs(value === '' ? atMs : (begunMs ?? store.getState().positionMs));
  };
  const save = () => {
    if (empty) return;
    notes.save({ noteId, atMs: begunMs ?? store.getState().positionMs, text: words.trim() });
    setWords('');
    setBegunMs(null);
    onDone();
  };
  return (
    <form
      className="note-field"
      onSubmit={(event) => {
        event.preventDefault();
        save();
      }}
    >
      <TextField className="text-field" value={words} onChange={write} maxLength={maxNoteLength}>
        <Label className="text-field-label">{begunMs === null ? text('notes.write') : text('notes.writeAt', { time: format.clock(begunMs) })}</Label>
        <TextArea
          className="text-field-input"
          dir="auto"
          rows={3}
          onKeyDown={(event) => {
            if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) save();
          }}
        />
      </TextField>
      <div className="note-actions">
        <Button type="submit" look="primary" isDisabled={empty}>
          {text('notes.save')}
        </Button>
        {noteId === null ? null : <Button onPress={onDone}>{text('action.cancel')}</Button>}
      </div>
    </form>
  );
}
