import Database from 'better-sqlite3';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Emitter } from '../../src/core/base/emitter.ts';
import { silentLogger } from '../../src/core/base/logger.ts';
import { openDatabases } from '../../src/core/database/databases.ts';
import type { ApiClient } from '../../src/core/net/ports.ts';
import type { Progress } from '../../src/core/progress/ports.ts';
import { createProgress } from '../../src/core/progress/progress.ts';
import type { ProgressBatch } from '../../src/shared/api/progress.ts';
import { toWire } from '../../src/shared/api/codec.ts';
import { TeachifyError } from '../../src/shared/errors.ts';
import type { TimeRange } from '../../src/shared/models/ranges.ts';
import type { SessionSnapshot } from '../../src/shared/models/progress.ts';
import { CrashingConnection } from './crashing-connection.ts';
import { cellMs, donePercent, lessonMs } from './oracle.ts';
import type { School } from './school.ts';

/** What befalls the next request. */
export type Fault = 'none' | 'request lost' | 'answer lost' | 'doubled' | 'late' | 'portal' | 'server fails' | 'answer spoilt';

export interface Mail {
  readonly student: string;
  readonly wire: unknown;
}

export interface Surroundings {
  readonly school: School;
  /** Ids that are never given twice. */
  readonly newId: () => string;
  /** Requests that are under way still, though nobody waits for them. */
  readonly late: Mail[];
}

let image: Buffer | null = null;

