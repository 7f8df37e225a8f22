import { describe, expect, it } from 'vitest';
import { createSessionRecorder } from '../../../../../src/renderer/features/player/session-recorder.ts';
import { rangesLength } from '../../../../../src/shared/models/ranges.ts';
import { fc } from '../../../../harness/same-cases.ts';

const at = (positionMs: number, monotonicMs: number, playbackRate = 1) => ({ positionMs, monotonicMs, playbackRate });

describe('a session', () => {
  it('is what was played, in whole milliseconds', () => {
    const recorder = createSessionRecorder();
    recorder.begin(at(1000.4, 0));
    for (let tick = 1; tick <= 20; tick++) recorder.advance(at(1000.4 + tick * 250, tick * 250));
    recorder.end();
    expect(recorder.watched()).toEqual({ ranges: [[1000, 6000]], watchedMs: 5000 });
  });

  it('says while it runs what was played so far', () => {
    const recorder = createSessionRecorder();
    recorder.begin(at(0, 0));
    recorder.advance(at(250, 250));
    expect(recorder.watched()).toEqual({ ranges: [[0, 250]], watchedMs: 250 });
  });

  it('takes a second beginning of what already runs for going on, or for the jump that it is', () => {
    const recorder = createSessionRecorder();
    recorder.begin(at(0, 0));
    recorder.begin(at(5, 5));
    recorder.advance(at(250, 250));
    recorder.begin(at(9000, 500));
    recorder.advance(at(9250, 750));
    expect(recorder.watched().ranges).toEqual([[0, 250], [9000, 9250]]);
  });

  it('is empty before anything was played', () => {
    const recorder = createSessionRecorder();
    recorder.advance(at(5000, 5000));
    recorder.end();
    expect(recorder.watched()).toEqual({ ranges: [], watchedMs: 0 });
  });

  it('leaves out what a seek jumped over', () => {
    const recorder = createSessionRecorder();
    recorder.begin(at(0, 0));
    recorder.advance(at(1000, 1000));
    recorder.end();
    recorder.begin(at(60_000, 1200));
    recorder.advance(at(61_000, 2200));
    expect(recorder.watched()).toEqual({ ranges: [[0, 1000], [60_000, 61_000]], watchedMs: 2000 });
  });

  it('notices a jump nobody announced, forwards and backwards', () => {
    const recorder = createSessionRecorder();
    recorder.begin(at(0, 0));
    recorder.advance(at(250, 250));
    recorder.advance(at(30_000, 500));
    recorder.advance(at(30_250, 750));
    recorder.advance(at(10_000, 1000));
    recorder.advance(at(10_250, 1250));
    expect(recorder.watched().ranges).toEqual([[0, 250], [10_000, 10_250], [30_000, 30_250]]);
  });

  it('joins what a pause parted', () => {
    const recorder = createSessionRecorder();
    recorder.begin(at(0, 0));
    recorder.advance(at(1000, 1000));
    recorder.end();
    recorder.begin(at(1000, 90_000));
    recorder.advance(at(2000, 91_000));
    expect(recorder.watched()).toEqual({ ranges: [[0, 2000]], watchedMs: 2000 });
  });

  it('takes half the time at double speed', () => {
    const recorder = createSessionRecorder();
    recorder.begin(at(0, 0, 2));
    for (let tick = 1; tick <= 40; tick++) recorder.advance(at(tick * 500, tick * 250, 2));
    expect(recorder.watched()).toEqual({ ranges: [[0, 20_000]], watchedMs: 10_000 });
  });

  it('does not count sleep: the clock went on, the lesson did not', () => {
    const recorder = createSessionRecorder();
    recorder.begin(at(0, 0));
    recorder.advance(at(1000, 1000));
    recorder.advance(at(1250, 3_600_000));
    expect(recorder.watched()).toEqual({ ranges: [[0, 1250]], watchedMs: 1250 });
  });
});

it('never claims more than the clock and the speed allow, and never forgets (any playback)', () => {
  const step = fc.record({ kind: fc.constantFrom('play', 'seek', 'pause', 'stall'), ms: fc.integer({ min: 1, max: 4000 }), rate: fc.constantFrom(0.5, 1, 1.5, 2) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const recorder = createSessionRecorder();
      let position = 0;
      let clock = 0;
      let truth = 0;
      let covered = 0;
      for (const { kind, ms, rate } of steps) {
        if (kind === 'play') {
          recorder.begin(at(position, clock, rate));
          for (let left = ms; left > 0; left -= 250) {
            const slice = Math.min(250, left);
            clock += slice;
            position += slice * rate;
            recorder.advance(at(position, clock, rate));
          }
          recorder.end();
          truth += ms;
          covered += ms * rate;
        } else if (kind === 'seek') position = (position + ms * 37) % 600_000;
        else clock += ms;
        const { ranges, watchedMs } = recorder.watched();
        expect(Math.abs(watchedMs - truth)).toBeLessThanOrEqual(1);
        expect(rangesLength(ranges)).toBeLessThanOrEqual(covered + ranges.length);
        expect(ranges.every(([start, end]) => Number.isInteger(start) && Number.isInteger(end) && start < end)).toBe(true);
      }
    }),
  );
});
