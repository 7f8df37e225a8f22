import { describe, expect, it } from 'vitest';
import { isTeachifyError, TeachifyError, wireErrorSchema } from '../../../src/shared/errors.ts';

describe('TeachifyError', () => {
  it('keeps code, figures and retryability across the wire', () => {
    const error = new TeachifyError('disk_full', 'No room', { details: { neededBytes: 5, freeBytes: 1 } });
    const back = TeachifyError.fromWire(wireErrorSchema.parse(structuredClone(error.toWire())));
    expect(back.toWire()).toEqual(error.toWire());
    expect(isTeachifyError(back, 'disk_full')).toBe(true);
  });

  it('knows which failures may pass by themselves', () => {
    expect(new TeachifyError('timeout', '').retryable).toBe(true);
    expect(new TeachifyError('not_enrolled', '').retryable).toBe(false);
    expect(new TeachifyError('timeout', '', { retryable: false }).retryable).toBe(false);
  });

  it('says nothing of its cause on the wire', () => {
    const error = new TeachifyError('internal', 'x', { cause: new Error('token=abc') });
    expect(JSON.stringify(error.toWire())).not.toContain('abc');
  });
});
