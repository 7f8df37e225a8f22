import { z } from 'zod';
import { progressReceiptSchema } from '../api/progress.ts';
import { sessionSnapshotSchema } from '../models/progress.ts';
import { timeRangesSchema } from '../models/ranges.ts';
import { accountIdSchema } from './accounts.ts';
import { call, nothing, type Contract } from './contract.ts';

export const lessonProgressSchema = z.object({
  lessonId: z.string(),
  timelineId: z.string(),
  ranges: timeRangesSchema,
  percent: z.int().min(0).max(100),
  done: z.boolean(),
  positionMs: z.int().nonnegative(),
  watchedMs: z.int().nonnegative(),
  /** When it last changed, ms since the Unix epoch; orders "continue". */
  updatedAt: z.int(),
});
export type LessonProgress = z.infer<typeof lessonProgressSchema>;

export const outboxItemSchema = z.object({
  sequence: z.int().positive(),
  kind: z.enum(['watched', 'noted', 'chose']),
  /** Null for what belongs to no lesson. */
  lessonId: z.string().nullable(),
  state: z.enum(['pending', 'sending', 'held', 'parked']),
  /** Why it is held or was refused. */
  reason: z.string().nullable(),
  recordedAt: z.int(),
  /** 0 for what was written. */
  watchedMs: z.int().nonnegative(),
});
export type OutboxItem = z.infer<typeof outboxItemSchema>;

export const outboxViewSchema = z.object({
  waiting: z.int().nonnegative(),
  parked: z.int().nonnegative(),
  /** By the server's clock, ms since the Unix epoch. */
  lastSentAt: z.int().nullable(),
  /** How long ago that is; null while no server said in this sitting what time it is, since this computer's clock may be wrong. */
  lastSentAgoMs: z.int().nonnegative().nullable(),
  /** What was refused, then what waits; at most 200 of each, the newest first. */
  items: z.array(outboxItemSchema),
});
export type OutboxView = z.infer<typeof outboxViewSchema>;

export const progressContract = {
  calls: {
    /** Durable once it answers, which it does with nothing: the lock may have fallen, or another student sat down. `progress.changed` tells. */
    'progress.report': call(sessionSnapshotSchema, nothing),
    'progress.lessons': call(nothing, z.array(lessonProgressSchema)),
    /** What was watched of it counts no more, on no computer. Behind the lock, or when another student has sat down, it is done all the same, and answered with null. */
    'progress.startAnew': call(z.object({ timelineId: z.string().min(1).max(64), of: accountIdSchema }), lessonProgressSchema.nullable()),
    'progress.outbox': call(nothing, outboxViewSchema),
    'progress.sendNow': call(nothing, outboxViewSchema),
    /** Asks for a file to write what waits into. */
    'progress.export': call(nothing, z.object({ saved: z.boolean() })),
    /** Asks for a file that another machine wrote and hands it in; null when the student thought better of it. */
    'progress.handIn': call(nothing, z.object({ receipt: progressReceiptSchema.nullable() })),
  },
  events: {
    'progress.changed': z.array(lessonProgressSchema),
    'progress.outboxChanged': outboxViewSchema,
  },
} as const satisfies Contract;
