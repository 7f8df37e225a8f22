import { describe, expect, it } from 'vitest';
import type { CourseView, LessonView } from '../../../../../src/shared/contracts/catalog.ts';
import type { DownloadItem } from '../../../../../src/shared/contracts/downloads.ts';
import { courseQualities, offerFor, planCourse } from '../../../../../src/renderer/features/course/course-model.ts';

const lesson = (id: string, qualities: LessonView['qualities']): LessonView => ({
  id,
  courseId: 'c',
  position: 0,
  title: id,
  description: '',
  durationMs: 1,
  timelineId: id,
  revision: 1,
  posterUrl: null,
  qualities,
});
const ladder = lesson('ladder', [
  { quality: '720p', bytes: 70 },
  { quality: '360p', bytes: 30 },
]);
const plain = lesson('plain', [{ quality: 'original', bytes: 50 }]);
const course = { lessons: [ladder, plain, lesson('nothing', [])] } as unknown as CourseView;

it('offers the wished quality or the nearest below', () => {
  expect(offerFor(ladder, '480p')).toEqual({ quality: '360p', bytes: 30 });
  expect(offerFor(plain, '480p')).toEqual({ quality: 'original', bytes: 50 });
  expect(offerFor(lesson('none', []), '480p')).toBeNull();
});

it('lists each quality once, best first', () => {
  expect(courseQualities(course)).toEqual(['720p', '360p', 'original']);
});

describe('the plan to take a course home', () => {
  const storage = { lessonBytes: 0, cacheBytes: 0, freeBytes: 70, roomBytes: 79, queuedBytes: 0, reservedBytes: 0, totalBytes: 100, folder: 'lessons', byCourse: [] };

  it('asks for each lesson in the quality it has', () => {
    const plan = planCourse(course, new Map(), '480p', null);
    expect([...plan.byQuality]).toEqual([
      ['360p', ['ladder']],
      ['original', ['plain']],
    ]);
    expect(plan).toMatchObject({ count: 2, bytes: 80, fits: true });
  });

  it('leaves out what is here or under way, and says when there is no room', () => {
    expect(planCourse(course, new Map(), '480p', storage).fits).toBe(false);
    const here = new Map([['plain', {} as DownloadItem]]);
    expect(planCourse(course, here, '480p', storage)).toMatchObject({ count: 1, bytes: 30, fits: true });
    // Room that is promised to what is queued is not there twice.
    expect(planCourse(course, here, '480p', { ...storage, queuedBytes: 50 }).fits).toBe(false);
  });
});
