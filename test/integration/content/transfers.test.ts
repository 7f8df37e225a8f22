import { afterEach, describe, expect, it } from 'vitest';
import { createLineBudget, type LineRules } from '../../../src/core/content/line-budget.ts';
import type { BandwidthMeter, FileDescription, LineBudget, PieceRef, PieceRun, PieceSource, PieceStore } from '../../../src/core/content/ports.ts';
import { Emitter } from '../../../src/core/base/emitter.ts';
import type { Connectivity } from '../../../src/core/net/ports.ts';
import type { ConnectionState } from '../../../src/shared/contracts/connection.ts';
import { TeachifyError } from '../../../src/shared/errors.ts';
import { manualClock, type ManualClock } from '../../harness/manual-clock.ts';
import { allPieces, freeBudget, madeFile, openStoreOnDisk } from '../../harness/store-on-disk.ts';

/** One request as the test sees it: it brings what it is told to, when it is told. */
interface Asked {
  readonly fileId: string;
  readonly pieces: readonly number[];
  end(error?: TeachifyError): void;
}

interface Desk {
  readonly store: PieceStore;
  readonly clock: ManualClock;
  /** Under way, oldest first. */
  readonly asked: Asked[];
  /** All there were. */
  readonly all: Asked[];
  /** Lets whatever waits for nothing but the disk come to its end. */
  until(holds: () => boolean): Promise<void>;
}

let closing: (() => Promise<void>) | null = null;
afterEach(async () => {
  await closing?.();
  closing = null;
});

async function openDesk(files: ReadonlyMap<string, { bytes: Buffer; file: FileDescription }>, { budget, bandwidth, lineChanged }: { budget?: (clock: ManualClock) => LineBudget; bandwidth?: BandwidthMeter; lineChanged?: Connectivity['changed'] } = {}): Promise<Desk> {
  const clock = manualClock();
  const asked: Asked[] = [];
  const all: Asked[] = [];
  const source: PieceSource = {
    open: async function* open({ file, first, count, skipBytes }: PieceRun, signal) {
      let end: (error?: TeachifyError) => void = () => {};
      const told = new Promise<TeachifyError | undefined>((resolve) => (end = resolve));
      signal.addEventListener('abort', () => end(new TeachifyError('cancelled', 'The test is over')));
      const one: Asked = { fileId: file.id, pieces: Array.from({ length: count }, (_, index) => first + index), end };
      asked.push(one);
      all.push(one);
      const error = await told;
      asked.splice(asked.indexOf(one), 1);
      if (error) throw error;
      const made = files.get(file.id);
      for (const piece of one.pieces) {
        const { offset, length } = file.pieces[piece] ?? { offset: 0, length: 0 };
        yield made?.bytes.subarray(offset + (piece === first ? skipBytes : 0), offset + length) ?? Buffer.alloc(0);
      }
    },
  };
  const { store, close } = await openStoreOnDisk({ source, clock, budget: budget?.(clock) ?? freeBudget, ...(bandwidth ? { bandwidth } : {}), ...(lineChanged ? { lineChanged } : {}) });
  for (const { file } of files.values()) await store.register(file);
  closing = close;
  const until = async (holds: () => boolean) => {
    const deadline = performance.now() + 60_000;
    while (!holds()) {
      if (performance.now() > deadline) throw new Error('What was waited for did not come');
      await clock.advance(0);
    }
    // And nothing more than that.
    for (let turn = 0; turn < 50; turn++) await clock.advance(0);
  };
  return { store, clock, asked, all, until };
}

/** Each piece as long as the least that one request asks for on a slow line, so that each is a request. */
const slow: BandwidthMeter = { bitsPerSecond: () => 8_000, record: () => {} };
const pieceBytes = 64 * 1024;
const background = { priority: 'background' } as const;

function filesOf(...made: readonly ReturnType<typeof madeFile>[]) {
  return new Map(made.map((one) => [one.file.id, one]));
}
const elsewhere = (host: string, pieces: number) => ({
  kind: 'elsewhere' as const,
  places: Array.from({ length: pieces }, (_, index) => ({ url: `https://${host}/${index}`, offset: 0, total: pieceBytes, etag: '"x"', isCounted: false })),
});

