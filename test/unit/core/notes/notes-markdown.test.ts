import { expect, it } from 'vitest';
import { notesAsMarkdown } from '../../../../src/core/notes/notes-markdown.ts';
import type { CourseView } from '../../../../src/shared/contracts/catalog.ts';
import type { Note } from '../../../../src/shared/models/note.ts';

const lesson = (id: string, position: number, title: string) => ({
  ...{ id, courseId: 'tea', position, title, description: '', durationMs: 60_000, timelineId: id, revision: 1, posterUrl: null, qualities: [] },
});
const course: CourseView = {
  ...{ id: 'tea', title: 'All about tea', description: '', language: 'en', posterUrl: null, lessonCount: 2, durationMs: 120_000 },
  lessons: [lesson('second', 1, 'Drinking\ntea'), lesson('first', 0, 'Making tea')],
};
const note = (lessonId: string, atMs: number, text: string): Note => ({ noteId: `${lessonId}-${atMs}`, lessonId, timelineId: lessonId, atMs, text, removed: false });

it('puts notes under their lessons, in order, with their moments', () => {
  const notes = [note('gone', 0, 'kept'), note('second', 3_723_000, 'slowly'), note('first', 65_000, 'boil it\nthen wait'), note('first', 2000, '')];
  expect(notesAsMarkdown({ courses: [course] }, notes)).toBe(
    ['# All about tea', '## Making tea', '- **0:02**\n- **1:05** boil it\n  then wait', '## Drinking tea', '- **1:02:03** slowly', '## gone', '- **0:00** kept'].join('\n\n') + '\n',
  );
});

it('is empty when nothing was written', () => {
  expect(notesAsMarkdown({ courses: [course] }, [])).toBe('');
});
