import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { Core } from '../../../src/core/compose.ts';
import { openCoreAtSchool } from '../../harness/core-at-school.ts';
import { openLine, type Line } from '../../harness/line.ts';
import { startSchoolServer, type SchoolServer } from '../../harness/school-server.ts';
import { temporaryFolder } from '../../harness/temporary-folder.ts';
import type { people } from '../../harness/tiny-school.ts';

let school: SchoolServer;
let line: Line;

beforeAll(async () => {
  school = await startSchoolServer();
  line = await openLine({ target: school.url });
});
beforeEach(async () => {
  // Sign-ins are counted by the minute.
  await school.restart();
  line.setTarget(school.url);
});
afterAll(async () => {
  await line.close();
  await school.close();
});

async function machine({ url = line.url, who = 'both' }: { url?: string; who?: keyof typeof people } = {}): Promise<Core> {
  const core = await openCoreAtSchool({ data: temporaryFolder(), url, who });
  onTestFinished(() => core.dispose());
  return core;
}

async function watch({ progress, catalog }: Core, sessionId: string, start: number, end: number) {
  const { timelineId } = await catalog.lesson('making-tea');
  return progress.report({ sessionId, lessonId: 'making-tea', timelineId, epoch: 0, ranges: [[start, end]], watchedMs: end - start, positionMs: end });
}

/** Milliseconds by sitting, as the school has them. */
async function atSchool(who: keyof typeof people = 'both'): Promise<Record<string, number>> {
  const visitor = await school.signIn(who);
  const { progress } = (await (await visitor.get('/api/progress')).json()) as { progress: { sessions: { session_id: string; watched_ms: number }[] }[] };
  return Object.fromEntries(progress.flatMap(({ sessions }) => sessions).map(({ session_id: id, watched_ms: ms }) => [id, ms]));
}

describe('what a student chose', () => {
  it('is there on the next machine, and what belongs to a machine stays there', async () => {
    const first = await machine();
    await first.settings.set({ playbackRate: 1.5, captions: true, captionLanguage: 'fr', rateLimitBytesPerSecond: 12_345 });
    await expect.poll(async () => (await first.progress.outbox()).waiting).toBe(3);
    expect(await first.progress.sync()).toMatchObject({ waiting: 0, parked: 0 });
    const second = await machine();
    await second.progress.sync();
    await expect.poll(() => second.settings.get()).toMatchObject({ playbackRate: 1.5, captions: true, captionLanguage: 'fr', rateLimitBytesPerSecond: null });
    // Taking it over is no choice of its own.
    expect(await second.progress.outbox()).toMatchObject({ waiting: 0 });
  });

  it('last stands, on whichever machine', async () => {
    const [first, second] = [await machine(), await machine()];
    await first.settings.set({ captionSize: 'small' });
    await expect.poll(async () => (await first.progress.outbox()).waiting).toBe(1);
    await school.clock.advance(1_000);
    await first.progress.sync();
    await second.progress.sync();
    await school.clock.advance(1_000);
    await second.settings.set({ captionSize: 'large' });
    await expect.poll(async () => (await second.progress.outbox()).waiting).toBe(1);
    await second.progress.sync();
    await first.progress.sync();
    await expect.poll(() => [first, second].map(({ settings }) => settings.get().captionSize)).toEqual(['large', 'large']);
  });

  it('is a size of captions that exists: another value is refused before it is sent', async () => {
    const { progress } = await machine();
    const answer = await (await school.signIn('both')).post('/api/progress/batches', {
      ...{ install_id: 'of-another-program', nonce: 'a-nonce-of-mine', sent_at: { boot_id: 'b', monotonic_ms: 0, wall_ms: 0 } },
      events: [{ sequence: 1, kind: 'chose', recorded_at: { boot_id: 'b', monotonic_ms: 0, wall_ms: 0 }, choice: { name: 'captionSize', value: 'gigantic' } }],
    });
    expect(answer.status).toBe(400);
    await progress.sync();
    expect((await progress.choices()).find(({ name }) => name === 'captionSize')?.value).not.toBe('gigantic');
  });
});

describe('what waits on a machine without a line', () => {
  it('goes by file to another machine, with a receipt, and is counted once when the line comes back', async () => {
    const lonely = await machine();
    await line.cut();
    await watch(lonely, 'by-stick', 0, 700);
    await lonely.progress.sync();
    const { text, fileName } = await lonely.progress.export();
    expect(fileName).toMatch(/^progress-\d{4}-\d\d-\d\d\.json$/);
    await watch(lonely, 'by-stick', 0, 900);
    expect(await lonely.progress.outbox()).toMatchObject({ waiting: 2 });

    const other = await machine({ url: school.url });
    const { receipt, signed } = await other.progress.handIn(text);
    expect(receipt).toMatchObject({ studentId: 'of-both', studentName: 'Student of both', taken: 1, known: 0, refused: 0 });
    expect(JSON.parse(Buffer.from(signed.split('.')[1] ?? '', 'base64url').toString())).toMatchObject({ content_sha256: receipt.contentSha256, taken: 1 });
    expect(await atSchool()).toMatchObject({ 'by-stick': 700 });
    expect((await other.progress.handIn(text)).receipt).toMatchObject({ taken: 0, known: 1 });

    await line.resume();
    await lonely.connectivity.probe();
    await expect.poll(async () => (await lonely.progress.sync()).waiting).toBe(0);
    expect(await atSchool()).toMatchObject({ 'by-stick': 900 });
  });

  it('is handed in by the student or a teacher, not by another student', async () => {
    const lonely = await machine();
    await line.cut();
    await watch(lonely, 'not-yours', 0, 500);
    const { text } = await lonely.progress.export();
    await line.resume();
    const stranger = await machine({ url: school.url, who: 'tea' });
    await expect(stranger.progress.handIn(text)).rejects.toMatchObject({ code: 'forbidden' });
    expect(await atSchool('tea')).not.toHaveProperty('not-yours');
  });

  it.each([
    ['no JSON', 'words'],
    ['other JSON', '{"format":"something-else"}'],
    ['a list', '[]'],
    ['nothing', ''],
  ])('is not %s: that is said, and nothing is sent', async (_, text) => {
    const { progress } = await machine();
    await expect(progress.handIn(text)).rejects.toMatchObject({ code: 'not_our_file' });
  });
});
