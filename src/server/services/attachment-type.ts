import { TeachifyError } from '../../shared/errors.ts';

const zipMark = Buffer.from([0x50, 0x4b, 0x03, 0x04]);

interface Kind {
  readonly mimeType: string;
  readonly endings: readonly string[];
  readonly fits: (bytes: Buffer) => boolean;
}

/** Names of a ZIP's files stand in it as they are. */
const holds = (bytes: Buffer, name: string) => bytes.subarray(0, 4).equals(zipMark) && bytes.includes(name);
const isOpenDocument = (bytes: Buffer, type: string) => bytes.subarray(0, 4).equals(zipMark) && bytes.subarray(30, 30 + 'mimetype'.length + type.length).toString('latin1') === `mimetype${type}`;
const slides = 'application/vnd.oasis.opendocument.presentation';

const kinds: readonly Kind[] = [
  { mimeType: 'application/pdf', endings: ['pdf'], fits: (bytes) => bytes.subarray(0, 5).toString('latin1') === '%PDF-' },
  { mimeType: 'application/vnd.openxmlformats-officedocument.presentationml.presentation', endings: ['pptx'], fits: (bytes) => holds(bytes, 'ppt/presentation.xml') },
  { mimeType: slides, endings: ['odp'], fits: (bytes) => isOpenDocument(bytes, slides) },
  { mimeType: 'image/png', endings: ['png'], fits: (bytes) => bytes.subarray(0, 8).toString('latin1') === '\x89PNG\r\n\x1a\n' },
  { mimeType: 'image/jpeg', endings: ['jpg', 'jpeg'], fits: (bytes) => bytes.subarray(0, 3).equals(Buffer.from([0xff, 0xd8, 0xff])) },
];

/** What a file is by its content. Throws bad_request for what is neither PDF, slides nor picture, runs macros, or is not what its name says. */
export function attachmentType(name: string, bytes: Buffer): string {
  const kind = kinds.find(({ fits }) => fits(bytes));
  if (!kind) throw refusal('it is neither a PDF nor slides (pptx, odp) nor a picture (png, jpg)');
  if (bytes.subarray(0, 4).equals(zipMark) && bytes.includes('vbaProject.bin')) throw refusal('it holds macros, which could run on a student’s computer');
  const ending = name.slice(name.lastIndexOf('.') + 1).toLowerCase();
  if (!kind.endings.includes(ending)) throw refusal(`its name has to end in .${kind.endings[0]}, which is what it is`);
  return kind.mimeType;
}

function refusal(why: string): TeachifyError {
  return new TeachifyError('bad_request', `This file cannot be attached: ${why}.`);
}
