import { describe, expect, it } from 'vitest';
import { Standstills } from '../../../../src/core/playback/standstills.ts';
import { manualClock } from '../../../harness/manual-clock.ts';

function setUp() {
  const clock = manualClock();
  let offline = false;
  const standstills = new Standstills({ clock, isOffline: () => offline });
  const told: string[] = [];
  standstills.available(({ mediaId }) => told.push(mediaId));
  return { clock, standstills, told, setOffline: (value: boolean) => (offline = value) };
}

describe('a lesson that stands still', () => {
  it('is worth another try after a while, and after ever longer ones while nothing comes', async () => {
    const { clock, standstills, told } = setUp();
    const waited: number[] = [];
    for (let round = 0; round < 7; round++) {
      standstills.block('one', 'server_error');
      const [pause = 0] = clock.sleepers();
      waited.push(pause);
      await clock.advance(pause - 1);
      expect(told).toHaveLength(round);
      await clock.advance(1);
      expect(told).toHaveLength(round + 1);
    }
    expect(waited).toEqual([2000, 4000, 8000, 15_000, 30_000, 30_000, 30_000]);
  });

  it('begins with the shortest pause again once something came', async () => {
    const { clock, standstills } = setUp();
    for (let round = 0; round < 3; round++) {
      standstills.block('one', 'server_error');
      await clock.advance(clock.sleepers()[0] ?? 0);
    }
    standstills.moved('one');
    standstills.block('one', 'server_error');
    expect(clock.sleepers()).toEqual([2000]);
  });

  it('is tried once however many of its parts could not be had', async () => {
    const { clock, standstills, told } = setUp();
    standstills.block('one', 'server_error');
    standstills.block('one', 'timeout');
    await clock.advance(2000);
    expect(told).toEqual(['one']);
  });

  it('is not tried by the clock while there is no line, and is when the line is back', async () => {
    const { clock, standstills, told, setOffline } = setUp();
    setOffline(true);
    standstills.block('one', 'unreachable');
    await clock.advance(600_000);
    expect(told).toEqual([]);
    standstills.releaseAll();
    expect(told).toEqual(['one']);
    await clock.advance(600_000);
    expect(told).toEqual(['one']);
  });

  it('released before its time is not released again by the clock', async () => {
    const { clock, standstills, told } = setUp();
    standstills.block('one', 'server_error');
    standstills.release('one');
    standstills.release('one');
    await clock.advance(60_000);
    expect(told).toEqual(['one']);
  });

  it('stands for itself, and not at all once it is closed', async () => {
    const { clock, standstills, told } = setUp();
    standstills.block('one', 'lease_expired');
    standstills.block('other', 'server_error');
    expect([standstills.wantsLease('one'), standstills.wantsLease('other'), standstills.wantsLease('third')]).toEqual([true, false, false]);
    standstills.forget('one');
    await clock.advance(60_000);
    expect(told).toEqual(['other']);
    expect(clock.sleepers()).toEqual([]);
  });
});
