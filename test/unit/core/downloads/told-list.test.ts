import { expect, it } from 'vitest';
import { ToldList } from '../../../../src/core/downloads/told-list.ts';
import type { DownloadItem } from '../../../../src/shared/contracts/downloads.ts';

const item = (lessonId: string, change: Partial<DownloadItem> = {}): DownloadItem => ({
  ...{ lessonId, courseId: 'c', lessonTitle: lessonId, courseTitle: 'c', quality: '480p', source: null, state: 'running', reason: null },
  ...{ bytesDone: 1, bytesTotal: 10, exact: true, bytesPerSecond: 100, etaSeconds: 1, position: 0, updating: false, previous: null },
  ...change,
});

it('tells all of the list once, then what is other, and nothing when nothing is', () => {
  const told = new ToldList();
  expect(told.tell([item('a'), item('b')])).toEqual({ whole: true, items: [item('a'), item('b')], removed: [] });
  expect(told.tell([item('a'), item('b')])).toBe(null);
  expect(told.tell([item('a'), item('b', { bytesDone: 2 })])).toEqual({ whole: false, items: [item('b', { bytesDone: 2 })], removed: [] });
  expect(told.tell([item('c'), item('b', { bytesDone: 2 })])).toEqual({ whole: false, items: [item('c')], removed: ['a'] });
  expect(told.tell([])).toEqual({ whole: false, items: [], removed: ['c', 'b'] });
});

it('tells all of it again to somebody who asked for it meanwhile', () => {
  const told = new ToldList();
  told.tell([item('a')]);
  told.forget();
  expect(told.tell([item('a')])).toMatchObject({ whole: true });
});
