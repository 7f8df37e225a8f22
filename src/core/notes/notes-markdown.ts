import type { CatalogView } from '../../shared/contracts/catalog.ts';
import type { Note } from '../../shared/models/note.ts';

/**
 * Notes as Markdown: a heading for each course and lesson, a line for each note. No words of ours, so that it is in the
 * student's language whatever that is. Lessons the catalogue no longer knows come last, under their ids.
 */
export function notesAsMarkdown({ courses }: Pick<CatalogView, 'courses'>, notes: readonly Note[]): string {
  const byLesson = Map.groupBy(notes, ({ lessonId }) => lessonId);
  const sections: string[] = [];
  for (const course of courses) {
    const lessons = course.lessons.filter(({ id }) => byLesson.has(id)).sort((a, b) => a.position - b.position);
    if (lessons.length > 0) sections.push(`# ${oneLine(course.title)}`);
    for (const { id, title } of lessons) sections.push(lessonSection(title, byLesson.get(id) ?? []));
  }
  const known = new Set(courses.flatMap(({ lessons }) => lessons.map(({ id }) => id)));
  for (const [lessonId, own] of byLesson) if (!known.has(lessonId)) sections.push(lessonSection(lessonId, own));
  return sections.length === 0 ? '' : `${sections.join('\n\n')}\n`;
}

function lessonSection(title: string, notes: readonly Note[]): string {
  const lines = notes.toSorted((a, b) => a.atMs - b.atMs).map(({ atMs, text }) => `- **${clock(atMs)}** ${text.trim().replaceAll('\n', '\n  ')}`.trimEnd());
  return `## ${oneLine(title)}\n\n${lines.join('\n')}`;
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}

/** `1:02:03`, as players show it. */
function clock(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  const [hours, minutes, rest] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const padded = String(rest).padStart(2, '0');
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, '0')}:${padded}` : `${minutes}:${padded}`;
}
