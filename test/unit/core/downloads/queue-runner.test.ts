import { beforeEach, describe, expect, it } from 'vitest';
import { TeachifyError, type ErrorCode } from '../../../../src/shared/errors.ts';
import { forEver, lessonBytes, openDownloadDesk, type DownloadDesk, type Transfer } from '../../../harness/download-desk.ts';

let desk: DownloadDesk;
beforeEach(async () => {
  desk = await openDownloadDesk();
  return () => desk.close();
});

const fails = (code: ErrorCode, retryAfter?: number) => new TeachifyError(code, 'As the test says', { retryAfter });
/** These lessons fail so; all others come whole. */
const failing =
  (ids: readonly string[], code: ErrorCode): Transfer =>
  async ({ lessonId }) =>
    ids.includes(lessonId) ? fails(code) : null;
async function pass(ms: number): Promise<void> {
  for (let left = ms; left > 0; left -= 1_000) {
    await desk.clock.advance(Math.min(1_000, left));
    await desk.settle();
  }
}

describe('one that cannot come does not hold the others', () => {
  it('two lessons of a broken house before one of the school', async () => {
    desk.transfer = failing(['a', 'b'], 'unreachable');
    await desk.add({ id: 'a', videoUrl: 'https://broken.test/a.m3u8' }, { id: 'b', videoUrl: 'https://broken.test/b.m3u8' }, { id: 'c' });
    expect(desk.states()).toEqual({ a: 'waiting', b: 'waiting', c: 'ready' });
    expect(desk.item('a').reason).toBe('unreachable');
  });

  it.each(['server_error', 'unexpected_answer', 'timeout'] as const)('lessons of the school whose files answer %s', async (code) => {
    desk.transfer = failing(['a', 'b', 'c'], code);
    await desk.add({ id: 'a' }, { id: 'b' }, { id: 'c' }, { id: 'd' }, { id: 'e' });
    expect(desk.states()).toEqual({ a: 'waiting', b: 'waiting', c: 'waiting', d: 'ready', e: 'ready' });
  });

  it('one whose connection is always cut lets the others go first when all are tried again', async () => {
    desk.transfer = failing(['a'], 'unreachable');
    await desk.add({ id: 'a' });
    await desk.add({ id: 'b' }, { id: 'c' }, { id: 'd' });
    expect(desk.states()).toEqual({ a: 'waiting', b: 'waiting', c: 'waiting', d: 'waiting' });
    desk.begun.length = 0;
    await pass(16_000);
    expect(desk.begun).toEqual(['b', 'c', 'd', 'a']);
    expect(desk.states()).toEqual({ a: 'waiting', b: 'ready', c: 'ready', d: 'ready' });
  });

  it('one that is too big for the disk, and every other as big; a smaller one comes', async () => {
    desk.freeBytes = 2 * lessonBytes;
    desk.transfer = async () => null;
    await desk.add({ id: 'big', bytes: 10 * lessonBytes }, { id: 'bigger', bytes: 12 * lessonBytes }, { id: 'small' });
    expect(desk.states()).toEqual({ big: 'waiting', bigger: 'waiting', small: 'ready' });
    expect(desk.item('bigger').reason).toBe('disk_full');
    desk.freeBytes = 100 * lessonBytes;
    await pass(15_000);
    expect(desk.states()).toEqual({ big: 'ready', bigger: 'ready', small: 'ready' });
  });

  it('but where the sign-in is over, or the disk refuses, nobody is tried in vain', async () => {
    desk.transfer = failing(['a', 'b', 'c', 'd'], 'session_expired');
    await desk.add({ id: 'a' });
    await desk.add({ id: 'b' }, { id: 'c' }, { id: 'd', videoUrl: 'https://else.test/d.m3u8' });
    expect(desk.begun).toEqual(['a']);
    expect(desk.states()).toEqual({ a: 'waiting', b: 'waiting', c: 'waiting', d: 'waiting' });
  });
});

