/** Endings a file of a kind may have; the first is put on where there is none. What is not named here is never saved as itself. */
const endings: ReadonlyMap<string, readonly string[]> = new Map([
  ['application/pdf', ['pdf']],
  ['application/vnd.openxmlformats-officedocument.presentationml.presentation', ['pptx']],
  ['application/vnd.oasis.opendocument.presentation', ['odp']],
  ['image/png', ['png']],
  ['image/jpeg', ['jpg', 'jpeg']],
]);
const unknownEnding = ['bin'];

/** Reserved by Windows in every folder, with any ending (learn.microsoft.com, "Naming Files, Paths, and Namespaces"). */
const reserved = /^(?:con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])$/i;
/** Most file systems take 255 bytes; some room is left for "copy" and numbers. */
const longestBytes = 180;

/**
 * A name under which a file that somebody else named may be written on any system: one part of a path, no device, no hidden
 * file, nothing that turns the reading order over, and with the ending of what it is.
 */
export function safeFileName(name: string, mimeType: string): string {
  const allowed = endings.get(mimeType) ?? unknownEnding;
  const clean = withoutTricks(name);
  const dot = clean.lastIndexOf('.');
  const [stem, ending] = dot < 0 ? [clean, ''] : [clean.slice(0, dot), clean.slice(dot + 1)];
  const fits = allowed.includes(ending.toLowerCase());
  return `${usable(fits ? stem : clean)}.${fits ? ending : allowed[0]}`;
}

function withoutTricks(name: string): string {
  return (
    name
      .normalize('NFC')
      // Lone surrogates, controls, what is not seen or turns the reading order over. Joiners stay: some scripts are written with them.
      .replaceAll(/[\p{Cs}\p{Cc}\p{Zl}\p{Zp}]|(?![\u200c\u200d])\p{Cf}/gu, '')
      .replaceAll(/[/\\:*?"<>|]/g, '_')
      .replaceAll(/\s+/g, ' ')
  );
}

/** Windows drops dots and spaces at the end, elsewhere a dot in front hides; a device's name counts up to its first dot. */
function usable(stem: string): string {
  const trimmed = within(stem.replaceAll(/^[. ]+|[. ]+$/g, ''), longestBytes).replaceAll(/[. ]+$/g, '');
  if (trimmed === '') return 'file';
  return reserved.test(trimmed.split('.')[0]?.trimEnd() ?? '') ? `_${trimmed}` : trimmed;
}

/** Cut between characters. */
function within(text: string, bytes: number): string {
  let taken = '';
  let size = 0;
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    size += Buffer.byteLength(segment);
    if (size > bytes) break;
    taken += segment;
  }
  return taken;
}
