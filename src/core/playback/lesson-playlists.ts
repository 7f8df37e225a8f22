import type { LessonContent } from '../content/ports.ts';
import { foreignPlaylist } from './foreign-media.ts';
import { mediaPlaylist, multivariantPlaylist } from './media-playlists.ts';
import { knownVariants } from './qualities.ts';

/** All playlists of a lesson by their names below its address; none for a plain film. Only renditions whose pieces are known can be offered. */
export function playlistsOf(content: LessonContent): { name: string; content: string }[] {
  const { manifest, files, foreign } = content;
  if (!manifest) return [];
  const renditions = manifest.renditions.filter(({ file }) => files.has(file.sha256));
  const media = renditions.map((rendition) => {
    const { sha256 } = rendition.file;
    const pieces = files.get(sha256)?.pieces ?? [];
    const parts = foreign?.get(sha256);
    return { name: `${rendition.id}.m3u8`, content: parts ? foreignPlaylist(rendition, pieces, parts) : mediaPlaylist(rendition, pieces) };
  });
  return [{ name: 'master.m3u8', content: multivariantPlaylist(knownVariants(content)) }, ...media];
}
