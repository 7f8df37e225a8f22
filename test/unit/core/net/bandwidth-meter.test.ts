import { describe, expect, it } from 'vitest';
import { createBandwidthMeter } from '../../../../src/core/net/bandwidth-meter.ts';

describe('the bandwidth meter', () => {
  it('says nothing before it measured', () => {
    expect(createBandwidthMeter().bitsPerSecond()).toBeNull();
  });

  it('tells a steady line as it is', () => {
    const meter = createBandwidthMeter();
    for (let i = 0; i < 100; i++) meter.record(32_000, 1000);
    expect(meter.bitsPerSecond()).toBeCloseTo(256_000, 0);
  });

  it('follows a line that changes within some seconds of transfer', () => {
    const meter = createBandwidthMeter();
    for (let i = 0; i < 20; i++) meter.record(1_000_000, 1000);
    for (let i = 0; i < 12; i++) meter.record(50_000, 1000);
    expect(meter.bitsPerSecond()).toBeLessThan(2_000_000);
    expect(meter.bitsPerSecond()).toBeGreaterThan(400_000);
  });

  it('is not blinded by one tiny burst', () => {
    const meter = createBandwidthMeter();
    for (let i = 0; i < 10; i++) meter.record(125_000, 1000);
    meter.record(60_000, 0);
    expect(meter.bitsPerSecond()).toBeLessThan(1_300_000);
  });
});
