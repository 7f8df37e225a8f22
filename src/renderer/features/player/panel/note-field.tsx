import { useState } from 'react';
import { Label, TextArea, TextField } from 'react-aria-components/TextField';
import { maxNoteLength } from '../../../../shared/models/note.ts';
import { Button } from '../../../components/button.tsx';
import { useFormat } from '../../../i18n/format.ts';
import { useText } from '../../../i18n/text.ts';
import { usePlayer } from '../player-context.ts';
import { useDraft } from '../use-draft.ts';

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
  const { draft, keep, drop, now } = useDraft(noteId);
  const [saving, setSaving] = useState(false);
  const words = draft?.text ?? before;
  const begunMs = draft?.atMs ?? atMs;
  const empty = words.trim() === '';
  const write = (value: string) => {
    if (value === before) drop();
    else keep({ text: value, atMs: begunMs ?? store.getState().positionMs });
  };
  const save = () => {
    if (empty || saving) return;
    setSaving(true);
    const kept = () => {
      // What was typed on meanwhile is not in it.
      if ((now()?.text ?? before) !== words) return;
      drop();
      onDone();
    };
    notes.save({ noteId, atMs: begunMs ?? store.getState().positionMs, text: words.trim() }, { kept, ended: () => setSaving(false) });
  };
  const giveUp = () => {
    drop();
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
        <Button type="submit" look="primary" isDisabled={empty || saving}>
          {text('notes.save')}
        </Button>
        {noteId === null ? null : <Button onPress={giveUp}>{text('action.cancel')}</Button>}
      </div>
    </form>
  );
}
