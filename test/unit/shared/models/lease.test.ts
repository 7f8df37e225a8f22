import { expect, it } from 'vitest';
import { fileKeyInfo, segmentIv } from '../../../../src/shared/models/lease.ts';

it('gives segment n the IV of its media sequence number, big-endian in 16 bytes', () => {
  expect([...segmentIv(1)]).toEqual(Array.from({ length: 16 }, () => 0));
  expect([...segmentIv(259)].slice(-3)).toEqual([0, 1, 2]);
  expect(segmentIv(1)).toHaveLength(16);
});

it('derives different keys for different files', () => {
  expect(fileKeyInfo('a')).not.toBe(fileKeyInfo('b'));
});
