import { z } from 'zod';
import { idSchema } from '../api/catalog.ts';
import { errorCodeSchema } from '../errors.ts';
import { qualitySchema } from '../models/quality.ts';
import { accountIdSchema } from './accounts.ts';
import { call, nothing, type Contract } from './contract.ts';

export const downloadStates = ['queued', 'running', 'waiting', 'paused', 'failed', 'ready'] as const;

export const downloadItemSchema = z.object({
  lessonId: z.string(),
  courseId: z.string(),
  lessonTitle: z.string(),
  courseTitle: z.string(),
  quality: qualitySchema,
  /** Host of the house that the lesson comes from; null for the school itself. */
  source: z.string().nullable(),
  /** `waiting` goes on by itself (line, disk, sign-in); `failed` needs the student. */
  state: z.enum(downloadStates),
  /** Why it waits or failed. */
  reason: errorCodeSchema.nullable(),
  /** Verified and durable bytes, and all there are. */
  bytesDone: z.int().nonnegative(),
  bytesTotal: z.int().nonnegative(),
  /** False while the total is an estimate (a source without a manifest). */
  exact: z.boolean(),
  bytesPerSecond: z.number().nonnegative(),
  /** Seconds left at the measured speed; null when nobody can say. */
  etaSeconds: z.number().nonnegative().nullable(),
  /** Place in the queue, 0 first. */
  position: z.int().nonnegative(),
  /** An older revision is here whole and plays; only what changed is fetched. */
  updating: z.boolean(),
  /** Another quality, which is here whole and plays until this one is; null for none. */
  previous: qualitySchema.nullable(),
});
export type DownloadItem = z.infer<typeof downloadItemSchema>;
export type DownloadState = DownloadItem['state'];

/** What of the list is other than when it was told last. */
export const downloadChangesSchema = z.object({
  /** True where `items` is the whole list, and whatever is not in it is gone. */
  whole: z.boolean(),
  /** New ones and those of which anything is other, each as it is now. */
  items: z.array(downloadItemSchema),
  /** Lessons that are in the list no more. */
  removed: z.array(z.string()),
});
export type DownloadChanges = z.infer<typeof downloadChangesSchema>;

export const storageViewSchema = z.object({
  /** Bytes of claimed lessons, of the cache, and what the disk has left for us beyond the reserve. */
  lessonBytes: z.int().nonnegative(),
  cacheBytes: z.int().nonnegative(),
  freeBytes: z.int().nonnegative(),
  /** What lessons may still take: what is free, and the cache, which gives way to them. */
  roomBytes: z.int().nonnegative(),
  /** What the queue still needs of it. */
  queuedBytes: z.int().nonnegative(),
  /** Left to other programs, beside the free bytes. */
  reservedBytes: z.int().nonnegative(),
  totalBytes: z.int().nonnegative(),
  /** Where lessons lie, to be shown. */
  folder: z.string(),
  byCourse: z.array(z.object({ courseId: z.string(), title: z.string(), bytes: z.int().nonnegative() })),
});
export type StorageView = z.infer<typeof storageViewSchema>;

/** What taking lessons home would mean. */
export const downloadPlanSchema = z.object({
  lessons: z.array(z.object({ lessonId: z.string(), quality: qualitySchema, bytes: z.int().nonnegative(), presentBytes: z.int().nonnegative(), exact: z.boolean() })),
  bytes: z.int().nonnegative(),
  /** Of these, already on this computer and verified. */
  presentBytes: z.int().nonnegative(),
  /** Room beside the reserve and beside what is queued already. */
  freeBytes: z.int().nonnegative(),
  fits: z.boolean(),
  /** At the speed measured lately; null before anything was measured. */
  etaSeconds: z.number().nonnegative().nullable(),
  exact: z.boolean(),
});
export type DownloadPlan = z.infer<typeof downloadPlanSchema>;

/** A move of all lessons to another folder; null when none is under way. */
export const folderMovingSchema = z.object({ bytesDone: z.int().nonnegative(), bytesTotal: z.int().nonnegative() }).nullable();
export type FolderMoving = z.infer<typeof folderMovingSchema>;

const lessonInput = z.object({ lessonId: idSchema });
/** Whose: undone may it be for a while, and somebody else may sit here when that is over. */
const whose = { of: accountIdSchema };

export const downloadsContract = {
  calls: {
    'downloads.list': call(nothing, z.array(downloadItemSchema)),
    'downloads.add': call(z.object({ lessonIds: z.array(idSchema).min(1).max(2000), quality: qualitySchema }), nothing),
    'downloads.pause': call(lessonInput, nothing),
    'downloads.resume': call(lessonInput, nothing),
    /** Stops it and gives its bytes back, ready or not. */
    'downloads.remove': call(lessonInput.extend(whose), nothing),
    'downloads.plan': call(z.object({ lessonIds: z.array(idSchema).min(1).max(2000), quality: qualitySchema }), downloadPlanSchema),
    /** To the n-th place of the queue, 0 first. */
    'downloads.move': call(z.object({ lessonId: idSchema, position: z.int().nonnegative() }), nothing),
    'downloads.removeMany': call(z.object({ lessonIds: z.array(idSchema).min(1).max(2000), ...whose }), nothing),
    /** Those watched to the end whose progress the school has. Answers with what was given back. */
    'downloads.removeWatched': call(nothing, z.object({ lessons: z.int().nonnegative(), bytes: z.int().nonnegative() })),
    'downloads.pauseAll': call(nothing, nothing),
    'downloads.resumeAll': call(nothing, nothing),
    'downloads.storage': call(nothing, storageViewSchema),
    /** Asks the student for a folder, and brings all lessons there. False when the student thought better of it. */
    'downloads.moveFolder': call(nothing, z.object({ moved: z.boolean() })),
    'downloads.cancelMove': call(nothing, nothing),
    /** Hashes everything of a lesson again; bad pieces become absent and are fetched again. */
    'downloads.verify': call(lessonInput, z.object({ badPieces: z.int().nonnegative() })),
  },
  events: {
    /** At most four times a second; the whole list once after it was asked for, then what changed. */
    'downloads.changed': downloadChangesSchema,
    'downloads.folderMoving': folderMovingSchema,
  },
} as const satisfies Contract;