describe('how many at once', () => {
  const one = () => madeFile({ name: 'one', pieces: 40, pieceBytes });

  it.each(['rate_limited', 'server_error', 'timeout'] as const)('four at first; two after %s, met by all four together; one more after each round that brings more', async (code) => {
    const made = one();
    let bits = 8_000;
    const { store, asked, clock, until } = await openDesk(filesOf(made), { bandwidth: { ...slow, bitsPerSecond: () => bits } });
    const fetching = store.fetch(allPieces(made.file), background);
    fetching.catch(() => {});
    await until(() => asked.length === 4);
    expect(asked.map(({ pieces }) => pieces)).toEqual([[0], [1], [2], [3]]);
    for (const { end } of [...asked]) end(new TeachifyError(code, 'Too much'));
    await until(() => asked.length === 0 || code !== 'rate_limited');
    await clock.advance(3_000);
    await until(() => asked.length === 2);
    for (const more of [3, 4, 5]) {
      bits *= 1.2;
      // A whole round: as many as may go at once.
      for (const { end } of [...asked]) end();
      await until(() => asked.length === more);
    }
  });

  it('never more than twelve', async () => {
    const made = madeFile({ name: 'many', pieces: 130, pieceBytes });
    let bits = 8_000;
    const { store, asked, all, until } = await openDesk(filesOf(made), { bandwidth: { ...slow, bitsPerSecond: () => bits } });
    store.fetch(allPieces(made.file), background).catch(() => {});
    await until(() => asked.length === 4);
    for (let round = 0; round < 12; round++) {
      bits *= 1.2;
      const most = Math.min(12, asked.length + 1);
      const begun = all.length + most;
      for (const { end } of [...asked]) end();
      await until(() => all.length === begun);
    }
    expect(asked).toHaveLength(12);
  });
});

it('a host that asks for a pause is left alone by every transfer, and no other host is', async () => {
  const [slowHost, quickHost] = [madeFile({ name: 'a', pieces: 20, pieceBytes, origin: elsewhere('a.test', 20) }), madeFile({ name: 'b', pieces: 20, pieceBytes, origin: elsewhere('b.test', 20) })];
  const { store, asked, all, clock, until } = await openDesk(filesOf(slowHost, quickHost), { bandwidth: slow });
  const of = ({ file }: typeof slowHost) => asked.filter(({ fileId }) => fileId === file.id);
  for (const { file } of [slowHost, quickHost]) store.fetch(allPieces(file), background).catch(() => {});
  await until(() => of(slowHost).length === 4 && of(quickHost).length === 4);
  of(slowHost)[0]?.end(new TeachifyError('rate_limited', 'Too much', { retryAfter: 5 }));
  await until(() => of(slowHost).length === 3);
  // Those that were under way come to their end; nobody begins.
  for (const { end } of of(slowHost)) end();
  for (const { end } of of(quickHost)) end();
  await until(() => of(slowHost).length === 0 && of(quickHost).length >= 4);
  await clock.advance(4_900);
  expect(of(slowHost)).toEqual([]);
  const before = all.length;
  for (const { end } of of(quickHost)) end();
  await until(() => all.length > before);
  expect(of(slowHost)).toEqual([]);
  await clock.advance(200);
  await until(() => of(slowHost).length > 0);
});

it('whoever waits to try again does so when the line is back, not when the wait would have been over', async () => {
  const made = madeFile({ name: 'line', pieces: 4, pieceBytes });
  const line = new Emitter<ConnectionState>();
  const { store, asked, all, clock, until } = await openDesk(filesOf(made), { bandwidth: slow, lineChanged: line.event });
  let isOver = false;
  const fetching = store.fetch(allPieces(made.file), background).then(() => (isOver = true));
  await until(() => asked.length === 4);
  const breakAll = async () => {
    for (const { end } of [...asked]) end(new TeachifyError('unreachable', 'The line is gone'));
    await until(() => asked.length === 0);
  };
  await breakAll();
  // That it is gone is no reason to try.
  line.emit({ status: 'offline', reason: 'unreachable', since: 0 });
  await until(() => true);
  expect(all).toHaveLength(4);
  line.emit({ status: 'online', reason: null, since: 0 });
  await until(() => asked.length === 4);
  expect(clock.monotonic()).toBe(0);
  for (const { end } of [...asked]) end();
  await until(() => isOver);
  await fetching;
});

