import type { PlaybackSource } from '../../shared/contracts/playback.ts';
import type { SideFile } from '../../shared/models/manifest.ts';
import type { LessonContent } from '../content/ports.ts';

/** What our own page may be given besides picture and sound; a school cannot make it take a page or a script. */
const shownTypes: ReadonlyMap<string, string> = new Map([
  ['text/vtt', 'text/vtt; charset=utf-8'],
  ['image/jpeg', 'image/jpeg'],
  ['image/png', 'image/png'],
  ['image/webp', 'image/webp'],
]);

/** Undefined for what the player does not show. Captions are WebVTT whatever they were called. */
export function sideFileType({ role, mimeType }: SideFile): string | undefined {
  return shownTypes.get(role === 'captions' ? 'text/vtt' : (mimeType.split(';')[0]?.trim() ?? ''));
}

/** The languages of the sound, when there is a choice. */
export function soundsOf({ manifest }: LessonContent): PlaybackSource['sounds'] {
  const languages = (manifest?.renditions ?? []).flatMap(({ kind, quality, language }) => (kind === 'audio' && quality === null && language !== null ? [language] : []));
  return languages.length > 1 ? languages.map((language) => ({ language, label: language })) : [];
}

/** The list of preview pictures: WebVTT, whose cues name a part of a picture that lies beside it. */
export function thumbnailsOf({ manifest }: LessonContent, url: (name: string) => string): string | null {
  const list = manifest?.sideFiles.find(({ role, mimeType }) => role === 'thumbnails' && mimeType.startsWith('text/vtt'));
  return list ? url(list.name) : null;
}
