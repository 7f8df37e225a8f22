import { describe, expect, it } from 'vitest';
import { currentNotes, laterNote, type StampedNote } from '../../../../src/shared/models/note.ts';
import { fc } from '../../../harness/same-cases.ts';

const note = (fields: Partial<StampedNote> = {}): StampedNote => ({
  ...{ noteId: 'a', lessonId: 'lesson', timelineId: 'timeline', atMs: 0, text: '', removed: false },
  ...{ stamp: { at: 0, installId: 'here', sequence: 1 }, ...fields },
});
/** A stamp names one event, so one stamp goes with one text. */
const writings = fc
  .record({ at: fc.integer({ min: 0, max: 3 }), installId: fc.constantFrom('here', 'there'), sequence: fc.integer({ min: 1, max: 3 }) })
  .map((stamp) => note({ stamp, text: JSON.stringify(stamp), removed: stamp.sequence === 2 }));

describe('the later writing of a note', () => {
  it('is the same whatever the order in which two devices hear of each other', () => {
    fc.assert(
      fc.property(writings, writings, writings, (a, b, c) => {
        expect(laterNote(a, b)).toEqual(laterNote(b, a));
        expect(laterNote(laterNote(a, b), c)).toEqual(laterNote(a, laterNote(b, c)));
        expect(laterNote(a, a)).toEqual(a);
      }),
    );
  });
});

describe('the notes of a lesson', () => {
  it('are in the order of the lesson, with own changes on top and without what was taken away', () => {
    const known = [note({ noteId: 'b', atMs: 2000 }), note({ noteId: 'a', atMs: 5000 }), note({ noteId: 'c', atMs: 3000 })];
    const changes = [note({ noteId: 'c', removed: true }), note({ noteId: 'b', atMs: 2000, text: 'mine' })];
    expect(currentNotes(known, changes).map(({ noteId, text }) => [noteId, text])).toEqual([
      ['b', 'mine'],
      ['a', ''],
    ]);
  });
});
