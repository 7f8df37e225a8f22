import type { Connection } from '../database/connection.ts';
import { guarded } from '../database/failures.ts';

export interface StoredContent {
  readonly payload: string;
  /** Null for the description of a plain file. */
  readonly signature: string | null;
}

/** Contents of lessons as the server last described them. */
export class LessonRepository {
  readonly #db: Connection;

  constructor(db: Connection) {
    this.#db = db;
  }

  async find(server: string, lessonId: string): Promise<StoredContent | undefined> {
    return guarded('content', () =>
      this.#db
        .prepare<[string, string], StoredContent>('SELECT payload, signature FROM lesson_contents WHERE server = ? AND lesson_id = ?')
        .get(server, lessonId),
    );
  }

  async save(server: string, lessonId: string, { payload, signature }: StoredContent): Promise<void> {
    guarded('content', () =>
      this.#db
        .prepare(
          `INSERT INTO lesson_contents (server, lesson_id, payload, signature) VALUES (?, ?, ?, ?)
           ON CONFLICT (server, lesson_id) DO UPDATE SET payload = excluded.payload, signature = excluded.signature`,
        )
        .run(server, lessonId, payload, signature),
    );
  }
}