describe('the order of time', () => {
  it('x % of a lesson is its first x %, picture and sound', async () => {
    const picture = madeFile({ name: 'picture', pieces: 40, pieceBytes: 50_000 });
    const sound = madeFile({ name: 'sound', pieces: 40, pieceBytes: 6_000 });
    // Ten pieces are a minute.
    const minute = (from: number) => [picture, sound].flatMap(({ file }) => allPieces(file).slice(from * 10, from * 10 + 10));
    const wanted: PieceRef[] = [0, 1, 2, 3].flatMap(minute);
    const { store, asked, all, until } = await openDesk(filesOf(picture, sound), { budget: () => ({ ...freeBudget, backgroundTransfers: () => 1 }) });
    let isOver = false;
    const fetching = store.fetch(wanted, background).then(() => (isOver = true));
    const has = ({ fileId, piece }: PieceRef) => store.verified(fileId).has(piece);
    while (!isOver) {
      await until(() => isOver || asked.length > 0);
      // All that is here lies before all that is not.
      const firstAbsent = wanted.findIndex((ref) => !has(ref));
      if (firstAbsent >= 0) expect(wanted.slice(firstAbsent).filter(has)).toEqual([]);
      asked[0]?.end();
      await until(() => isOver || asked.length > 0);
    }
    await fetching;
    // A minute of picture, the same minute of sound: one request each.
    expect(all.map(({ fileId, pieces }) => `${fileId === picture.file.id ? 'picture' : 'sound'} ${pieces[0]}-${pieces.at(-1)}`)).toEqual(
      [0, 1, 2, 3].flatMap((at) => [`picture ${at * 10}-${at * 10 + 9}`, `sound ${at * 10}-${at * 10 + 9}`]),
    );
  });
});

describe('what the student allows of the line', () => {
  /** Seconds that so many bytes take, each request answered at once. */
  async function secondsFor(rules: LineRules, bytes: number, bitsPerSecond = 80e6): Promise<number> {
    const made = madeFile({ name: 'rate', pieces: bytes / 50_000, pieceBytes: 50_000 });
    const bandwidth: BandwidthMeter = { bitsPerSecond: () => bitsPerSecond, record: () => {} };
    let held = 0;
    const budget = (clock: ManualClock): LineBudget => {
      const bucket = createLineBudget({ clock, rules: () => rules, bitsPerSecond: () => bitsPerSecond });
      return { ...bucket, spend: (...spent) => ((held += 1), bucket.spend(...spent).finally(() => (held -= 1))) };
    };
    const { store, asked, clock } = await openDesk(filesOf(made), { bandwidth, budget });
    let isOver = false;
    const fetching = store.fetch(allPieces(made.file), background).then(() => (isOver = true));
    const startedAt = clock.monotonic();
    while (!isOver) {
      for (const { end } of [...asked]) end();
      // Time passes only while the bucket holds somebody back, so that a busy disk costs none.
      await clock.advance(0);
      if (held > 0) await clock.advance(10);
    }
    await fetching;
    return (clock.monotonic() - startedAt) / 1000;
  }

  it('a rate limit holds for all transfers together', async () => {
    const seconds = await secondsFor({ rateLimitBytesPerSecond: 200_000, polite: false }, 4_000_000);
    // Half a second of it may come at once.
    expect(seconds).toBeGreaterThanOrEqual(19);
    expect(seconds).toBeLessThanOrEqual(20.5);
  });

  it('without one nothing waits', async () => {
    expect(await secondsFor({ rateLimitBytesPerSecond: null, polite: false }, 4_000_000)).toBe(0);
  });
});
