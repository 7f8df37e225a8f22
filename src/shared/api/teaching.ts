import { z } from 'zod';
import type { TimeRange } from '../models/ranges.ts';

export const stopBins = 20;

/** How a lesson fares with the students of its course. */
export const lessonReportSchema = z.object({
  lessonId: z.string(),
  title: z.string(),
  durationMs: z.int().positive(),
  /** Students enrolled, those who watched any of it, those done. */
  students: z.int().nonnegative(),
  watchedBy: z.int().nonnegative(),
  doneBy: z.int().nonnegative(),
  /** Of those who watched any of it; null when nobody did. */
  medianPercent: z.number().min(0).max(100).nullable(),
  /** Where students who are not done are, counted in twenty equal parts of the lesson. */
  stops: z.array(z.int().nonnegative()).length(stopBins),
  /** Passages that at least two students watched in more than one sitting. */
  rewatched: z.array(z.object({ startMs: z.int().nonnegative(), endMs: z.int().positive(), students: z.int().positive() })),
});
export type LessonReport = z.infer<typeof lessonReportSchema>;

/** How a student fares in a course. */
export const studentReportSchema = z.object({
  studentId: z.string(),
  name: z.string(),
  /** When the school last heard of them, ms since the Unix epoch; null for never. */
  lastSeen: z.int().nullable(),
  /** Distinct content watched of the whole course, rounded down. */
  percent: z.int().min(0).max(100),
  lessonsDone: z.int().nonnegative(),
  watchedMs: z.int().nonnegative(),
  /** Less than half of what the middle student watched, or in the course for two weeks without being heard of; and not done. */
  fallsBehind: z.boolean(),
});
export type StudentReport = z.infer<typeof studentReportSchema>;

export const courseReportSchema = z.object({ courseId: z.string(), donePercent: z.int(), lessons: z.array(lessonReportSchema), students: z.array(studentReportSchema) });
export type CourseReport = z.infer<typeof courseReportSchema>;

export const courseChangeSchema = z.object({ donePercent: z.int().min(1).max(100) });

/** Watched ranges as the xAPI video profile writes them, in seconds: `0[.]12.5[,]20[.]31`. */
export function playedSegments(ranges: readonly TimeRange[]): string {
  return ranges.map(([start, end]) => `${start / 1000}[.]${end / 1000}`).join('[,]');
}
