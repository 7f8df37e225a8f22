import { createDecipheriv, randomUUID } from 'node:crypto';
import { fromWire, toWire } from '../../shared/api/codec.ts';
import { TeachifyError } from '../../shared/errors.ts';
import { manifestSchema, type PublishedFile, type SideFile } from '../../shared/models/manifest.ts';
import { notFound } from '../errors.ts';
import type { MediaStorage } from '../storage/ports.ts';
import { readWhole } from '../storage/read-whole.ts';
import type { Store } from '../store/database.ts';
import { inTransaction, takeTurn } from '../store/transactions.ts';
import { attachmentType } from './attachment-type.ts';
import { recordAction, type Actor } from './audit.ts';
import { touchCourse } from './catalog-changes.ts';
import { requireTeacherOfLesson } from './course-access.ts';
import { deriveFileKey, encryptWhole } from './encryption.ts';
import { bindLoose, loosen } from './loose-media.ts';
import type { SchoolKeys } from './school-keys.ts';

/** More than any handout; it is encrypted in memory. */
export const largestAttachment = 100 * 1024 * 1024;

/** What goes with a lesson to read: side files of its manifest. Each throws not_enrolled for whoever does not teach the course. */
export interface Attachments {
  /** In a new revision of the lesson. Throws bad_request for a file that is not what may be attached, conflict for a name that is taken. */
  attach(actor: Actor, lessonId: string, name: string, bytes: Buffer): Promise<void>;
  /** Throws not_found. */
  detach(actor: Actor, lessonId: string, name: string): Promise<void>;
  /** In clear, for whom the caller let in. Throws not_found. */
  read(lesson: { id: string; content_key: string }, name: string): Promise<{ bytes: Buffer; mimeType: string }>;
}

interface Dependencies {
  readonly store: Store;
  readonly media: MediaStorage;
  readonly keys: Pick<SchoolKeys, 'signDetached'>;
  readonly now: () => number;
}

/** In their order, as the lesson's manifest lists them. */
export async function attachmentsOf(store: Store, lessonId: string): Promise<SideFile[]> {
  const rows = await store.selectFrom('attachments').selectAll().where('lesson_id', '=', lessonId).orderBy('position').execute();
  return rows.map(({ name, mime_type: mimeType, file }) => ({ role: 'attachment', name, mimeType, language: null, file: JSON.parse(file) as PublishedFile }));
}

export function createAttachments({ store, media, keys, now }: Dependencies): Attachments {
  /** Signs the lesson's manifest anew with the attachments it has now. */
  const republish = async (db: Store, lessonId: string) => {
    const row = await db.selectFrom('lessons').selectAll().where('id', '=', lessonId).executeTakeFirstOrThrow();
    if (row.manifest === null) throw new TeachifyError('conflict', 'This lesson lies elsewhere or is a plain film: nothing can be attached to it');
    const before = fromWire(manifestSchema, JSON.parse(row.manifest));
    const others = before.sideFiles.filter(({ role }) => role !== 'attachment');
    const attachments = await attachmentsOf(db, lessonId);
    const taken = new Set(others.map(({ name }) => name));
    if (attachments.some(({ name }) => taken.has(name))) throw new TeachifyError('conflict', 'The lesson has a file of this name');
    const manifest = manifestSchema.parse({ ...before, revision: row.revision + 1, sideFiles: [...others, ...attachments] });
    const payload = JSON.stringify(toWire(manifest));
    await db.updateTable('lessons').set({ manifest: payload, signature: await keys.signDetached(payload), revision: manifest.revision }).where('id', '=', lessonId).execute();
    await touchCourse(db, row.course_id);
  };
  return {
    attach: async (actor, lessonId, name, bytes) => {
      const lesson = await requireTeacherOfLesson(store, actor, lessonId, now());
      if (bytes.length > largestAttachment) throw new TeachifyError('payload_too_large', 'No attachment is larger than 100 MiB');
      const mimeType = attachmentType(name, bytes);
      const keyId = randomUUID();
      const { sha256, bytes: size } = await media.put([encryptWhole(deriveFileKey(lesson.content_key, keyId), bytes)], { announce: (own) => loosen(store, lessonId, [own], now()) });
      await inTransaction(store, async (db) => {
        await takeTurn(db, `lesson ${lessonId}`);
        const current = await requireTeacherOfLesson(db, actor, lessonId, now());
        if (current.content_key !== lesson.content_key) throw new TeachifyError('conflict', 'The lesson was removed and made anew while the file was on its way');
        const present = await attachmentsOf(db, lessonId);
        if (present.some((one) => one.name === name)) throw new TeachifyError('conflict', 'The lesson has a file of this name');
        const { last } = await db.selectFrom('attachments').select(({ fn }) => fn.max('position').as('last')).where('lesson_id', '=', lessonId).executeTakeFirstOrThrow();
        const file: PublishedFile = { sha256, bytes: size, keyId };
        if ((await bindLoose(db, [sha256])) === 0) throw new TeachifyError('server_error', 'The attachment was swept away before it was attached');
        await db.insertInto('attachments').values({ lesson_id: lessonId, name, position: last === null ? 0 : Number(last) + 1, mime_type: mimeType, file: JSON.stringify(file) }).execute();
        await republish(db, lessonId);
        await recordAction(db, now(), actor, 'attachment.add', lessonId, { name, mimeType });
      });
    },
    detach: async (actor, lessonId, name) =>
      inTransaction(store, async (db) => {
        await takeTurn(db, `lesson ${lessonId}`);
        await requireTeacherOfLesson(db, actor, lessonId, now());
        const detached = (await attachmentsOf(db, lessonId)).find((one) => one.name === name);
        if (!detached) throw notFound('Attachment');
        await db.deleteFrom('attachments').where('lesson_id', '=', lessonId).where('name', '=', name).execute();
        await loosen(db, lessonId, [detached.file.sha256], now());
        await republish(db, lessonId);
        await recordAction(db, now(), actor, 'attachment.remove', lessonId, { name });
      }),
    read: async (lesson, name) => {
      const found = (await attachmentsOf(store, lesson.id)).find((one) => one.name === name);
      if (!found?.file.keyId) throw notFound('Attachment');
      const decipher = createDecipheriv('aes-128-cbc', deriveFileKey(lesson.content_key, found.file.keyId), new Uint8Array(16));
      return { bytes: Buffer.concat([decipher.update(await readWhole(media, found.file.sha256)), decipher.final()]), mimeType: found.mimeType };
    },
  };
}
