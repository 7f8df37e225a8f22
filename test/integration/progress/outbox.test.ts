import { describe, expect, it, onTestFinished } from 'vitest';
import type { ProgressEvent } from '../../../src/shared/api/progress.ts';
import { TeachifyError } from '../../../src/shared/errors.ts';
import { computer, elsewhere, isSitting, noLine, type Outcome, type School } from '../../harness/outbox-computer.ts';
import { temporaryFolder } from '../../harness/temporary-folder.ts';

describe('what was watched and not sent', () => {
  it('is one event per sitting, however many reports there were', async () => {
    const { progress, watch, says, sent } = computer();
    for (const seconds of [1, 2, 3]) await watch('morning', seconds);
    for (const seconds of [1, 2]) await watch('evening', seconds);
    expect(await progress.outbox()).toMatchObject({ waiting: 2 });
    says(() => 'applied');
    expect(await progress.sync()).toMatchObject({ waiting: 0, items: [] });
    expect(sent()).toEqual([['morning 3', 'evening 2']]);
  });

  it('is never changed once it was sent: what follows is another event, and the first is sent again as it was', async () => {
    const { progress, watch, says, batches } = computer();
    await watch('sitting', 1);
    says(noLine);
    await progress.sync();
    await watch('sitting', 2);
    expect(await progress.outbox()).toMatchObject({ waiting: 2 });
    says(() => 'applied');
    await progress.sync();
    expect(batches[1]?.events).toHaveLength(2);
    expect(batches[1]?.events[0]).toEqual(batches[0]?.events[0]);
    expect(batches[1]?.installId).toBe(batches[0]?.installId);
  });

  it('is settled by the word on a later event of its sitting, and of no other sitting', async () => {
    const { progress, watch, says, items } = computer();
    says(noLine);
    await watch('sitting', 1);
    await watch('another', 7);
    await progress.sync();
    await watch('sitting', 2);
    says((event) => (event.kind === 'watched' && event.snapshot.watchedMs === 2000 ? 'applied' : 'retry'));
    await progress.sync();
    expect(await items()).toEqual(['pending 7']);
  });

  it('is kept while the school says nothing of it, or says to try again', async () => {
    const { progress, watch, says, items } = computer();
    await watch('sitting', 5);
    for (const school of [noLine, () => 'retry' as const, () => Promise.reject(new TeachifyError('server_error', 'broken'))]) {
      says(school);
      await progress.sync();
      expect(await items()).toEqual(['pending 5']);
      expect(await progress.lessons()).toMatchObject([{ watchedMs: 5000 }]);
    }
  });

  it('waits again when the app was ended in the middle of sending', async () => {
    const folder = temporaryFolder();
    const first = computer({ folder });
    await first.watch('sitting', 5);
    const asked = new Promise<void>((resolve) => first.says(() => (resolve(), new Promise<never>(() => {}))));
    void first.progress.sync();
    await asked;
    expect(await first.items()).toEqual(['sending 5']);
    first.databases.close();
    const second = computer({ folder });
    const stop = second.progress.start();
    await second.clock.advance(1000);
    await expect.poll(() => second.sent()).toEqual([['sitting 5']]);
    expect(second.batches[0]?.events).toEqual(first.batches[0]?.events);
    await stop();
  });
});

describe('what the school refuses', () => {
  it('is kept, shown with its reason, and offered again at the student’s word', async () => {
    const { progress, watch, says } = computer();
    await watch('refused', 1, 'a');
    await watch('taken', 2, 'b');
    says((event) => (event.kind === 'watched' && event.snapshot.timelineId === 'a' ? 'reject' : 'applied'));
    const view = await progress.sync();
    expect(view).toMatchObject({ waiting: 0, parked: 1, items: [{ state: 'parked', reason: 'refused', lessonId: 'a' }] });
    expect((await progress.lessons()).map(({ watchedMs }) => watchedMs).sort()).toEqual([1000, 2000]);
    says(() => 'applied');
    expect(await progress.sync()).toMatchObject({ waiting: 0, parked: 0 });
  });

  it('for the session holds this student’s events alone, and sends them as nobody else’s', async () => {
    const { progress, watch, says, signIn, items, sent } = computer();
    await watch('one', 1);
    says(() => 'auth');
    await progress.sync();
    expect(await items()).toEqual(['held 1']);
    signIn('school#two');
    await watch('two', 2);
    says(() => 'applied');
    expect(await progress.sync()).toMatchObject({ waiting: 0 });
    expect(sent()).toEqual([['one 1'], ['two 2']]);
    signIn('school#one');
    expect(await items()).toEqual(['held 1']);
    expect(await progress.sync()).toMatchObject({ waiting: 0 });
    expect(sent()[2]).toEqual(['one 1']);
  });
});

describe('a student who signs in again while something is sent by the session of before', () => {
  it.each(['sitting', 'another sitting'])('loses none of it (%s), and nothing of it waits for another sign-in', async (sitting) => {
    const { progress, clock, watch, says, signInAgain, batches, items, sent } = computer();
    onTestFinished(progress.start());
    const expired = () => new TeachifyError('session_expired', 'please sign in');
    const untilAsked = async (times: number) => {
      await expect.poll(async () => (await clock.advance(1000), batches.length)).toBe(times);
    };
    says(() => Promise.reject(expired()));
    await watch('sitting', 1);
    await untilAsked(1);
    await expect.poll(items).toEqual(['held 1']);
    const refusal = Promise.withResolvers<Outcome>();
    says(() => refusal.promise);
    await watch(sitting, 9);
    await untilAsked(2);
    says(() => 'applied');
    signInAgain();
    refusal.reject(expired());
    await expect.poll(async () => (await clock.advance(1000), items())).toEqual([]);
    expect(sent().slice(2).flat()).toContain(`${sitting} 9`);
  });
});

