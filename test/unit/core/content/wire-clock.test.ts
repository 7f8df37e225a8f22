import { expect, it } from 'vitest';
import { WireClock } from '../../../../src/core/content/wire-clock.ts';
import { createBandwidthMeter } from '../../../../src/core/net/bandwidth-meter.ts';

function wire() {
  let nowMs = 0;
  const meter = createBandwidthMeter();
  const clock = { monotonic: () => nowMs } as ConstructorParameters<typeof WireClock>[1];
  return { meter, wire: new WireClock(meter, clock), pass: (ms: number) => void (nowMs += ms) };
}

it('says nothing of the line for small answers, which are mostly waiting', () => {
  const { meter, wire: clock, pass } = wire();
  for (let piece = 0; piece < 3; piece++) {
    clock.begin();
    pass(300);
    clock.received(3_000);
    clock.end();
  }
  expect(meter.bitsPerSecond()).toBeNull();
});

it('tells what one long answer brings, waiting and all', () => {
  const { meter, wire: clock, pass } = wire();
  clock.begin();
  for (let tenth = 0; tenth < 50; tenth++) {
    pass(100);
    clock.received(10_000);
  }
  clock.end();
  expect(meter.bitsPerSecond()).toBeCloseTo(800_000, -3);
});

it('tells a line so slow that a little takes long, once enough came', () => {
  const { meter, wire: clock, pass } = wire();
  clock.begin();
  for (let second = 0; second < 16; second++) {
    pass(1_000);
    clock.received(2_000);
  }
  expect(meter.bitsPerSecond()).toBeCloseTo(16_000, -2);
});
