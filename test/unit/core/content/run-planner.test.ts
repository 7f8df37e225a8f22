import { describe, expect, it } from 'vitest';
import type { FileDescription, PieceRef, PieceRun } from '../../../../src/core/content/ports.ts';
import { nextRun, runLimit } from '../../../../src/core/content/run-planner.ts';

const mebibyte = 1024 * 1024;

function fileOf(id: string, count: number, length: number, etag: string | null = '"x"'): FileDescription {
  const pieces = Array.from({ length: count }, (_, index) => ({ offset: index * length, length, durationUs: 6_000_000, sha256: null }));
  return { id, bytes: count * length, pieces, origin: { kind: 'plain', path: '/', etag } };
}

/** All runs in the order in which one transfer after the other would take them. */
function plan(wanted: readonly PieceRef[], files: readonly FileDescription[], { limitBytes = 4 * mebibyte, present = [] as readonly string[], comesWhole = false } = {}): string[] {
  const here = new Set(present);
  const runs: string[] = [];
  for (;;) {
    const run: PieceRun | undefined = nextRun(wanted, {
      describe: (fileId) => files.find(({ id }) => id === fileId) as FileDescription,
      comesWhole: () => comesWhole,
      isAbsent: ({ fileId, piece }) => !here.has(`${fileId}${piece}`),
      partial: () => 0,
      limitBytes,
    });
    if (!run) return runs;
    runs.push(`${run.file.id}${run.first}-${run.first + run.count - 1}`);
    for (let piece = run.first; piece < run.first + run.count; piece++) here.add(`${run.file.id}${piece}`);
  }
}
const pieces = (id: string, from: number, to: number): PieceRef[] => Array.from({ length: to - from + 1 }, (_, index) => ({ fileId: id, piece: from + index }));
/** Minute by minute, ten pieces each, picture before sound. */
const minutes = (count: number) => Array.from({ length: count }, (_, minute) => [...pieces('p', minute * 10, minute * 10 + 9), ...pieces('s', minute * 10, minute * 10 + 9)]).flat();

describe('how much one request asks for', () => {
  it('is 5 s at the present speed, at most 4 MiB, at least 64 KiB, and 1 MiB while nobody knows the speed', () => {
    expect(runLimit(1_000_000)).toBe(625_000);
    expect(runLimit(1e9)).toBe(4 * mebibyte);
    expect(runLimit(10_000)).toBe(64 * 1024);
    expect(runLimit(null)).toBe(mebibyte);
  });

  it('ends with the last piece within the limit', () => {
    const file = fileOf('p', 100, 300_000);
    expect(plan(pieces('p', 0, 29), [file])).toEqual(['p0-12', 'p13-25', 'p26-29']);
    expect(plan(pieces('p', 0, 3), [file], { limitBytes: 625_000 })).toEqual(['p0-1', 'p2-3']);
    // One piece is asked for whole, however long it is.
    expect(plan(pieces('p', 0, 1), [file], { limitBytes: 1 })).toEqual(['p0-0', 'p1-1']);
  });

  it('leaves out what is here', () => {
    expect(plan(pieces('p', 0, 9), [fileOf('p', 10, 1_000)], { present: ['p3', 'p4', 'p9'] })).toEqual(['p0-2', 'p5-8']);
  });
});

describe('picture and sound', () => {
  const files = [fileOf('p', 30, 60_000), fileOf('s', 30, 8_000)];

  it('of one minute come before those of the next, however small they are', () => {
    expect(plan(minutes(3), files)).toEqual(['p0-9', 's0-9', 'p10-19', 's10-19', 'p20-29', 's20-29']);
  });

  it('where the sound is here already, the picture is asked for in as few requests as may be', () => {
    expect(plan(minutes(3), files, { present: pieces('s', 0, 29).map(({ piece }) => `s${piece}`) })).toEqual(['p0-29']);
  });

  it('a file of which only all comes is asked for in one stretch', () => {
    expect(plan(minutes(3), files, { comesWhole: true, limitBytes: 1 })).toEqual(['p0-29', 's0-29']);
    expect(plan(pieces('o', 0, 9), [fileOf('o', 10, mebibyte, null)])).toEqual(['o0-9']);
  });
});
