import { expect, it } from 'vitest';
import { Emitter } from '../../../src/core/base/emitter.ts';
import { silentLogger } from '../../../src/core/base/logger.ts';
import { systemRandom } from '../../../src/core/base/random.ts';
import { openDatabases } from '../../../src/core/database/databases.ts';
import { createProgress } from '../../../src/core/progress/progress.ts';
import { TeachifyError } from '../../../src/shared/errors.ts';
import type { SessionSnapshot } from '../../../src/shared/models/progress.ts';
import { manualClock } from '../../harness/manual-clock.ts';
import { temporaryFolder } from '../../harness/temporary-folder.ts';

/** A computer without a line, whose ledger can be given no more room. */
function computer() {
  const databases = openDatabases(temporaryFolder());
  const { ledger } = databases;
  const clock = manualClock();
  let account = 'school#one';
  const progress = createProgress({
    ...{ database: ledger, clock, random: systemRandom(), logger: silentLogger() },
    api: { request: () => Promise.reject(new TeachifyError('offline', 'no line')) },
    catalog: { lesson: () => Promise.reject(new Error('not seen')), lessons: async () => [], changed: new Emitter<never>().event },
    accounts: { current: () => ({ accountId: account }) as never, changed: new Emitter<never>().event },
    connectivity: { changed: new Emitter<never>().event },
  });
  const pages = () => Number(ledger.pragma('page_count', { simple: true }));
  const room = (on: boolean) => void ledger.pragma(`max_page_count = ${on ? 1_000_000 : pages()}`);
  return { databases, clock, progress, room, signIn: (id: string) => void (account = id) };
}

/** Watched in so many pieces, which take room. */
function watched(pieces: number): SessionSnapshot {
  const ranges = Array.from({ length: pieces }, (_, index): [number, number] => [index * 2000, index * 2000 + 1000]);
  return { sessionId: 's', lessonId: 'l', timelineId: 't', epoch: 0, ranges, watchedMs: pieces * 1000, positionMs: pieces * 2000 };
}

it('what was watched while the disk was full is written when there is room, also when the player is long closed', async () => {
  const { databases, clock, progress, room } = computer();
  const stop = progress.start();
  room(false);
  await expect(progress.report(watched(3000))).rejects.toMatchObject({ code: 'disk_full' });
  expect(await progress.lessons()).toEqual([]);
  room(true);
  await clock.advance(60_000);
  expect(await progress.lessons()).toMatchObject([{ lessonId: 'l', watchedMs: 3_000_000 }]);
  expect(await progress.outbox()).toMatchObject({ waiting: 1 });
  await stop();
  databases.close();
});

it('belongs to who watched it, whoever sits there when there is room', async () => {
  const { databases, clock, progress, room, signIn } = computer();
  const stop = progress.start();
  room(false);
  await expect(progress.report(watched(3000))).rejects.toMatchObject({ code: 'disk_full' });
  signIn('school#two');
  room(true);
  await clock.advance(60_000);
  expect(await progress.lessons()).toEqual([]);
  signIn('school#one');
  expect(await progress.lessons()).toMatchObject([{ lessonId: 'l', watchedMs: 3_000_000 }]);
  await stop();
  databases.close();
});

it('is tried once more when the app closes', async () => {
  const { databases, progress, room } = computer();
  const stop = progress.start();
  room(false);
  await expect(progress.report(watched(3000))).rejects.toMatchObject({ code: 'disk_full' });
  room(true);
  await stop();
  expect(await progress.lessons()).toMatchObject([{ lessonId: 'l', watchedMs: 3_000_000 }]);
  databases.close();
});
