import type { AttachmentView } from '../../shared/contracts/playback.ts';
import type { SideFile } from '../../shared/models/manifest.ts';
import { decryptWhole } from '../base/decryption.ts';
import type { LessonContent, PieceStore } from '../content/ports.ts';
import type { Leases } from '../accounts/ports.ts';
import { safeFileName } from './file-name.ts';

/** A lesson's attachments by ids that mean something only while it is open. */
export type Attachments = ReadonlyMap<string, SideFile>;

const kinds: ReadonlyMap<string, AttachmentView['kind']> = new Map([
  ['application/pdf', 'pdf'],
  ['application/vnd.openxmlformats-officedocument.presentationml.presentation', 'slides'],
  ['application/vnd.oasis.opendocument.presentation', 'slides'],
  ['image/png', 'picture'],
  ['image/jpeg', 'picture'],
]);

export function attachmentsOf({ manifest }: LessonContent, newId: () => string): Attachments {
  const files = (manifest?.sideFiles ?? []).filter(({ role }) => role === 'attachment');
  return new Map(files.map((file) => [newId(), file]));
}

/** As the page may know them. */
export function attachmentViews(attachments: Attachments): AttachmentView[] {
  return [...attachments].map(([attachmentId, { name, mimeType, file }]) => ({
    ...{ attachmentId, bytes: file.bytes },
    name: safeFileName(name, mimeType),
    kind: kinds.get(mimeType) ?? 'other',
  }));
}

interface Reading {
  readonly store: Pick<PieceStore, 'read'>;
  readonly leases: Pick<Leases, 'fileKey'>;
  readonly lessonId: string;
  readonly signal: AbortSignal;
}

/** In clear, for the student who is here. Throws lease_missing, lease_expired, and as the line does where it is not on this computer. */
export async function readAttachment({ file }: SideFile, { store, leases, lessonId, signal }: Reading): Promise<Uint8Array> {
  // The key first: whom the lease does not cover fetches nothing.
  const key = file.keyId === null ? null : await leases.fileKey(lessonId, file.keyId);
  const stored = await store.read(file.sha256, 0, { priority: 'foreground', signal });
  return key ? decryptWhole(key, stored) : stored;
}
