import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exitCodes } from '../../../src/cli/exit-codes.ts';
import { blockFiles } from '../../harness/belongings.ts';
import { openDeafPort, type DeafPort } from '../../harness/deaf-port.ts';
import { lessons, openTrueSchool, type FaultySchool, type TrueSchool } from '../../harness/faulty-school.ts';
import { openRawServer, type Fault, type RawRequest } from '../../harness/raw-server.ts';
import { sentences } from '../../harness/sentences.ts';
import { runInside } from '../../harness/tool-inside.ts';

let school: TrueSchool;
let deaf: DeafPort | null;
beforeAll(async () => {
  [school, deaf] = await Promise.all([openTrueSchool(), openDeafPort()]);
});
afterAll(() => Promise.all([school.close(), deaf?.close()]));

type When = (request: RawRequest, nth: number, media: readonly RawRequest[]) => Fault | undefined;

/** The first request for each file. */
const firstOfEach = (fault: Fault): When => (_, nth) => (nth === 0 ? fault : undefined);
const always = (fault: Fault): When => () => fault;
/** Sent to where each SYN is dropped. */
const toTheDeaf = (): Fault => (deaf ? { kind: 'answer', status: 302, headers: { location: `${deaf.url}/media` } } : { kind: 'mute' });
/** Two seconds from now by its own clock, cut to a whole one, and no word of what time it is there. */
const retryAtDate: When = (_, nth) => (nth === 0 ? { kind: 'answer', status: 503, headers: { 'retry-after': new Date(Date.now() + 2_000).toUTCString() } } : undefined);
/** The right bytes of the first request for each file, told to be others. */
const otherRange =
  (told: (start: number, end: number, total: number) => string): When =>
  ({ headers }, nth) => {
    const [, start, end] = /^bytes=(\d+)-(\d+)$/.exec(headers['range'] ?? '') ?? [];
    return nth === 0 ? { kind: 'content-range', value: told(Number(start), Number(end), Number(end) + 1) } : undefined;
  };
const page = '<!doctype html><html><body>Log in to the network</body></html>';
const whole = 'whole' as const;

interface Row {
  readonly fault: string;
  readonly lesson?: keyof typeof lessons;
  readonly when: When;
  /** What it ends in: the whole lesson, or a reason that is told. */
  readonly end: typeof whole | keyof typeof sentences;
  /** How much of what was sent may have to be sent again, as a share of the lesson. */
  readonly againAtMost: number;
  /** What was refused is not asked for again before so many ms. */
  readonly notBeforeMs?: number;
}