describe('when a download that waits tries again', () => {
  const triedAt = async (seconds: number): Promise<number[]> => {
    const tries: number[] = [];
    for (let second = 1; second <= seconds; second++) {
      const before = desk.begun.length;
      await pass(1_000);
      if (desk.begun.length > before) tries.push(second);
    }
    return tries;
  };

  it('goes on with the jitter of its transfers: up to 16 s, 32 s, and a minute from then on', async () => {
    desk.transfer = failing(['a'], 'server_error');
    await desk.add({ id: 'a' });
    expect(await triedAt(230)).toEqual([16, 48, 108, 168, 228]);
  });

  it('draws from all of it, but is never tried again under the eyes of who reads the reason', async () => {
    desk.fraction = 0.01;
    desk.transfer = failing(['a'], 'server_error');
    await desk.add({ id: 'a' });
    expect(await triedAt(12)).toEqual([5, 10]);
    desk.fraction = 0.5;
    expect(await triedAt(50)).toEqual([3, 33]);
  });

  it('begins anew after progress', async () => {
    desk.transfer = failing(['a'], 'server_error');
    await desk.add({ id: 'a' });
    expect(await triedAt(50)).toEqual([16, 48]);
    desk.transfer = async ({ bring }) => (bring(10), fails('server_error'));
    expect(await triedAt(76)).toEqual([58, 74]);
  });

  it('not before the server wants it', async () => {
    desk.transfer = async () => fails('rate_limited', 100);
    await desk.add({ id: 'a' });
    expect(await triedAt(110)).toEqual([100]);
  });

  it('at once when word comes', async () => {
    desk.transfer = failing(['a'], 'unreachable');
    await desk.add({ id: 'a' });
    desk.transfer = async () => null;
    desk.runner.pumpAnew();
    await desk.settle();
    expect(desk.states()).toEqual({ a: 'ready' });
  });
});

describe('what the student said', () => {
  it('a lesson that is paused stays so and has no other reason, though its disk fills at that moment', async () => {
    let end: ((error: TeachifyError) => void) | undefined;
    desk.transfer = () => new Promise((resolve) => (end = resolve));
    await desk.add({ id: 'a' });
    const entry = desk.list.find('a');
    await desk.list.settle([entry], { state: 'paused' }, null);
    const stopped = desk.runner.stop(entry);
    end?.(fails('disk_full'));
    await stopped;
    expect(desk.item('a')).toMatchObject({ state: 'paused', reason: null });
    desk.transfer = async () => null;
    await desk.add({ id: 'b' });
    expect(desk.states()).toEqual({ a: 'paused', b: 'ready' });
  });

  it('an hour that ends stops what runs and begins nothing; it goes on when the next one comes', async () => {
    await desk.add({ id: 'a' }, { id: 'b' }, { id: 'c' });
    expect(desk.states()).toEqual({ a: 'running', b: 'running', c: 'queued' });
    desk.gate = 'outside_hours';
    await pass(15_000);
    expect(desk.list.items().map(({ state, reason }) => [state, reason])).toEqual([['waiting', 'outside_hours'], ['waiting', 'outside_hours'], ['waiting', 'outside_hours']]);
    desk.gate = null;
    desk.transfer = async () => null;
    await pass(15_000);
    expect(desk.states()).toEqual({ a: 'ready', b: 'ready', c: 'ready' });
  });

  it('the lesson in the player takes the place of the last that runs, and gives it back', async () => {
    desk.transfer = forEver;
    await desk.add({ id: 'a' }, { id: 'b' }, { id: 'c' });
    desk.runner.watch('c');
    await desk.settle();
    expect(desk.states()).toEqual({ a: 'running', b: 'queued', c: 'running' });
    desk.runner.watch(null);
    await desk.settle();
    expect(desk.states()).toEqual({ a: 'running', b: 'running', c: 'queued' });
  });
});

it('what is stopped for another list to take its place does not begin again, nor does another of it', async () => {
  await desk.add({ id: 'a' }, { id: 'b' }, { id: 'c' });
  await desk.runner.stopAll();
  await desk.settle();
  expect(desk.begun).toEqual(['a', 'b']);
  expect(desk.list.inOrder().some(({ running }) => running)).toBe(false);
});
