import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../../src/core/base/clock.ts';
import { Disposables } from '../../../../src/core/base/disposables.ts';
import { Emitter } from '../../../../src/core/base/emitter.ts';
import { jsonLogger } from '../../../../src/core/base/logger.ts';
import { TeachifyError } from '../../../../src/shared/errors.ts';

describe('Disposables', () => {
  it('gives back in reverse, everything, and tells what failed', async () => {
    const order: string[] = [];
    const disposables = new Disposables();
    disposables.add(() => void order.push('first'));
    disposables.add(() => {
      order.push('second');
      throw new Error('stuck');
    });
    disposables.add(async () => void order.push('third'));
    await expect(disposables.dispose()).rejects.toThrow(AggregateError);
    expect(order).toEqual(['third', 'second', 'first']);
    await expect(disposables.dispose()).resolves.toBeUndefined();
  });
});

describe('Emitter', () => {
  it('tells listeners until they stop, even when one stops another meanwhile', () => {
    const emitter = new Emitter<number>();
    const heard: string[] = [];
    const stops: (() => void)[] = [];
    emitter.event((value) => {
      heard.push(`a${value}`);
      stops[1]?.();
    });
    stops[1] = emitter.event((value) => heard.push(`b${value}`));
    emitter.emit(1);
    emitter.emit(2);
    expect(heard).toEqual(['a1', 'b1', 'a2']);
  });
});

describe('jsonLogger', () => {
  it('writes one JSON object a line, errors with code and cause', () => {
    const lines: string[] = [];
    const logger = jsonLogger((line) => lines.push(line), () => 0, { part: 'net' });
    logger.child({ lesson: 'tides' }).warn('gave up', { error: new TeachifyError('timeout', 'slow', { cause: new Error('inner') }) });
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      time: '1970-01-01T00:00:00.000Z',
      level: 'warn',
      part: 'net',
      lesson: 'tides',
      error: { code: 'timeout', message: 'slow', cause: { message: 'inner' } },
    });
  });
});

describe('systemClock', () => {
  it('stops sleeping when asked to', async () => {
    const controller = new AbortController();
    const sleeping = systemClock().sleep(60_000, controller.signal);
    controller.abort();
    await expect(sleeping).rejects.toThrow();
  });

  it('never runs backwards', () => {
    const clock = systemClock();
    const readings = Array.from({ length: 1000 }, () => clock.monotonic());
    expect(readings).toEqual(readings.toSorted((a, b) => a - b));
  });
});
