import Database from 'better-sqlite3';
import { Kysely, SqliteDialect } from 'kysely';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fromWire, toWire } from '../../src/shared/api/codec.ts';
import { progressBatchResponseSchema, progressBatchSchema, progressPullSchema, type ProgressBatchResponse, type ProgressPull } from '../../src/shared/api/progress.ts';
import { createProgressLedger, type ProgressLedger } from '../../src/server/services/progress.ts';
import { openStore } from '../../src/server/store/database.ts';
import type { Schema } from '../../src/server/store/schema.ts';
import { CrashingConnection } from './crashing-connection.ts';
import { lessonMs } from './oracle.ts';

export const students = ['ada', 'ben', 'cleo', 'dan'] as const;
export const timelines = ['t1', 't2'] as const;
const beginning = 1_800_000_000_000;

let image: Promise<Buffer> | null = null;

/** A school of four students and two lessons, as its database lies on disk. */
async function schoolImage(): Promise<Buffer> {
  const folder = mkdtempSync(join(tmpdir(), 'teachify-simulation-'));
  try {
    const file = join(folder, 'school.db');
    const store = await openStore(file);
    for (const id of students) await store.insertInto('people').values({ id, name: id, email: `${id}@school.example`, password_hash: '-', role: 'student' }).execute();
    await store.insertInto('courses').values({ id: 'c', position: 0, title: 'C', description: '', language: 'en', poster_sha256: null, poster_type: null }).execute();
    for (const id of students) await store.insertInto('enrolments').values({ person_id: id, course_id: 'c', since: 0, until: null }).execute();
    for (const [position, id] of timelines.entries()) {
      const nothing = { manifest: null, signature: null, plain_sha256: null, plain_bytes: null, poster_sha256: null, poster_type: null, video_url: null, video_bytes: null };
      const lesson = { id: `lesson-${id}`, course_id: 'c', position, title: id, description: '', duration_ms: lessonMs, timeline_id: id, revision: 1 };
      await store.insertInto('lessons').values({ ...lesson, ...nothing, content_key: '-', source_hash: id, published_at: 0 }).execute();
    }
    await store.destroy();
    const database = new Database(file);
    database.pragma('journal_mode = DELETE');
    const bytes = database.serialize();
    database.close();
    return bytes;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The course server's half, real but for its sockets: what came over the wire, its own code, its own database. */
export class School {
  /** True time, ms since the Unix epoch. */
  time = beginning;
  readonly #database: CrashingConnection;
  readonly #store: Kysely<Schema>;
  readonly #ledger: ProgressLedger;

  private constructor(database: Database.Database) {
    this.#database = new CrashingConnection(database, { stays: false });
    this.#store = new Kysely<Schema>({ dialect: new SqliteDialect({ database: this.#database.connection }) });
    this.#ledger = createProgressLedger(this.#store, () => this.time, () => {});
  }

  static async open(): Promise<School> {
    return new School(new Database(await (image ??= schoolImage())));
  }

  async close(): Promise<void> {
    await this.#store.destroy();
  }

  /** @param crashAfter the database fails once, after so many statements */
  async take(student: string, wire: unknown, crashAfter: number | null = null): Promise<ProgressBatchResponse> {
    this.#database.crashAfter(crashAfter);
    try {
      const answer = await this.#ledger.take(student, fromWire(progressBatchSchema, wire));
      return fromWire(progressBatchResponseSchema, JSON.parse(JSON.stringify(toWire(answer))));
    } finally {
      this.#database.crashAfter(null);
    }
  }

  /** It fails on what was watched of one lesson, until it is mended with null. */
  breakOn(timeline: string | null): void {
    this.#database.raw.exec('DROP TRIGGER IF EXISTS broken');
    if (timeline !== null) this.#database.raw.exec(`CREATE TRIGGER broken BEFORE INSERT ON progress WHEN NEW.timeline_id = '${timeline}' BEGIN SELECT RAISE(ABORT, 'broken'); END`);
  }

  async takeFile(student: string, wire: unknown, writtenAt: number): Promise<void> {
    await this.#ledger.take(student, fromWire(progressBatchSchema, wire), writtenAt);
  }

  async since(student: string, cursor: number): Promise<ProgressPull> {
    return fromWire(progressPullSchema, JSON.parse(JSON.stringify(toWire(await this.#ledger.since(student, cursor)))));
  }
}