describe('a student who leaves while a long backlog is gathered', () => {
  it('has nothing sent by whoever sits down next, and all of it sent when back', async () => {
    const { progress, watch, signIn, items, sent } = computer({ portion: 1 });
    for (let sitting = 0; sitting < 12; sitting += 1) await watch(`one-${sitting}`, 1);
    const under = progress.sync();
    // Some portions are taken, not all.
    for (let turns = 0; turns < 4; turns += 1) await new Promise(setImmediate);
    signIn('school#two');
    await watch('two', 2);
    await under;
    await progress.sync();
    expect(sent().flat()).toEqual(['two 2']);
    signIn('school#one');
    expect(await items()).toHaveLength(12);
    expect(await progress.sync()).toMatchObject({ waiting: 0 });
    expect(sent().flat().filter((sitting) => sitting.startsWith('one')).toSorted()).toEqual(Array.from({ length: 12 }, (_, index) => `one-${index} 1`).toSorted());
  });
});

describe('an event the school cannot take', () => {
  /** Takes everything but what `fails` names; as the real one does, it calls an unknown sequence below one it took a copied disk. */
  function numberedSchool(fails: (event: ProgressEvent) => Promise<Outcome> | Outcome | null) {
    const newest = new Map<string, number>();
    const forks: number[] = [];
    const school: School = async (event, { installId }) => {
      const failure = await fails(event);
      if (failure) return failure;
      if (event.sequence < (newest.get(installId) ?? 0)) {
        forks.push(event.sequence);
        return 'fork';
      }
      newest.set(installId, event.sequence);
      return 'applied';
    };
    return { school, forks };
  }
  const failures: [string, () => Promise<Outcome> | Outcome][] = [
    ['breaks it', () => Promise.reject(new TeachifyError('server_error', 'broken'))],
    ['is never answered in time', () => Promise.reject(new TeachifyError('timeout', 'too long'))],
    ['is put off each time', () => 'retry'],
  ];

  it.each(failures)('because it %s lets the others go first, and is taken for no copied disk later', async (_, failure) => {
    const { progress, watch, says, items } = computer();
    let mended = false;
    const { school, forks } = numberedSchool((event) => (!mended && isSitting(event, 'bad') ? failure() : null));
    says(school);
    await watch('bad', 1, 'a');
    for (let times = 0; times < 6; times += 1) await progress.sync();
    await watch('good', 2, 'b');
    for (let times = 0; times < 3; times += 1) await progress.sync();
    expect(await items()).toEqual(['pending 1']);
    mended = true;
    expect(await progress.sync()).toMatchObject({ waiting: 0, parked: 0 });
    expect(forks).toEqual([]);
  });

  it('goes on as one with what follows of its sitting, and loses none of it', async () => {
    const { progress, watch, says, sent, items } = computer();
    let mended = false;
    const { school } = numberedSchool((event) => (!mended && isSitting(event, 'bad') ? Promise.reject(new TeachifyError('server_error', 'broken')) : null));
    says(school);
    await watch('bad', 1);
    await progress.sync();
    await watch('bad', 3);
    for (let times = 0; times < 8; times += 1) await progress.sync();
    expect(await items()).toEqual(['pending 3']);
    mended = true;
    await progress.sync();
    expect(sent().at(-1)).toEqual(['bad 3']);
  });

  it('does not become where to go on because it was sent to the end of the row', async () => {
    const { progress, clock, watch, says } = computer();
    says(() => Promise.reject(new TeachifyError('server_error', 'broken')));
    await watch('monday', 9);
    await clock.advance(1000);
    await watch('tuesday', 4);
    for (let times = 0; times < 14; times += 1) {
      await progress.sync();
      expect(await progress.resumePoint('t')).toMatchObject({ positionMs: 4000 });
    }
    await watch('monday', 11);
    expect(await progress.resumePoint('t')).toMatchObject({ positionMs: 11_000 });
  });

  it.each(['retry', 'auth'] as const)('among others that it takes (%s) is taken for no copied disk later', async (outcome) => {
    const { progress, watch, says } = computer();
    let mended = false;
    const { school, forks } = numberedSchool((event) => (!mended && isSitting(event, 'bad') ? outcome : null));
    says(school);
    await watch('bad', 1, 'a');
    await watch('good', 2, 'b');
    await progress.sync();
    mended = true;
    expect(await progress.sync()).toMatchObject({ waiting: 0, parked: 0 });
    expect(forks).toEqual([]);
  });
});

describe('where to go on', () => {
  it('is where another machine went on; far from here, both places are known', async () => {
    const { progress, watch, says, tells } = computer();
    says(() => 'applied');
    await watch('here', 60);
    await progress.sync();
    expect(await progress.resumePoint('t')).toMatchObject({ positionMs: 60_000, hereMs: null });
    tells([elsewhere(170_000, 1)]);
    await progress.sync();
    expect(await progress.resumePoint('t')).toMatchObject({ positionMs: 170_000, hereMs: null });
    tells([elsewhere(600_000, 2)]);
    await progress.sync();
    expect(await progress.resumePoint('t')).toMatchObject({ positionMs: 600_000, hereMs: 60_000 });
  });

  it('is not a place of a round that was started over', async () => {
    const { progress, watch, says, tells } = computer();
    says(() => 'applied');
    await watch('here', 600);
    await progress.sync();
    tells([{ ...elsewhere(10_000, 1), epoch: 1 }]);
    await progress.sync();
    expect(await progress.resumePoint('t')).toMatchObject({ positionMs: 10_000, epoch: 1, hereMs: null });
  });
});
