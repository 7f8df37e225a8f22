import { z } from 'zod';
import { choiceSchema, stampedChoiceSchema } from '../models/choice.ts';
import { noteSchema, stampedNoteSchema } from '../models/note.ts';
import { progressStateSchema, sessionSnapshotSchema } from '../models/progress.ts';

/** When an event was recorded, by clocks nobody trusts alone: the server dates it from these and from the batch's own readings. */
export const recordedAtSchema = z.object({
  /** Identifies one boot of the machine; monotonic readings compare only within it. */
  bootId: z.string().min(1).max(64),
  monotonicMs: z.int().nonnegative(),
  /** The machine's wall clock, ms since the Unix epoch. */
  wallMs: z.int(),
});
export type RecordedAt = z.infer<typeof recordedAtSchema>;

/**
 * When something was recorded by the clock of whoever says `now`, ms since the Unix epoch: within one boot by the distance
 * on the monotonic clock, else on the wall clock. Never in the future, nor before 1970.
 */
export function dateOfEvent(recordedAt: RecordedAt, sentAt: RecordedAt, now: number): number {
  const sameBoot = recordedAt.bootId === sentAt.bootId;
  const ago = sameBoot ? sentAt.monotonicMs - recordedAt.monotonicMs : sentAt.wallMs - recordedAt.wallMs;
  return Math.max(0, now - Math.max(0, ago));
}

/** With the install id, the event's identity forever. Counts from 1 per installation. */
const sequenceSchema = z.int().positive();

/** The order of the keys is part of the hash by which a server tells an event that comes again from another one. */
export const progressEventSchema = z.discriminatedUnion('kind', [
  z.object({ sequence: sequenceSchema, kind: z.literal('watched'), recordedAt: recordedAtSchema, snapshot: sessionSnapshotSchema }),
  /** A note written, changed or taken away: whole, never a difference. */
  z.object({ sequence: sequenceSchema, kind: z.literal('noted'), recordedAt: recordedAtSchema, note: noteSchema }),
  /** A setting of the student's own. */
  z.object({ sequence: sequenceSchema, kind: z.literal('chose'), recordedAt: recordedAtSchema, choice: choiceSchema }),
]);
export type ProgressEvent = z.infer<typeof progressEventSchema>;

export const maxBatchEvents = 500;
/** Seconds. */
export const usualReturnWindow = 1;

export const progressBatchSchema = z.object({
  installId: z.string().min(1).max(64),
  /** Echoed by a true server; a captive portal cannot know it. */
  nonce: z.string().min(8).max(64),
  /** The clocks at the moment of sending. */
  sentAt: recordedAtSchema,
  events: z.array(progressEventSchema).min(1).max(maxBatchEvents),
});
export type ProgressBatch = z.infer<typeof progressBatchSchema>;

export const progressRowSchema = progressStateSchema.extend({
  lessonId: z.string(),
  timelineId: z.string(),
  /** Grows with every change of this student's progress; the cursor of the pull. */
  version: z.int().nonnegative(),
});
export type ProgressRow = z.infer<typeof progressRowSchema>;

export const noteRowSchema = stampedNoteSchema.extend({
  /** Of the same count as the versions of progress rows. */
  version: z.int().nonnegative(),
});
export type NoteRow = z.infer<typeof noteRowSchema>;
/** A server of an earlier version keeps no notes. */
const noteRowsSchema = z.array(noteRowSchema).default([]);

export const choiceRowSchema = stampedChoiceSchema.safeExtend({
  /** Of the same count as the versions of progress rows. */
  version: z.int().nonnegative(),
});
export type ChoiceRow = z.infer<typeof choiceRowSchema>;
const choiceRowsSchema = z.array(choiceRowSchema).default([]);

export const eventOutcomes = ['applied', 'duplicate', 'superseded', 'retry', 'auth', 'reject', 'fork'] as const;

/**
 * Changes when the school comes back from a backup: what it acknowledged after that backup it knows no more, and is told again.
 * Null for a school that never did, and of a server of an earlier version.
 */
const historySchema = z.string().min(1).max(64).nullable().default(null);

export const progressBatchResponseSchema = z.object({
  nonce: z.string(),
  serverTime: z.int(),
  results: z.array(
    z.object({
      sequence: z.int().positive(),
      outcome: z.enum(eventOutcomes),
      /** Why it was refused, one of the error codes or a short reason. */
      reason: z.string().max(200).nullable(),
    }),
  ),
  /** The server's state of every timeline the batch touched, after the batch. */
  progress: z.array(progressRowSchema),
  /** The server's state of every note the batch touched, after the batch. */
  notes: noteRowsSchema,
  /** And of every setting. */
  choices: choiceRowsSchema,
  /** Over how many seconds machines spread their return when the line comes back, so that a school does not arrive at once. */
  returnWindow: z.number().positive().max(3600).default(usualReturnWindow),
  history: historySchema,
  /** Seconds to wait before the next batch; null when there is no need. */
  retryAfter: z.number().nonnegative().nullable(),
  maxBatch: z.int().positive(),
});
export type ProgressBatchResponse = z.infer<typeof progressBatchResponseSchema>;

/** The school's word on a file of progress. */
export const progressReceiptSchema = z.object({
  /** Whose progress it was. */
  studentId: z.string(),
  studentName: z.string(),
  receivedAt: z.int(),
  /** SHA-256 over the events as they came. */
  contentSha256: z.string(),
  taken: z.int().nonnegative(),
  /** Were there before: sent by the machine itself, or uploaded twice. */
  known: z.int().nonnegative(),
  refused: z.int().nonnegative(),
  /** The server failed on them; uploading once more is safe. */
  putOff: z.int().nonnegative(),
});
/** With it as a compact JWS (RFC 7515) by the school's signing key, to keep. */
export const progressReceiptResponseSchema = z.object({ receipt: progressReceiptSchema, signed: z.string().max(8000) });
export type ProgressReceiptResponse = z.infer<typeof progressReceiptResponseSchema>;

export const progressQuerySchema = z.object({ since: z.coerce.number().int().nonnegative().default(0) });
/** `GET /api/progress?since=<cursor>` */
export const progressPullSchema = z.object({ progress: z.array(progressRowSchema), notes: noteRowsSchema, choices: choiceRowsSchema, cursor: z.int().nonnegative(), more: z.boolean(), history: historySchema });
export type ProgressPull = z.infer<typeof progressPullSchema>;
