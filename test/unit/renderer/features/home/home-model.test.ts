import { describe, expect, it } from 'vitest';
import type { CatalogView, CourseView, LessonView } from '../../../../../src/shared/contracts/catalog.ts';
import type { DownloadItem } from '../../../../../src/shared/contracts/downloads.ts';
import type { LessonProgress } from '../../../../../src/shared/contracts/progress.ts';
import { courseStanding, lessonsHere, lessonToContinue } from '../../../../../src/renderer/features/home/home-model.ts';

const lesson = (id: string, position: number, durationMs = 100): LessonView => ({
  id,
  courseId: 'c',
  position,
  title: id,
  description: '',
  durationMs,
  timelineId: id,
  revision: 1,
  posterUrl: null,
  qualities: [],
});
const course = (lessons: LessonView[]): CourseView => ({
  id: 'c',
  title: 'c',
  description: '',
  language: 'en',
  posterUrl: null,
  lessonCount: lessons.length,
  durationMs: 1,
  lessons,
});
const view: CatalogView = { courses: [course([lesson('three', 3), lesson('one', 1), lesson('two', 2)])], refreshedAt: null };
const progress = (...rows: [string, Partial<LessonProgress>][]) =>
  new Map(
    rows.map(([lessonId, change]) => [
      lessonId,
      { lessonId, timelineId: lessonId, ranges: [], percent: 0, done: false, positionMs: 1, watchedMs: 0, updatedAt: 0, ...change },
    ]),
  );
const anywhere = () => true;

describe('where to go on', () => {
  it('is nowhere for a student who has not begun', () => {
    expect(lessonToContinue(view, progress(), anywhere)).toBeNull();
  });

  it('is no lesson that was started anew and not watched since', () => {
    const rows = progress(['one', { updatedAt: 5 }], ['two', { updatedAt: 9, positionMs: 0, ranges: [] }]);
    expect(lessonToContinue(view, rows, anywhere)?.lesson.id).toBe('one');
  });

  it('is the lesson touched last', () => {
    const rows = progress(['one', { updatedAt: 5 }], ['two', { updatedAt: 9 }]);
    expect(lessonToContinue(view, rows, anywhere)?.lesson.id).toBe('two');
  });

  it('is the next unwatched one in the order of the course when that was watched to the end', () => {
    const rows = progress(['one', { updatedAt: 9, done: true }], ['two', { updatedAt: 1, done: true }]);
    expect(lessonToContinue(view, rows, anywhere)?.lesson.id).toBe('three');
  });

  it('is nowhere when all is watched, and what plays when not everything does', () => {
    const done = progress(['one', { done: true }], ['two', { done: true }], ['three', { done: true }]);
    expect(lessonToContinue(view, done, anywhere)).toBeNull();
    const rows = progress(['one', { updatedAt: 1 }], ['two', { updatedAt: 9 }]);
    expect(lessonToContinue(view, rows, (id) => id === 'one')?.lesson.id).toBe('one');
  });
});

it('weighs a course by the length of its lessons', () => {
  const long = course([lesson('one', 1, 900), lesson('two', 2, 100)]);
  expect(courseStanding(long, progress(['two', { percent: 92, done: true }], ['one', { percent: 10 }]), new Map()).percent).toBe(19);
});

it('counts what plays as here: a whole lesson, an older revision, another quality while this one comes', () => {
  const items = {
    one: { state: 'ready', updating: false, previous: null },
    two: { state: 'running', updating: false, previous: '360p' },
    three: { state: 'waiting', updating: true, previous: null },
    four: { state: 'running', updating: false, previous: null },
  } as const;
  const downloads = new Map(Object.entries(items)) as unknown as ReadonlyMap<string, DownloadItem>;
  const four = course(Object.keys(items).map((id, position) => lesson(id, position)));
  expect(courseStanding(four, progress(), downloads).here).toBe(3);
  expect(lessonsHere({ courses: [four], refreshedAt: null }, progress(), downloads).map((entry) => entry.lesson.id)).toEqual(['one', 'two', 'three']);
});
