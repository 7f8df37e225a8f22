import type { ProgressRow } from '../../src/shared/api/progress.ts';
import type { SessionSnapshot } from '../../src/shared/models/progress.ts';

/** A tenth of a second; every range of the simulation lies on this grid. */
export const cellMs = 100;
export const lessonMs = 30_000;
export const donePercent = 90;

interface Seen {
  readonly cells: Set<number>;
  readonly watched: Map<string, number>;
  readonly places: Set<number>;
  last: number;
}

/** What one student must be known to have watched of a timeline, kept the simplest way: a set of tenths of a second for each epoch. */
export class Oracle {
  readonly #epochs = new Map<string, Map<number, Seen>>();

  saw(student: string, { timelineId, epoch, ranges, sessionId, watchedMs, positionMs }: SessionSnapshot): void {
    const epochs = this.#epochs.get(`${student} ${timelineId}`) ?? new Map<number, Seen>();
    this.#epochs.set(`${student} ${timelineId}`, epochs);
    const seen = epochs.get(epoch) ?? { cells: new Set(), watched: new Map(), places: new Set(), last: 0 };
    epochs.set(epoch, seen);
    for (const [start, end] of ranges) for (let at = start; at < Math.min(end, lessonMs); at += cellMs) seen.cells.add(at / cellMs);
    seen.watched.set(sessionId, Math.max(seen.watched.get(sessionId) ?? 0, watchedMs));
    seen.last = Math.min(positionMs, lessonMs);
    seen.places.add(seen.last);
  }

  /** What is wrong with what the school knows of a student; null when nothing is. `isDated`: nothing kept the school from knowing when each report was made. */
  complaint(student: string, rows: readonly ProgressRow[], isDated: boolean): string | null {
    const expected = [...this.#epochs].filter(([key]) => key.startsWith(`${student} `));
    if (rows.length !== expected.length) return `${student}: ${rows.length} timelines for ${expected.length}`;
    for (const [key, epochs] of expected) {
      const row = rows.find(({ timelineId }) => key === `${student} ${timelineId}`);
      const epoch = Math.max(...epochs.keys());
      const seen = epochs.get(epoch);
      if (!row || !seen) return `${key}: nothing there`;
      if (row.epoch !== epoch) return `${key}: epoch ${row.epoch} for ${epoch}`;
      const cells = row.ranges.flatMap(([start, end]) => Array.from({ length: (end - start) / cellMs }, (_, index) => start / cellMs + index));
      if (cells.length !== seen.cells.size || cells.some((cell) => !seen.cells.has(cell))) return `${key}: watched ${cells.length} tenths for ${seen.cells.size}`;
      const watched = Object.fromEntries(row.sessions.map(({ sessionId, watchedMs }) => [sessionId, watchedMs]));
      const sittings = [...seen.watched].filter(([sessionId, ms]) => watched[sessionId] !== ms);
      if (row.sessions.length !== seen.watched.size || sittings.length > 0) return `${key}: sittings ${JSON.stringify(watched)} for ${JSON.stringify([...seen.watched])}`;
      if (row.done !== seen.cells.size * cellMs * 100 >= lessonMs * donePercent) return `${key}: done is ${row.done} at ${seen.cells.size}`;
      if (!row.position || !seen.places.has(row.position.ms)) return `${key}: at ${row.position?.ms}, where nobody was`;
      if (isDated && row.position.ms !== seen.last) return `${key}: at ${row.position.ms}, last was ${seen.last}`;
    }
    return null;
  }
}
