import { describe, expect, it } from 'vitest';
import type { ProgressEvent } from '../../../src/shared/api/progress.ts';
import { TeachifyError } from '../../../src/shared/errors.ts';
import { computer, elsewhere, isSitting, noLine } from '../../harness/outbox-computer.ts';
import { temporaryFolder } from '../../harness/temporary-folder.ts';

describe('what the school refuses', () => {
  it('is listed first, however much was watched since', async () => {
    const { progress, watch, says } = computer();
    await watch('refused', 1, 'a');
    says(() => 'reject');
    await progress.sync();
    for (let sitting = 0; sitting < 250; sitting += 1) await watch(`later ${sitting}`, 2, 'b');
    const { waiting, parked, items } = await progress.outbox();
    expect({ waiting, parked }).toEqual({ waiting: 250, parked: 1 });
    expect(items.slice(0, 2)).toMatchObject([{ state: 'parked', reason: 'refused', lessonId: 'a' }, { state: 'pending', lessonId: 'b' }]);
    expect(items).toHaveLength(201);
  });
});

describe('a batch the school cannot take', () => {
  it.each([
    ['too large a batch', 'payload_too_large', [100, 50, 25, 12, 6]],
    ['a batch that is never answered in time', 'timeout', [100, 50, 25, 12, 6]],
  ] as const)('as %s is sent in halves, and all of it goes', async (_, code, sizes) => {
    const { progress, watch, says, batches } = computer();
    for (let sitting = 0; sitting < 100; sitting += 1) await watch(`sitting ${sitting}`, 1, `t${sitting}`);
    says((_event, { events }) => (events.length > 6 ? Promise.reject(new TeachifyError(code, 'no')) : 'applied'));
    for (let times = 0; times < 200 && (await progress.outbox()).waiting > 0; times += 1) await progress.sync();
    expect(await progress.outbox()).toMatchObject({ waiting: 0, parked: 0 });
    expect(batches.slice(0, sizes.length).map(({ events }) => events.length)).toEqual(sizes);
  });

  it('because it can read nothing of it is found among its neighbours and kept, and they go', async () => {
    const { progress, watch, says, sent } = computer();
    for (let sitting = 0; sitting < 20; sitting += 1) await watch(`sitting ${sitting}`, 1, `t${sitting}`);
    says((_event, { events }) => (events.some((one) => isSitting(one, 'sitting 13')) ? Promise.reject(new TeachifyError('bad_request', 'no')) : 'applied'));
    expect(await progress.sync()).toMatchObject({ waiting: 0, parked: 1, items: [{ lessonId: 't13', reason: 'bad_request' }] });
    expect(sent().flat().filter((one) => one === 'sitting 19 1')).not.toEqual([]);
  });
});

const years = (count: number) => count * 365 * 24 * 60 * 60 * 1000;

describe('where to go on', () => {
  it.each(['here', 'on another machine'])('is not where a sitting that was refused ended, once the student went on %s', async (where) => {
    const { progress, clock, watch, says, tells, setClock } = computer();
    await watch('refused', 600);
    says(() => 'reject');
    await progress.sync();
    expect(await progress.resumePoint('t')).toMatchObject({ positionMs: 600_000 });
    await clock.advance(60_000);
    const tell = (installId: string, sequence: number) => tells([{ ...elsewhere(900_000, 1), position: { ms: 900_000, stamp: { at: clock.now(), installId, sequence } } }]);
    if (where === 'here') {
      // Its clock is set right meanwhile: dates alone would not tell.
      setClock(-1_000_000_000);
      await watch('taken', 900);
      says((event, { installId }) => {
        if (event.kind !== 'watched' || event.snapshot.sessionId !== 'taken') return 'reject';
        tell(installId, event.sequence);
        return 'applied';
      });
    } else tell('another', 1);
    expect(await progress.sync()).toMatchObject({ waiting: 0, parked: 1 });
    expect(await progress.resumePoint('t')).toMatchObject({ positionMs: 900_000 });
  });

  it.each([
    ['in the same sitting of the app', false, false],
    ['after a start more', true, false],
    ['after a start more, its clock set right', true, true],
  ])('nor when it was recorded by a clock that ran years ahead (%s)', async (_, restarts, isSetRight) => {
    const folder = temporaryFolder();
    let machine = computer({ folder });
    machine.setClock(years(10));
    await machine.watch('refused', 600);
    if (restarts) {
      machine.databases.close();
      machine = computer({ folder, bootId: 'another-boot' });
      machine.setClock(isSetRight ? 0 : years(10));
    }
    const { progress, clock, says, tells } = machine;
    says(() => 'reject');
    await progress.sync();
    expect(await progress.resumePoint('t')).toMatchObject({ positionMs: 600_000 });
    const goOnElsewhere = async (ms: number, version: number) => {
      await clock.advance(60_000);
      tells([{ ...elsewhere(ms, version), position: { ms, stamp: { at: clock.now() - (isSetRight ? 0 : years(10)), installId: 'another', sequence: version } } }]);
      await progress.sync();
      expect(await progress.resumePoint('t')).toMatchObject({ positionMs: ms });
    };
    await goOnElsewhere(900_000, 1);
    // Offered once more and refused again, it is no newer for that; nor while nobody answers.
    await goOnElsewhere(1_000_000, 2);
    says(noLine);
    await progress.sync().catch(() => undefined);
    expect(await progress.resumePoint('t')).toMatchObject({ positionMs: 1_000_000 });
    // What is watched here since is newer than both.
    await machine.watch('refused', 1100);
    expect(await progress.resumePoint('t')).toMatchObject({ positionMs: 1_100_000 });
  });

  it('nor when the school could not read it', async () => {
    const { progress, clock, watch, says, tells, setClock } = computer();
    setClock(years(10));
    await watch('refused', 600);
    says(() => Promise.reject(new TeachifyError('bad_request', 'no')));
    await progress.sync();
    setClock(0);
    await clock.advance(60_000);
    says(() => 'reject');
    tells([{ ...elsewhere(900_000, 1), position: { ms: 900_000, stamp: { at: clock.now(), installId: 'another', sequence: 1 } } }]);
    await progress.sync();
    expect(await progress.resumePoint('t')).toMatchObject({ positionMs: 900_000 });
  });

  it.each(['answers', 'tells'] as const)('first is the lesson watched last, though the clock was ten years ahead when another was (the school %s)', async (how) => {
    const school = computer();
    const { progress, watch, says, setClock, clock } = school;
    says(() => 'applied');
    setClock(10 * 365 * 24 * 60 * 60 * 1000);
    await watch('early', 60, 'a');
    school[how]([{ ...elsewhere(60_000, 1), lessonId: 'a', timelineId: 'a', position: { ms: 60_000, stamp: { at: clock.now() - 10 * 365 * 24 * 60 * 60 * 1000, installId: 'this one', sequence: 1 } } }]);
    await progress.sync();
    setClock(0);
    await clock.advance(60_000);
    await watch('late', 60, 'b');
    const latest = (await progress.lessons()).toSorted((a, b) => b.updatedAt - a.updatedAt);
    expect(latest.map(({ timelineId }) => timelineId)).toEqual(['b', 'a']);
  });
});