const rows: readonly Row[] = [
  { fault: 'content changed at the same length, once', when: firstOfEach({ kind: 'corrupt', at: 5 }), end: whole, againAtMost: 1 },
  { fault: 'content changed at the same length, for good', when: always({ kind: 'corrupt', at: 5 }), end: 'piece_corrupt', againAtMost: 5 },
  { fault: 'the whole file for a range', when: always({ kind: 'whole' }), end: whole, againAtMost: 3 },
  { fault: 'a Content-Range that starts elsewhere', when: otherRange((start, end, total) => `bytes ${start + 1}-${end}/${total}`), end: whole, againAtMost: 1 },
  { fault: 'a Content-Range that ends elsewhere', when: otherRange((start, end, total) => `bytes ${start}-${end + 1}/${total}`), end: whole, againAtMost: 1 },
  { fault: 'a Content-Range of another total', when: otherRange((start, end, total) => `bytes ${start}-${end}/${total + 1}`), end: whole, againAtMost: 1 },
  { fault: 'a Content-Range of another total, for good', when: always({ kind: 'content-range', value: 'bytes 0-9/99999999' }), end: 'unexpected_answer', againAtMost: 5 },
  { fault: '416, once', when: firstOfEach({ kind: 'answer', status: 416 }), end: whole, againAtMost: 0 },
  { fault: 'a body cut short of its Content-Length', when: firstOfEach({ kind: 'cut', after: 9_000 }), end: whole, againAtMost: 0.05 },
  { fault: 'a body cut without Content-Length', when: firstOfEach({ kind: 'cut-unannounced', after: 9_000 }), end: whole, againAtMost: 0.05 },
  { fault: 'a chunked body cut before its last chunk', when: firstOfEach({ kind: 'cut-chunked', after: 9_000 }), end: whole, againAtMost: 0.05 },
  { fault: 'a connection reset before any answer', when: firstOfEach({ kind: 'reset' }), end: whole, againAtMost: 0 },
  { fault: 'gzip on a 206', when: firstOfEach({ kind: 'encoded', encoding: 'gzip' }), end: whole, againAtMost: 1 },
  { fault: 'a captive portal with status 200, for a while', when: firstOfEach({ kind: 'answer', status: 200, headers: { 'content-type': 'text/html' }, body: page }), end: whole, againAtMost: 0.1 },
  { fault: 'a captive portal with status 200, for good', when: always({ kind: 'answer', status: 200, headers: { 'content-type': 'text/html' }, body: page }), end: 'captive_portal', againAtMost: 1 },
  { fault: 'a JSON error with status 200', when: firstOfEach({ kind: 'answer', status: 200, headers: { 'content-type': 'application/json' }, body: '{"error":"busy"}' }), end: whole, againAtMost: 0.1 },
  { fault: '404 of one file, for good', when: always({ kind: 'answer', status: 404 }), end: 'not_found', againAtMost: 0 },
  { fault: '403, for good', when: always({ kind: 'answer', status: 403 }), end: 'forbidden', againAtMost: 0 },
  { fault: '429 with Retry-After in seconds', when: firstOfEach({ kind: 'answer', status: 429, headers: { 'retry-after': '1' } }), end: whole, againAtMost: 0, notBeforeMs: 1_000 },
  { fault: '503 with Retry-After in seconds', when: firstOfEach({ kind: 'answer', status: 503, headers: { 'retry-after': '1' } }), end: whole, againAtMost: 0, notBeforeMs: 1_000 },
  {
    fault: '503 with Retry-After as a date, by a clock ten years off',
    when: firstOfEach({ kind: 'answer', status: 503, headers: { date: 'Sun, 06 Nov 2016 08:49:36 GMT', 'retry-after': 'Sun, 06 Nov 2016 08:49:37 GMT' } }),
    end: whole,
    againAtMost: 0,
    notBeforeMs: 1_000,
  },
  { fault: '503 with Retry-After as a date, and no Date to compare it with', when: retryAtDate, end: whole, againAtMost: 0, notBeforeMs: 1_000 },
  { fault: '429 with a pause of years', when: always({ kind: 'answer', status: 429, headers: { 'retry-after': '99999999999' } }), end: 'rate_limited', againAtMost: 0 },
  { fault: 'a stall in the middle of a piece', when: firstOfEach({ kind: 'stall', after: 9_000 }), end: whole, againAtMost: 0.05 },
  { fault: 'a connection that is taken and never answered', when: firstOfEach({ kind: 'mute' }), end: whole, againAtMost: 0 },
  { fault: 'a connection that is never made, its SYN dropped', when: (_, nth) => (nth === 0 ? toTheDeaf() : undefined), end: whole, againAtMost: 0 },
  { fault: 'no connection is ever made, for good', when: () => toTheDeaf(), end: 'timeout', againAtMost: 0 },
  { fault: 'a line that only drips, for a while', when: (_, nth) => (nth === 0 ? { kind: 'drip', bytesPerSecond: 40 } : undefined), end: whole, againAtMost: 0.05 },
  { fault: 'a redirect loop', when: (request, nth) => (nth < 7 ? { kind: 'answer', status: 302, headers: { location: request.path } } : undefined), end: whole, againAtMost: 0 },
  { fault: 'a plain film: a body cut short', lesson: 'plain', when: (_, nth) => (nth === 1 ? { kind: 'cut', after: 9_000 } : undefined), end: whole, againAtMost: 0.1 },
  { fault: 'a plain film: ranges taken off on the way', lesson: 'plain', when: always({ kind: 'whole' }), end: whole, againAtMost: 4 },
  { fault: 'a plain film: 401 in the middle', lesson: 'plain', when: (_, nth) => (nth === 1 ? { kind: 'answer', status: 401 } : undefined), end: whole, againAtMost: 0 },
];

describe.concurrent('a lesson is taken home whole, or the student is told why not', () => {
  for (const { fault, lesson = 'pieces', when, end, againAtMost, notBeforeMs } of rows) {
    it(`${fault}: ${end}`, async () => {
      const faulty = await school.open();
      const data = mkdtempSync(join(tmpdir(), 'teachify-fault-'));
      try {
        const asked = new Map<string, number[]>();
        faulty.fault = (request, nth) => {
          const what = `${request.path} ${request.headers['range']}`;
          asked.set(what, [...(asked.get(what) ?? []), performance.now()]);
          return when(request, nth, faulty.requests);
        };
        const { code, lines } = await runInside({ data, url: faulty.url, silenceMs: 3_000 }, 'download', lessons[lesson], '--quality', '480p', '--wait', '2');
        const size = Number(lines.findLast(({ event }) => event === 'progress')?.['bytes_total']);
        expect(size).toBeGreaterThan(0);
        const again = faulty.sentBytes() - size;
        if (end === whole) {
          expect(lines.at(-1)).toMatchObject({ event: 'done' });
          expect(code).toBe(exitCodes.ok);
          await checkWhole(faulty, data);
          expect(again).toBeGreaterThanOrEqual(0);
        } else {
          expect(lines.at(-1)).toMatchObject({ event: 'gave_up', reason: end, sentence: sentences[end] });
        }
        expect(again / size).toBeLessThanOrEqual(againAtMost);
        const pauses = [...asked.values()].flatMap(([first = 0, second]) => (second === undefined ? [] : [second - first]));
        // Timers may be some milliseconds early.
        if (notBeforeMs !== undefined) expect(Math.min(...pauses, pauses.length > 0 ? Infinity : 0)).toBeGreaterThan(notBeforeMs - 20);
      } finally {
        await faulty.close();
        rmSync(data, { recursive: true, force: true });
      }
    });
  }
});

