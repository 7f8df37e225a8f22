import { expect, it } from 'vitest';
import type { StorageView } from '../../../../../src/shared/contracts/downloads.ts';
import { storageParts } from '../../../../../src/renderer/features/downloads/storage-parts.ts';

const view = (change: Partial<StorageView>): StorageView => ({ lessonBytes: 0, cacheBytes: 0, freeBytes: 100, roomBytes: 100, queuedBytes: 0, reservedBytes: 0, totalBytes: 200, folder: 'lessons', byCourse: [], ...change });
const shown = (storage: StorageView) => storageParts(storage).map(({ kind, bytes }) => [kind, bytes]);

it('what a student sees adds up to what is used, lessons of others on this computer too', () => {
  const byCourse = [{ courseId: 'c', title: 'C', bytes: 30 }];
  expect(shown(view({ lessonBytes: 80, cacheBytes: 5, byCourse }))).toEqual([
    ['course', 30],
    ['others', 50],
    ['cache', 5],
  ]);
  expect(shown(view({ lessonBytes: 80 }))).toEqual([['others', 80]]);
});

it('nothing is named that takes no room', () => {
  const byCourse = [{ courseId: 'c', title: 'C', bytes: 30 }, { courseId: 'd', title: 'D', bytes: 0 }];
  expect(shown(view({ lessonBytes: 30, byCourse }))).toEqual([['course', 30]]);
  expect(shown(view({}))).toEqual([]);
});