describe('of two writings of one note, the earlier put off and the later refused', () => {
  const note = (text: string) => ({ noteId: 'n', lessonId: 't', timelineId: 't', atMs: 1, text, removed: false });
  const textOf = (event: ProgressEvent) => (event.kind === 'noted' ? event.note.text : '');

  /** Each is an event of its own: the first was sent before the second was written. */
  async function twoWritings() {
    const one = computer();
    const { progress, clock, says } = one;
    await progress.recordNote(note('first thought'));
    says(noLine);
    await progress.sync();
    await clock.advance(1000);
    await progress.recordNote(note('second thought'));
    const notesAsSent = () => one.batches.map(({ events }) => events.map(textOf).filter(Boolean)).filter((texts) => texts.length > 0);
    return { ...one, notesAsSent, shown: async () => (await progress.notes()).map(({ text }) => text) };
  }

  it('the later stays what is shown, and is said after the earlier, when something newer overtook them', async () => {
    const { progress, watch, says, shown, notesAsSent } = await twoWritings();
    await watch('newer', 60);
    says((event) => (textOf(event) === 'first thought' ? 'retry' : textOf(event) === 'second thought' ? 'reject' : 'applied'));
    await progress.sync();
    expect(await shown()).toEqual(['second thought']);
    says(() => 'applied');
    expect(await progress.sync()).toMatchObject({ waiting: 0, parked: 0 });
    expect(notesAsSent().at(-1)).toEqual(['first thought', 'second thought']);
  });

  it('the later stays what is shown when the earlier goes last for its failures', async () => {
    const { progress, says, shown, clock } = await twoWritings();
    says((event) => (textOf(event) === 'first thought' ? 'retry' : 'reject'));
    for (let times = 0; times < 7; times += 1) {
      await clock.advance(6 * 60_000);
      await expect.poll(async () => (await progress.outbox()).waiting).toBeGreaterThan(0);
      await progress.sync();
    }
    expect(await shown()).toEqual(['second thought']);
  });
});

describe('of a sitting whose earlier report is put off and whose later one is refused', () => {
  it('the place is that of the later one, also when something newer overtook them, until the student went on', async () => {
    const { progress, watch, says, clock } = computer();
    await watch('a sitting', 60);
    says(noLine);
    await progress.sync();
    await clock.advance(1000);
    await watch('a sitting', 120);
    await watch('elsewhere', 30, 'u');
    says((event) => (isSitting(event, 'elsewhere') ? 'applied' : event.kind === 'watched' && event.snapshot.watchedMs === 60_000 ? 'retry' : 'reject'));
    await progress.sync();
    expect(await progress.resumePoint('t')).toMatchObject({ positionMs: 120_000 });
    says(() => 'applied');
    expect(await progress.sync()).toMatchObject({ waiting: 0, parked: 0 });
    expect(await progress.resumePoint('t')).toMatchObject({ positionMs: 120_000 });
  });
});
