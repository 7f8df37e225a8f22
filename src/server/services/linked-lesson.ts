import { createHash } from 'node:crypto';
import * as hls from 'hls-parser';
import type { types } from 'hls-parser';
import { TeachifyError } from '../../shared/errors.ts';
import type { EncodedLesson } from '../../shared/models/encoded-lesson.ts';
import { touchCourse } from './catalog-changes.ts';
import { contentKeyOf } from './content-key.ts';
import { loosen, ownFilesIn } from './loose-media.ts';
import { unnamedFilm } from './media-kinds.ts';
import { requireOwnCourse } from './publication.ts';
import type { Store } from '../store/database.ts';
import { inTransaction, takeTurn } from '../store/transactions.ts';

/** A lesson whose video lies elsewhere as HLS (RFC 8216) and stays there. */
export type LinkedLesson = Pick<EncodedLesson, 'id' | 'courseId' | 'title' | 'description' | 'language' | 'timelineId'> & { readonly url: string };

interface Looked {
  readonly durationMs: number;
  /** Bits per second of each picture, by height; `original` where it has none. */
  readonly rates: ReadonlyMap<string, number>;
}

/** Puts it at the end of its course, or in place of what it was. Throws bad_request when there is no video of known length at the address. */
export async function linkLesson(store: Store, lesson: LinkedLesson, now: number): Promise<void> {
  const { durationMs, rates } = await lookAt(lesson.url);
  const known = await store.selectFrom('lessons').select(['course_id', 'position', 'revision', 'timeline_id', 'duration_ms']).where('id', '=', lesson.id).executeTakeFirst();
  requireOwnCourse(known, lesson);
  const { last } = await store.selectFrom('lessons').select(({ fn }) => fn.max('position').as('last')).where('course_id', '=', lesson.courseId).executeTakeFirstOrThrow();
  const bytes = Object.fromEntries([...rates].map(([quality, rate]) => [quality, Math.round((rate / 8) * (durationMs / 1000))]));
  const row = {
    ...{ course_id: lesson.courseId, title: lesson.title, description: lesson.description, duration_ms: durationMs },
    ...{ position: known?.position ?? (last === null ? 0 : Number(last) + 1), revision: (known?.revision ?? 0) + 1 },
    // The same minutes stay watched as long as the time axis is the same.
    timeline_id: known && known.duration_ms === durationMs ? known.timeline_id : lesson.timelineId,
    ...{ manifest: null, signature: null, plain_sha256: null, plain_bytes: null, video_url: lesson.url, video_bytes: JSON.stringify(bytes) },
    ...{ source_hash: createHash('sha256').update(lesson.url).digest('hex'), published_at: now },
  };
  await inTransaction(store, async (db) => {
    await takeTurn(db, `lesson ${lesson.id}`);
    const before = await db.selectFrom('lessons').select(['manifest', 'plain_sha256']).where('id', '=', lesson.id).executeTakeFirst();
    await db.insertInto('lessons').values({ id: lesson.id, content_key: await contentKeyOf(db, lesson.id), ...row }).onConflict((conflict) => conflict.column('id').doUpdateSet(row)).execute();
    await loosen(db, lesson.id, ownFilesIn(before?.manifest), now);
    // With the next sweep: nobody is kept from a film in clear that no lesson is of.
    await loosen(db, lesson.id, await unnamedFilm(db, before?.plain_sha256 ?? null), 0);
    await touchCourse(db, lesson.courseId);
  });
}

async function lookAt(url: string): Promise<Looked> {
  const top = await playlistAt(url);
  if (!top.isMasterPlaylist) return { durationMs: durationOf(top), rates: new Map([['original', 0]]) };
  const variants = top.variants.filter(({ isIFrameOnly }) => !isIFrameOnly);
  const [first] = variants;
  if (!first) throw refusal('there is nothing to play');
  const media = await playlistAt(new URL(first.uri, url).href);
  if (media.isMasterPlaylist) throw refusal('its playlists cannot be read');
  const rates = variants.map(({ resolution, averageBandwidth, bandwidth }): [string, number] => [resolution ? `${resolution.height}p` : 'original', averageBandwidth ?? bandwidth]);
  return { durationMs: durationOf(media), rates: new Map(rates) };
}

function durationOf({ endlist, segments }: types.MediaPlaylist): number {
  if (!endlist) throw refusal('it is a live stream, which has no end to take home');
  return Math.round(segments.reduce((sum, { duration }) => sum + duration, 0) * 1000);
}

async function playlistAt(url: string): Promise<types.MasterPlaylist | types.MediaPlaylist> {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(30_000) });
    if (!answer.ok) throw new Error(`HTTP status ${answer.status}`);
    hls.setOptions({ silent: true });
    return hls.parse(await answer.text()) as types.MasterPlaylist | types.MediaPlaylist;
  } catch (error) {
    throw refusal('no playlist can be read there', error);
  }
}

function refusal(why: string, cause?: unknown): TeachifyError {
  return new TeachifyError('bad_request', `This address cannot become a lesson: ${why}.`, { cause });
}
