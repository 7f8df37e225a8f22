import { createDecipheriv } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Selectable } from 'kysely';
import { fromWire } from '../../shared/api/codec.ts';
import type { CourseFolder } from '../../shared/models/course-folder.ts';
import type { EncodedLesson, EncodedRendition } from '../../shared/models/encoded-lesson.ts';
import { segmentIv } from '../../shared/models/lease.ts';
import { manifestSchema, type Manifest, type Rendition, type SideFile } from '../../shared/models/manifest.ts';
import { decodePieceTable } from '../../shared/models/piece-table.ts';
import { notFound } from '../errors.ts';
import type { MediaStorage } from '../storage/ports.ts';
import { readWhole } from '../storage/read-whole.ts';
import type { Store } from '../store/database.ts';
import type { Schema } from '../store/schema.ts';
import { deriveFileKey } from './encryption.ts';

type LessonRow = Selectable<Schema['lessons']>;

interface Dependencies {
  readonly store: Store;
  readonly media: MediaStorage;
}

/** Writes a course as `courseFolderSchema` describes it, in clear. The folder is there when all of it is. Throws not_found. */
export async function exportCourse({ store, media }: Dependencies, courseId: string, folder: string): Promise<void> {
  const course = await store.selectFrom('courses').selectAll().where('id', '=', courseId).executeTakeFirst();
  if (!course) throw notFound('Course');
  const rows = await store.selectFrom('lessons').selectAll().where('course_id', '=', courseId).orderBy('position').orderBy('id').execute();
  const unfinished = `${folder}.unfinished`;
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(join(unfinished, 'lessons'), { recursive: true });
  const lessons: CourseFolder['lessons'] = [];
  for (const row of rows) {
    const about = { id: row.id, published: row.published === 1 };
    if (row.video_url !== null) {
      const { title, description, timeline_id: timelineId, video_url: url } = row;
      lessons.push({ ...about, attachments: [], link: { url, title, description, language: course.language, timelineId } });
      continue;
    }
    const place = join(unfinished, 'lessons', row.id);
    await mkdir(place);
    lessons.push({ ...about, link: null, attachments: await exportLesson(media, row, course.language, place) });
  }
  const { id, title, description, language, done_percent: donePercent } = course;
  const poster = course.poster_sha256 && course.poster_type ? `poster.${endingOf(course.poster_type)}` : null;
  if (poster && course.poster_sha256) await writeFile(join(unfinished, poster), await readWhole(media, course.poster_sha256));
  const described: CourseFolder = { format: 'teachify-course/1', course: { id, title, description, language, donePercent, poster }, lessons };
  await writeFile(join(unfinished, 'course.json'), JSON.stringify(described, null, 2));
  await rename(unfinished, folder);
}

/** @returns its attachments */
async function exportLesson(media: Dependencies['media'], row: LessonRow, language: string, place: string): Promise<CourseFolder['lessons'][number]['attachments']> {
  const base = { id: row.id, courseId: row.course_id, position: row.position, title: row.title, description: row.description, durationMs: row.duration_ms, timelineId: row.timeline_id };
  const write = (name: string, bytes: Uint8Array) => writeFile(join(place, name), bytes);
  if (row.manifest === null) {
    const poster = row.poster_sha256 && row.poster_type ? `poster.${endingOf(row.poster_type)}` : null;
    if (poster && row.poster_sha256) await write(poster, await readWhole(media, row.poster_sha256));
    await pipeline(await media.open(row.plain_sha256 ?? ''), createWriteStream(join(place, 'video.mp4')));
    const lesson: EncodedLesson = { ...base, language, renditions: [], plainVideo: 'video.mp4', captions: [], poster, thumbnails: null, chapters: [] };
    await write('lesson.json', Buffer.from(JSON.stringify(lesson, null, 2)));
    return [];
  }
  const manifest = fromWire(manifestSchema, JSON.parse(row.manifest));
  const renditions: EncodedRendition[] = [];
  for (const rendition of manifest.renditions) renditions.push(await exportRendition(media, row, rendition, place));
  for (const file of manifest.sideFiles.filter(({ role }) => role !== 'attachment')) await write(file.name, await inClear(media, row, file));
  const attachments: CourseFolder['lessons'][number]['attachments'] = [];
  for (const [index, file] of manifest.sideFiles.filter(({ role }) => role === 'attachment').entries()) {
    const name = `attachment-${index + 1}`;
    await write(name, await inClear(media, row, file));
    attachments.push({ name: file.name, file: name });
  }
  await write('lesson.json', Buffer.from(JSON.stringify({ ...base, ...aboutFiles(manifest, language), renditions } satisfies EncodedLesson, null, 2)));
  return attachments;
}

function aboutFiles({ renditions, sideFiles, chapters }: Manifest, language: string) {
  const [list, sheet] = sideFiles.filter(({ role }) => role === 'thumbnails').toSorted((a, b) => Number(b.mimeType.startsWith('text/vtt')) - Number(a.mimeType.startsWith('text/vtt')));
  return {
    language: renditions.find(({ kind, language: spoken }) => kind === 'audio' && spoken !== null)?.language ?? language,
    plainVideo: null,
    captions: sideFiles.filter(({ role }) => role === 'captions').map(({ language: spoken, name }) => ({ language: spoken ?? 'und', file: name })),
    poster: sideFiles.find(({ role }) => role === 'poster')?.name ?? null,
    thumbnails: list && sheet ? { list: list.name, sheet: sheet.name } : null,
    chapters,
  };
}

async function exportRendition(media: Dependencies['media'], row: LessonRow, rendition: Rendition, place: string): Promise<EncodedRendition> {
  const { id, kind, codecs, quality, width, height, frameRate } = rendition;
  const pieces = decodePieceTable(await readWhole(media, rendition.pieceTable.sha256));
  const key = deriveFileKey(row.content_key, rendition.file.keyId ?? '');
  const segments: EncodedRendition['segments'] = [];
  let initBytes = 0;
  async function* plain() {
    let offset = 0;
    for (const [index, piece] of pieces.entries()) {
      const range = { start: piece.offset, end: piece.offset + piece.length - 1 };
      const stored = Buffer.concat(await (await media.open(rendition.file.sha256, range)).toArray() as Buffer[]);
      const bytes = index === 0 ? stored : decrypted(key, segmentIv(index), stored);
      if (index === 0) initBytes = bytes.length;
      else segments.push({ offset, bytes: bytes.length, durationUs: piece.durationUs });
      offset += bytes.length;
      yield bytes;
    }
  }
  await pipeline(Readable.from(plain()), createWriteStream(join(place, `${id}.mp4`)));
  return { id, kind, file: `${id}.mp4`, codecs, quality, width, height, frameRate, initBytes, segments };
}

async function inClear(media: Dependencies['media'], row: LessonRow, { file }: SideFile): Promise<Buffer> {
  const stored = await readWhole(media, file.sha256);
  return file.keyId === null ? stored : decrypted(deriveFileKey(row.content_key, file.keyId), new Uint8Array(16), stored);
}

function decrypted(key: Uint8Array, iv: Uint8Array, bytes: Uint8Array): Buffer {
  const decipher = createDecipheriv('aes-128-cbc', key, iv);
  return Buffer.concat([decipher.update(bytes), decipher.final()]);
}

function endingOf(pictureType: string): string {
  return pictureType === 'image/jpeg' ? 'jpg' : pictureType.replace('image/', '');
}
