import { z } from 'zod';
import { idSchema } from '../api/catalog.ts';
import { errorCodeSchema } from '../errors.ts';
import { qualitySchema } from '../models/quality.ts';
import { timeRangesSchema } from '../models/ranges.ts';
import { call, nothing, type Contract } from './contract.ts';

const attachmentSchema = z.object({
  /** Opaque; means something only while the lesson is open. */
  attachmentId: z.string(),
  /** As it is saved: safe on every system, with the ending of what it is. */
  name: z.string(),
  kind: z.enum(['pdf', 'slides', 'picture', 'other']),
  bytes: z.int().nonnegative(),
});
export type AttachmentView = z.infer<typeof attachmentSchema>;

export const playbackSourceSchema = z.object({
  /** Opaque; names this opening of the lesson until it is closed. */
  mediaId: z.string(),
  kind: z.enum(['hls', 'mp4']),
  /** app:// URL of the multivariant playlist or of the file. */
  url: z.string(),
  /** What lies at that address and at those it names, so that a player need not ask one after the other. */
  playlists: z.array(z.object({ url: z.string(), content: z.string() })),
  lessonId: z.string(),
  courseId: z.string(),
  title: z.string(),
  durationMs: z.int().positive(),
  timelineId: z.string(),
  /** The epoch reports belong to, and an id for this sitting. */
  epoch: z.int().nonnegative(),
  sessionId: z.string(),
  /** Where the student was. */
  resumeMs: z.int().nonnegative(),
  /** Where the student was on this machine, when another one went on far from it. */
  hereMs: z.int().nonnegative().nullable(),
  qualities: z.array(
    z.object({
      quality: qualitySchema,
      height: z.int().nonnegative(),
      bytes: z.int().nonnegative(),
      /** Claimed by this student and whole. */
      onThisComputer: z.boolean(),
    }),
  ),
  /** The quality this lesson was taken home at, if it was. */
  downloadedQuality: qualitySchema.nullable(),
  captions: z.array(z.object({ language: z.string(), label: z.string(), url: z.string() })),
  /** The languages it is spoken in, when there is a choice. */
  sounds: z.array(z.object({ language: z.string(), label: z.string() })),
  /** WebVTT whose cues name pictures of their stretch, `sprite.jpg#xywh=x,y,w,h` relative to it; null when there are none. */
  thumbnailsUrl: z.string().nullable(),
  chapters: z.array(z.object({ startMs: z.int().nonnegative(), title: z.string() })),
  /** What belongs to the lesson besides the film. */
  attachments: z.array(attachmentSchema),
  nextLessonId: z.string().nullable(),
  /** What the line carried when last measured, in this lesson or another; null before anything was measured. */
  bitsPerSecond: z.number().positive().nullable(),
});
export type PlaybackSource = z.infer<typeof playbackSourceSchema>;

export const availabilitySchema = z.object({
  mediaId: z.string(),
  /** Per quality, what of the timeline can be shown without the line (picture and sound). */
  renditions: z.array(z.object({ quality: qualitySchema, ranges: timeRangesSchema })),
});
export type Availability = z.infer<typeof availabilitySchema>;

const mediaInput = z.object({ mediaId: z.string().min(1).max(64) });

export const playbackContract = {
  calls: {
    'playback.open': call(z.object({ lessonId: idSchema }), playbackSourceSchema),
    'playback.close': call(mediaInput, nothing),
    'playback.availability': call(mediaInput, availabilitySchema),
    /**
     * A copy in clear, where the student says; null when the student thought better of it. The id is for `playback.showCopy`.
     * Fails with lease_missing, lease_expired, not_on_this_computer, not_saved, ...
     */
    'playback.saveAttachment': call(mediaInput.extend({ attachmentId: z.string().min(1).max(64) }), z.object({ copyId: z.string().nullable() })),
    /** Shows a copy that was saved in this sitting where it lies. Never runs it. */
    'playback.showCopy': call(z.object({ copyId: z.string().min(1).max(64) }), nothing),
    /** Hashes again what lies here of an open lesson, in every quality; what is not what it was is absent afterwards. */
    'playback.verify': call(mediaInput, z.object({ badPieces: z.int().nonnegative() })),
    /** A lesson that stands still tries again at once, and not only by and by. `playback.available` follows. */
    'playback.retry': call(mediaInput, nothing),
    /** Bits per second measured on the wire; null before anything was measured. */
    'playback.bandwidth': call(nothing, z.object({ bitsPerSecond: z.number().positive().nullable() })),
  },
  events: {
    /** The line is back, pieces arrived, a lease was renewed, or it is time to try again: a player that stopped may ask once more. */
    'playback.available': z.object({ mediaId: z.string() }),
    /** A piece could not be had; the player shows why and waits for `playback.available`. */
    'playback.blocked': z.object({ mediaId: z.string(), code: errorCodeSchema }),
    'playback.availabilityChanged': availabilitySchema,
  },
} as const satisfies Contract;
