import { z } from 'zod';
import type { SaidLine } from '../../shared/contracts/transcripts.ts';
import type { Connection } from '../database/connection.ts';
import { guarded } from '../database/failures.ts';
import type { VttCue } from './vtt-cues.ts';

export interface Transcript {
  readonly lessonId: string;
  readonly language: string;
  readonly sha256: string;
  readonly bytes: number;
}

export interface Said {
  readonly lessonId: string;
  readonly language: string;
  readonly count: number;
  readonly lines: readonly SaidLine[];
}

/** Cues of one transcript have neighbouring row ids, so that they are found and removed without a search. */
const cuesPerTranscript = 2 ** 20;
const shownLines = 4;
const shownLessons = 50;
/** Around found words; neither occurs in captions. */
const [open, close] = ['\u0002', '\u0003'];

const transcriptRow = z.object({ lesson_id: z.string(), language: z.string(), sha256: z.string(), bytes: z.int() });
const lineRow = z.object({ lesson_id: z.string(), language: z.string(), start_ms: z.int(), marked: z.string(), count: z.int() });

/** The words of lessons, searchable by SQLite's FTS5 (https://sqlite.org/fts5.html). */
export class TranscriptRepository {
  readonly #db: Connection;

  constructor(db: Connection) {
    this.#db = db;
  }

  async all(server: string): Promise<Transcript[]> {
    const sql = 'SELECT lesson_id, language, sha256, bytes FROM transcripts WHERE server = ?';
    return guarded('content', () => this.#db.prepare(sql).all(server)).map((row) => {
      const { lesson_id, ...rest } = transcriptRow.parse(row);
      return { lessonId: lesson_id, ...rest };
    });
  }

  async save(server: string, { lessonId, language, sha256, bytes }: Transcript, cues: readonly VttCue[]): Promise<void> {
    this.#transaction(() => {
      this.#drop(server, lessonId, language);
      const insert = 'INSERT INTO transcripts (server, lesson_id, language, sha256, bytes) VALUES (?, ?, ?, ?, ?)';
      const id = Number(this.#db.prepare(insert).run(server, lessonId, language, sha256, bytes).lastInsertRowid);
      const line = this.#db.prepare('INSERT INTO transcript_lines (rowid, words, start_ms) VALUES (?, ?, ?)');
      cues.slice(0, cuesPerTranscript).forEach(({ text, startMs }, index) => line.run(id * cuesPerTranscript + index, text, startMs));
    });
  }

  async drop(server: string, { lessonId, language }: Transcript): Promise<void> {
    this.#transaction(() => this.#drop(server, lessonId, language));
  }

  /** Among these lessons; the best match first. */
  async search(server: string, lessonIds: readonly string[], query: string): Promise<Said[]> {
    const sql = `
      WITH hits AS MATERIALIZED (
        SELECT rowid, start_ms, rank, highlight(transcript_lines, 0, '${open}', '${close}') AS marked FROM transcript_lines WHERE transcript_lines MATCH @query
      ), mine AS (
        SELECT t.id, t.lesson_id, t.language, h.start_ms, h.marked,
          count(*) OVER (PARTITION BY t.id) AS count, min(h.rank) OVER (PARTITION BY t.id) AS best,
          row_number() OVER (PARTITION BY t.id ORDER BY h.start_ms) AS place
        FROM hits h JOIN transcripts t ON t.id = h.rowid / ${cuesPerTranscript}
        WHERE t.server = @server AND t.lesson_id IN (SELECT value FROM json_each(@lessonIds))
      )
      SELECT lesson_id, language, start_ms, marked, count FROM mine WHERE place <= ${shownLines} ORDER BY best, id, place LIMIT ${shownLessons * shownLines}`;
    const rows = guarded('content', () => this.#db.prepare(sql).all({ server, query, lessonIds: JSON.stringify(lessonIds) })).map((row) => lineRow.parse(row));
    const groups = Map.groupBy(rows, ({ lesson_id, language }) => `${language} ${lesson_id}`);
    return [...groups.values()].flatMap(([first, ...rest]) =>
      first ? [{ lessonId: first.lesson_id, language: first.language, count: first.count, lines: [first, ...rest].map(lineOf) }] : [],
    );
  }

  #drop(server: string, lessonId: string, language: string): void {
    const id = this.#db.prepare('SELECT id FROM transcripts WHERE server = ? AND lesson_id = ? AND language = ?').pluck().get(server, lessonId, language);
    if (typeof id !== 'number') return;
    this.#db.prepare('DELETE FROM transcript_lines WHERE rowid BETWEEN ? AND ?').run(id * cuesPerTranscript, (id + 1) * cuesPerTranscript - 1);
    this.#db.prepare('DELETE FROM transcripts WHERE id = ?').run(id);
  }

  #transaction<Result>(work: () => Result): Result {
    return guarded('content', () => this.#db.transaction(work).immediate());
  }
}

function lineOf({ start_ms, marked }: z.output<typeof lineRow>): SaidLine {
  const parts = marked.split(new RegExp(`${open}([^${close}]*)${close}`)).map((text, index) => ({ text, found: index % 2 === 1 }));
  return { startMs: start_ms, parts: parts.filter(({ text }) => text !== '') };
}
