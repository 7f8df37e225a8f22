import { createCipheriv, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { LessonContent } from '../../../../src/core/content/ports.ts';
import { attachmentsOf, attachmentViews, readAttachment } from '../../../../src/core/playback/attachments.ts';
import { TeachifyError, type ErrorCode } from '../../../../src/shared/errors.ts';
import type { SideFile } from '../../../../src/shared/models/manifest.ts';

const side = (role: SideFile['role'], name: string, mimeType: string): SideFile => ({ role, name, mimeType, language: null, file: { sha256: 'a'.repeat(64), bytes: 32, keyId: 'k' } });
const pdf = side('attachment', 'Handout.pdf', 'application/pdf');

it('the page is told of attachments alone, by ids of this opening, under names that deceive nobody', () => {
  const content = { manifest: { sideFiles: [side('captions', 'en.vtt', 'text/vtt'), pdf, side('attachment', 'a\u202efdp.exe', 'application/x-unknown')] } } as unknown as LessonContent;
  let count = 0;
  const views = attachmentViews(attachmentsOf(content, () => `id-${++count}`));
  expect(views).toEqual([
    { attachmentId: 'id-1', name: 'Handout.pdf', kind: 'pdf', bytes: 32 },
    { attachmentId: 'id-2', name: 'afdp.exe.bin', kind: 'other', bytes: 32 },
  ]);
});

describe('an attachment in clear', () => {
  const key = randomBytes(16);
  const cipher = createCipheriv('aes-128-cbc', key, Buffer.alloc(16));
  const stored = Buffer.concat([cipher.update('a handout'), cipher.final()]);
  const fetched: string[] = [];
  const read = (fileKey: () => Promise<Uint8Array>) =>
    readAttachment(pdf, { store: { read: async (id) => (fetched.push(id), stored) }, leases: { fileKey }, lessonId: 'l', signal: new AbortController().signal });

  it.each(['lease_missing', 'lease_expired', 'clock_wrong', 'signed_out'] satisfies ErrorCode[])('is not even fetched for who is refused with %s', async (code) => {
    fetched.length = 0;
    await expect(read(() => Promise.reject(new TeachifyError(code, 'No')))).rejects.toMatchObject({ code });
    expect(fetched).toEqual([]);
  });

  it('is opened by its own key, and by no other', async () => {
    expect(Buffer.from(await read(async () => key)).toString()).toBe('a handout');
    const other = await read(async () => Buffer.from(key.map((byte) => byte ^ 1))).then(
      (bytes) => Buffer.from(bytes).toString('hex'),
      (error: unknown) => (error as TeachifyError).code,
    );
    expect(other).not.toBe(Buffer.from('a handout').toString('hex'));
  });
});
