import { onTestFinished } from 'vitest';
import { createTrustedClock } from '../../src/core/accounts/trusted-clock.ts';
import { Emitter } from '../../src/core/base/emitter.ts';
import { silentLogger } from '../../src/core/base/logger.ts';
import { systemRandom } from '../../src/core/base/random.ts';
import { openDatabases } from '../../src/core/database/databases.ts';
import type { ApiClient } from '../../src/core/net/ports.ts';
import { createProgress } from '../../src/core/progress/progress.ts';
import type { eventOutcomes, ProgressBatch, ProgressEvent, ProgressRow } from '../../src/shared/api/progress.ts';
import type { AccountsState } from '../../src/shared/contracts/accounts.ts';
import type { ConnectionState } from '../../src/shared/contracts/connection.ts';
import { TeachifyError } from '../../src/shared/errors.ts';
import type { SessionSnapshot } from '../../src/shared/models/progress.ts';
import { manualClock } from './manual-clock.ts';
import { temporaryFolder } from './temporary-folder.ts';

export type Outcome = (typeof eventOutcomes)[number];
/** What the school says of each event of a batch; it may throw instead, or never answer. */
export type School = (event: ProgressEvent, batch: ProgressBatch) => Outcome | Promise<Outcome>;

/** A computer with a ledger of its own, whose school says what the test wants it to. */
export function computer({ folder = temporaryFolder(), fraction = () => 0, portion, bootId = 'test-boot' }: { folder?: string; fraction?: () => number; portion?: number; bootId?: string } = {}) {
  const databases = openDatabases(folder);
  onTestFinished(() => databases.close());
  const steady = manualClock();
  let wallOff = 0;
  const clock = { ...steady, bootId, now: () => steady.now() + wallOff };
  const trusted = createTrustedClock({ clock, anchor: null, save: async () => {} });
  const batches: ProgressBatch[] = [];
  let account = 'school#one';
  let school: School = () => 'applied';
  let returnWindow = 1;
  const line = new Emitter<ConnectionState>();
  const signedIn = new Emitter<AccountsState>();
  const answer = async (batch: ProgressBatch) => {
    batches.push(batch);
    const results = [];
    for (const event of batch.events) results.push({ sequence: event.sequence, outcome: await school(event, batch), reason: null });
    return { nonce: batch.nonce, serverTime: steady.now(), results, progress: answered, notes: [], choices: [], returnWindow, retryAfter: null, maxBatch: 500, history: null };
  };
  let told: ProgressRow[] = [];
  let answered: ProgressRow[] = [];
  const request = async ({ body }: { body?: unknown }) => (body ? answer(body as ProgressBatch) : { progress: told, notes: [], choices: [], cursor: told.at(-1)?.version ?? 0, more: false, history: null });
  const progress = createProgress({
    ...{ database: databases.ledger, clock, random: { ...systemRandom(), fraction }, logger: silentLogger(), ...(portion === undefined ? {} : { portion }) },
    api: { request } as unknown as ApiClient,
    catalog: { lesson: () => Promise.reject(new Error('not seen')), lessons: async () => [], changed: new Emitter<never>().event },
    accounts: { current: () => ({ accountId: account }) as never, changed: signedIn.event },
    connectivity: { changed: line.event },
    serverTime: async () => steady.now(),
    onServerTime: (at) => trusted.sawServerTime(at),
    heardTime: () => trusted.heard(),
  });
  return {
    ...{ databases, clock, progress, batches },
    says: (next: School) => void (school = next),
    /** What the school tells of other machines. */
    tells: (rows: ProgressRow[]) => void (told = rows),
    /** What it answers to a batch. */
    answers: (rows: ProgressRow[]) => void (answered = rows),
    /** Over so many seconds the school spreads a return. */
    spreads: (seconds: number) => void (returnWindow = seconds),
    online: () => line.emit({ status: 'online' } as ConnectionState),
    signIn: (id: string) => void (account = id),
    /** Who is here signs in again, which is announced. */
    signInAgain: () => signedIn.emit({} as AccountsState),
    /** The computer's clock is wrong by so much. */
    setClock: (offMs: number) => void (wallOff = offMs),
    watch: (sessionId: string, seconds: number, timelineId = 't') => progress.report(watched(sessionId, seconds, timelineId)),
    /** Sittings as they were sent, batch by batch. */
    sent: () => batches.map(({ events }) => events.map((event) => (event.kind === 'watched' ? `${event.snapshot.sessionId} ${event.snapshot.watchedMs / 1000}` : 'note'))),
    items: async () => (await progress.outbox()).items.map(({ state, watchedMs }) => `${state} ${watchedMs / 1000}`),
  };
}

function watched(sessionId: string, seconds: number, timelineId: string): SessionSnapshot {
  const ms = seconds * 1000;
  return { sessionId, lessonId: timelineId, timelineId, epoch: 0, ranges: [[0, ms]], watchedMs: ms, positionMs: ms };
}

export const noLine: School = () => Promise.reject(new TeachifyError('offline', 'no line'));

export const isSitting = (event: ProgressEvent, sessionId: string): boolean => event.kind === 'watched' && event.snapshot.sessionId === sessionId;

/** A row of the school's, of a student who went on on another machine. */
export const elsewhere = (ms: number, version: number): ProgressRow => ({
  ...{ lessonId: 't', timelineId: 't', epoch: 0, ranges: [[0, ms]], sessions: [], done: false, version },
  position: { ms, stamp: { at: 1, installId: 'another', sequence: 1 } },
});