describe.concurrent('a plain film', () => {
  const opened = async (work: (faulty: FaultySchool, data: string, take: (wait?: string) => ReturnType<typeof runInside>) => Promise<void>) => {
    const faulty = await school.open();
    const data = mkdtempSync(join(tmpdir(), 'teachify-fault-'));
    try {
      await work(faulty, data, (wait = '2') => runInside({ data, url: faulty.url }, 'download', lessons.plain, '--wait', wait));
    } finally {
      await faulty.close();
      rmSync(data, { recursive: true, force: true });
    }
  };

  it('that was replaced by another of the same length between two runs is fetched anew, and never mixed', async () => {
    await opened(async (faulty, data, take) => {
      faulty.fault = (_, nth) => (nth >= 1 ? { kind: 'cut', after: nth === 1 ? 9_000 : 0 } : undefined);
      const first = await take('0');
      expect(first.code).toBe(exitCodes.line);
      faulty.replacePlain();
      faulty.fault = () => undefined;
      const before = faulty.sentBytes();
      const second = await take();
      expect(second.code).toBe(exitCodes.ok);
      const size = Number(second.lines.findLast(({ event }) => event === 'progress')?.['bytes_total']);
      expect(faulty.sentBytes() - before).toBeGreaterThanOrEqual(size);
      const stored = Buffer.concat(blockFiles(data).toSorted().map((file) => readFileSync(file)));
      expect(stored.equals(faulty.plainBytes())).toBe(true);
    });
  });

  it('that is no whole film by its own structure is not believed', async () => {
    await opened(async (faulty, _, take) => {
      faulty.breakPlain();
      const { code, lines } = await take();
      expect(code).toBe(exitCodes.content);
      expect(lines.at(-1)).toMatchObject({ event: 'gave_up', reason: 'piece_corrupt' });
    });
  });

  it('behind a redirect to another host is fetched without telling that host who asks', async () => {
    const elsewhere = await openRawServer();
    try {
      await opened(async (faulty, _, take) => {
        elsewhere.files.set('/film.mp4', { bytes: faulty.plainBytes(), etag: faulty.plainTag() });
        faulty.fault = () => ({ kind: 'answer', status: 302, headers: { location: `${elsewhere.url.replace('127.0.0.1', 'localhost')}/film.mp4` } });
        const { code } = await take();
        expect(code).toBe(exitCodes.ok);
        expect(elsewhere.requests.length).toBeGreaterThan(1);
        for (const { headers } of elsewhere.requests) expect(headers).not.toHaveProperty('authorization');
      });
    } finally {
      await elsewhere.close();
    }
  });

  for (const [what, cutAt] of [
    ['whose length nobody says', Infinity],
    ['whose length nobody says, cut where it is counted,', 9_000],
  ] as const) {
    it(`${what} is believed only when its own structure is whole`, async () => {
      await opened(async (faulty, data, take) => {
        faulty.fault = ({ method }, nth) => (method === 'HEAD' ? { kind: 'answer', status: 405 } : { kind: 'cut-unannounced', after: nth === 1 ? cutAt : Infinity });
        const { code } = await take();
        expect(code).toBe(exitCodes.ok);
        const stored = Buffer.concat(blockFiles(data).toSorted().map((file) => readFileSync(file)));
        expect(stored.equals(faulty.plainBytes())).toBe(true);
      });
    });
  }

  for (const [kind, etag] of [
    ['a weak', 'W/"1"'],
    ['no', undefined],
  ] as const) {
    it(`with ${kind} validator comes in one stream, begins anew when that is cut, and is checked by its own structure`, async () => {
      await opened(async (faulty, data, take) => {
        faulty.setPlainTag(etag);
        faulty.fault = (_, nth) => (nth === 1 ? { kind: 'cut', after: 9_000 } : undefined);
        const { code } = await take();
        expect(code).toBe(exitCodes.ok);
        for (const { headers } of faulty.requests.filter(({ path, method }) => path.endsWith('.mp4') && method === 'GET')) expect(headers['range'] ?? 'bytes=0-').toMatch(/^bytes=0-/);
        const stored = Buffer.concat(blockFiles(data).toSorted().map((file) => readFileSync(file)));
        expect(stored.equals(faulty.plainBytes())).toBe(true);
      });
    });
  }
});

/** Every byte hashes to what the school signed, and nothing is left that belongs to nothing. */
async function checkWhole(faulty: FaultySchool, data: string): Promise<void> {
  faulty.fault = () => undefined;
  const sent = faulty.sentBytes();
  const { code, lines } = await runInside({ data, url: faulty.url }, 'verify', '--no-repair');
  expect({ code, bad: lines.map((line) => line['bad_pieces']) }).toEqual({ code: exitCodes.ok, bad: [0] });
  expect(faulty.sentBytes()).toBe(sent);
}
