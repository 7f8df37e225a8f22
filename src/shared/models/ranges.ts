import { z } from 'zod';

/** A half-open stretch of a timeline, [start, end) in integer milliseconds. */
export const timeRangeSchema = z
  .tuple([z.int().nonnegative(), z.int().nonnegative()])
  .refine(([start, end]) => start < end, 'must not be empty');
export type TimeRange = readonly [start: number, end: number];

/** Of one sitting, as a machine reports it. */
export const reportedRangesSchema = z.array(timeRangeSchema).max(10_000);
/** Of any number of sittings together. */
export const timeRangesSchema = z.array(timeRangeSchema);

/** Sorted, disjoint, non-touching union. Any order and overlap may come in; empty ranges vanish. */
export function unionRanges(...lists: readonly (readonly TimeRange[])[]): TimeRange[] {
  const sorted = lists
    .flat()
    .filter(([start, end]) => start < end)
    .sort((a, b) => a[0] - b[0]);
  const merged: [number, number][] = [];
  for (const [start, end] of sorted) {
    const last = merged.at(-1);
    if (last && start <= last[1]) last[1] = Math.max(last[1], end);
    else merged.push([start, end]);
  }
  return merged;
}

/** Milliseconds covered by ranges that are already disjoint. */
export function rangesLength(ranges: readonly TimeRange[]): number {
  return ranges.reduce((sum, [start, end]) => sum + end - start, 0);
}

/** What of `ranges` no range of `others` covers. */
export function withoutRanges(ranges: readonly TimeRange[], others: readonly TimeRange[]): TimeRange[] {
  const gone = unionRanges(others);
  return unionRanges(ranges).flatMap(([start, end]) => {
    const left: TimeRange[] = [];
    let from = start;
    for (const [goneFrom, goneTo] of gone) {
      if (goneTo <= from || goneFrom >= end) continue;
      if (goneFrom > from) left.push([from, goneFrom]);
      from = goneTo;
    }
    if (from < end) left.push([from, end]);
    return left;
  });
}

/** What of `ranges` lies inside [0, end). */
export function clampRanges(ranges: readonly TimeRange[], end: number): TimeRange[] {
  return unionRanges(ranges.map(([from, to]): TimeRange => [Math.max(0, from), Math.min(to, end)]));
}
