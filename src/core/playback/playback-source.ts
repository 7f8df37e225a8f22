import type { PlaybackSource } from '../../shared/contracts/playback.ts';
import { qualityHeight, type Quality } from '../../shared/models/quality.ts';
import type { LessonContent } from '../content/ports.ts';
import { attachmentViews } from './attachments.ts';
import { playlistsOf } from './lesson-playlists.ts';
import type { OpenLesson } from './open-lesson.ts';
import { qualitiesOf } from './qualities.ts';
import { soundsOf, thumbnailsOf } from './side-files.ts';

/** Played this close to its beginning or its end, a lesson starts over. */
const beginMs = 3_000;
const endMs = 5_000;

interface Sitting {
  readonly sessionId: string;
  /** What the lesson was taken home at, if it was. */
  readonly home: { readonly quality: Quality; readonly ready: boolean } | null;
  readonly resume: { readonly positionMs: number; readonly epoch: number; readonly hereMs: number | null };
  readonly nextLessonId: string | null;
  readonly bitsPerSecond: number | null;
  /** app:// URL of a path below the media handler. */
  readonly mediaUrl: (path: string) => string;
}

/** What the page is told of a lesson that was opened for it: opaque addresses, no key, no token. */
export function playbackSourceOf({ mediaId, content, attachments }: OpenLesson, { sessionId, home, resume, nextLessonId, bitsPerSecond, mediaUrl }: Sitting): PlaybackSource {
  const { lesson, manifest, durationMs, timelineId } = content;
  const { positionMs, epoch, hereMs } = resume;
  const urlOf = (path: string) => mediaUrl(`${mediaId}/${path}`);
  return {
    ...{ mediaId, durationMs, timelineId, epoch, sessionId, hereMs, nextLessonId, bitsPerSecond },
    ...{ lessonId: lesson.id, courseId: lesson.courseId, title: lesson.title },
    kind: manifest ? 'hls' : 'mp4',
    url: urlOf(manifest ? 'master.m3u8' : 'video.mp4'),
    playlists: playlistsOf(content).map(({ name, content: text }) => ({ url: urlOf(name), content: text })),
    resumeMs: positionMs < beginMs || positionMs >= durationMs - endMs ? 0 : positionMs,
    qualities: qualitiesOf(content).map(({ quality, bytes }) => ({
      ...{ quality, bytes, height: qualityHeight(quality) },
      onThisComputer: home?.ready === true && home.quality === quality,
    })),
    downloadedQuality: home?.quality ?? null,
    captions: captionsOf(content, urlOf),
    sounds: soundsOf(content),
    thumbnailsUrl: thumbnailsOf(content, (name) => urlOf(`thumbnails/${encodeURIComponent(name)}`)),
    chapters: manifest?.chapters ?? [],
    attachments: attachmentViews(attachments),
  };
}

function captionsOf({ manifest }: LessonContent, urlOf: (path: string) => string): PlaybackSource['captions'] {
  const files = (manifest?.sideFiles ?? []).filter(({ role }) => role === 'captions');
  return files.map(({ language, name }) => ({ language: language ?? 'und', label: language ?? name, url: urlOf(`captions/${encodeURIComponent(name)}`) }));
}