function emptyLedger(): Buffer {
  const folder = mkdtempSync(join(tmpdir(), 'teachify-simulation-'));
  try {
    const databases = openDatabases(folder);
    databases.ledger.pragma('journal_mode = DELETE');
    const bytes = databases.ledger.serialize();
    databases.close();
    return bytes;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A machine with the app's own ledger and sync; its line, its clock and the moment of its end are the simulation's. */
export class Machine {
  readonly name: string;
  readonly #surroundings: Surroundings;
  readonly #open = new Map<string, SessionSnapshot>();
  #database: CrashingConnection;
  #progress: Progress;
  #student = 'ada';
  #boots = 0;
  #bootedAt: number;
  /** How wrong its clock is, ms. */
  clockOff = 0;
  #fault: Fault = 'none';
  #failAfter = 0;
  #meanwhile: (() => Promise<void>) | null = null;

  constructor(name: string, surroundings: Surroundings, disk: Buffer = (image ??= emptyLedger())) {
    this.name = name;
    this.#surroundings = surroundings;
    this.#bootedAt = surroundings.school.time;
    this.#database = new CrashingConnection(new Database(disk), { stays: true });
    this.#progress = this.#start();
  }

  disk(): Buffer {
    return this.#database.raw.serialize();
  }

  /** The disk as it was once: what happens to a PC that is reset at every boot. */
  putBack(disk: Buffer): void {
    this.#database.raw.close();
    this.#database = new CrashingConnection(new Database(disk), { stays: true });
    this.#progress = this.#start();
  }

  close(): void {
    this.#database.raw.close();
  }

  signIn(student: string): void {
    this.#student = student;
  }

  get student(): string {
    return this.#student;
  }

  /** Watches on in a sitting of its own of this timeline; what was reported when it resolves. */
  async watch(timelineId: string, watched: TimeRange, startsOver: boolean, crashAfter: number | null): Promise<SessionSnapshot> {
    const { epoch } = await this.#progress.resumePoint(timelineId);
    const key = `${this.#student} ${timelineId} ${startsOver ? epoch + 1 : epoch}`;
    const before = this.#open.get(key);
    const snapshot: SessionSnapshot = {
      sessionId: before?.sessionId ?? this.#surroundings.newId(),
      ...{ lessonId: `lesson-${timelineId}`, timelineId, epoch: startsOver ? epoch + 1 : epoch },
      ranges: joined(before?.ranges ?? [], watched),
      watchedMs: (before?.watchedMs ?? 0) + watched[1] - watched[0],
      positionMs: watched[1],
    };
    this.#open.set(key, snapshot);
    const report = () => this.#progress.report(snapshot);
    // Who was cut off while writing it down says it again.
    if (await this.#endsWithin(crashAfter, report)) await report();
    if (crashAfter !== null) this.#open.clear();
    return snapshot;
  }

  async write(noteId: string, text: string): Promise<void> {
    await this.#progress.recordNote({ noteId, lessonId: 'lesson-t1', timelineId: 't1', atMs: 0, text, removed: false });
  }

  async choose(playbackRate: number): Promise<void> {
    await this.#progress.recordChoices([{ name: 'playbackRate', value: playbackRate }]);
  }

  /** @param meanwhile done while the request is under way */
  async sync(fault: Fault = 'none', failAfter = 0, crashAfter: number | null = null, meanwhile: (() => Promise<void>) | null = null): Promise<void> {
    this.#meanwhile = crashAfter === null ? meanwhile : null;
    this.#fault = fault;
    this.#failAfter = failAfter;
    await this.#endsWithin(crashAfter, () => this.#progress.sync());
    this.#fault = 'none';
    this.#meanwhile = null;
  }

  async waiting(): Promise<number> {
    const { waiting, parked } = await this.#progress.outbox();
    return waiting + parked;
  }

  /** What it shows of the student who is here, in one form. */
  async shown(): Promise<string> {
    const lessons = (await this.#progress.lessons()).map(({ timelineId, ranges, done, positionMs, watchedMs }) => ({ timelineId, ranges, done, positionMs, watchedMs }));
    const notes = (await this.#progress.notes()).map(({ noteId, text }) => ({ noteId, text }));
    return JSON.stringify({ lessons: lessons.sort((a, b) => a.timelineId.localeCompare(b.timelineId)), notes, choices: await this.#progress.choices() });
  }

  async export(): Promise<string> {
    return (await this.#progress.export()).text;
  }

  restart(): void {
    this.#open.clear();
    this.#progress = this.#start();
  }

  /** True when the process ended in the middle; it runs again then. */
  async #endsWithin(crashAfter: number | null, work: () => Promise<unknown>): Promise<boolean> {
    this.#database.crashAfter(crashAfter);
    let ended = false;
    try {
      await work();
    } catch (error) {
      if (crashAfter === null) throw error;
      ended = true;
    }
    if (crashAfter === null) return false;
    this.#database.crashAfter(null);
    this.restart();
    return ended;
  }

  #start(): Progress {
    this.#boots += 1;
    this.#bootedAt = this.#surroundings.school.time;
    const bootId = `${this.name}-${this.#boots}-${this.#surroundings.newId()}`;
    const { school, newId } = this.#surroundings;
    const progress = createProgress({
      database: this.#database.connection,
      clock: { bootId, now: () => school.time + this.clockOff, monotonic: () => school.time - this.#bootedAt, lasting: () => school.time - this.#bootedAt, sleep: () => new Promise(() => {}) },
      random: { id: newId, fraction: () => 0.5, bytes: () => new Uint8Array() },
      logger: silentLogger(),
      // So that there are borders between portions, and ends between them, even where little waits.
      portion: 1,
      api: { request: (request: { path: string; body?: unknown }) => this.#ask(request) } as unknown as ApiClient,
      catalog: { lesson: async () => ({ durationMs: lessonMs, donePercent }) as never, lessons: async () => [], changed: new Emitter<never>().event },
      accounts: { current: () => ({ accountId: `school#${this.#student}` }) as never, changed: new Emitter<never>().event },
      connectivity: { changed: new Emitter<never>().event },
    });
    // As at every start: what was in flight may or may not have arrived.
    this.#database.raw.exec("UPDATE outbox SET state = 'pending' WHERE state = 'in_flight'");
    return progress;
  }

  async #ask({ path, body }: { path: string; body?: unknown }): Promise<unknown> {
    const { school, late } = this.#surroundings;
    const fault = this.#fault;
    if (fault === 'request lost') throw new TeachifyError('unreachable', 'The request was lost');
    if (body === undefined) return school.since(this.#student, Number(new URL(path, 'http://school').searchParams.get('since')));
    this.#fault = 'none';
    const meanwhile = this.#meanwhile;
    this.#meanwhile = null;
    const mail = { student: this.#student, wire: JSON.parse(JSON.stringify(toWire(body))) as unknown };
    if (fault === 'late') {
      late.push(mail);
      throw new TeachifyError('timeout', 'No answer in time');
    }
    await meanwhile?.();
    // A page that says yes to everything.
    if (fault === 'portal') return yesToEverything(body as ProgressBatch, school.time);
    const answer = await school.take(mail.student, mail.wire, fault === 'server fails' ? this.#failAfter : null).catch(() => null);
    // Whoever stands before the school says 502 for it; the line itself stays.
    if (fault === 'answer spoilt') throw new TeachifyError('server_error', 'No answer of the school');
    if (!answer || fault === 'answer lost') throw new TeachifyError(answer ? 'timeout' : 'server_error', 'No answer');
    if (fault === 'doubled') return school.take(mail.student, mail.wire);
    return answer;
  }
}

/** Not by the app's own code, which is what is tried here. */
function joined(ranges: readonly TimeRange[], added: TimeRange): [number, number][] {
  const cells = new Set<number>();
  for (const [start, end] of [...ranges, added]) for (let at = start; at < end; at += cellMs) cells.add(at);
  const starts = [...cells].filter((at) => !cells.has(at - cellMs)).sort((a, b) => a - b);
  const ends = [...cells].filter((at) => !cells.has(at + cellMs)).sort((a, b) => a - b);
  return starts.map((start, index) => [start, (ends[index] ?? start) + cellMs]);
}

function yesToEverything({ events }: ProgressBatch, serverTime: number): unknown {
  const results = events.map(({ sequence }) => ({ sequence, outcome: 'applied', reason: null }));
  return { nonce: 'please-sign-in', serverTime, results, progress: [], notes: [], choices: [], retryAfter: null, returnWindow: 1, maxBatch: 500 };
}
