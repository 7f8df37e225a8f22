import { endpoints } from '../../shared/api/endpoints.ts';
import { variantsOf, type Manifest, type Rendition, type SideFile, type Variant } from '../../shared/models/manifest.ts';
import type { Piece } from '../../shared/models/piece-table.ts';
import { sparing } from '../../shared/models/quality.ts';

/** Playlists for players that know HLS and nothing of us (RFC 8216), written from the manifest's measured sizes. */

export const playlistType = 'application/vnd.apple.mpegurl';

/** Sound of few bits is a group of its own, beside the picture that goes with it; a lesson of sound alone has it as its variants. */
export function multivariantPlaylist(manifest: Manifest): string {
  const variants = variantsOf(manifest);
  const captions = manifest.sideFiles.filter(({ role }) => role === 'captions');
  const groups = new Map(variants.flatMap(({ picture, sounds }) => (picture && sounds.length > 0 ? [[groupOf(sounds), sounds]] : [])));
  const lines = ['#EXTM3U', '#EXT-X-VERSION:7', '#EXT-X-INDEPENDENT-SEGMENTS'];
  for (const [group, sounds] of groups) {
    for (const [index, { id, language }] of sounds.entries()) {
      // The same name in each group tells players that it is the same sound (RFC 8216 4.3.4.1.1).
      const name = index === 0 ? 'audio' : id;
      lines.push(media('AUDIO', group, { name, language, isDefault: index === 0, uri: `playlist_${id}.m3u8` }));
    }
  }
  for (const { language, name } of captions) {
    lines.push(media('SUBTITLES', 'captions', { name: language ?? name, language, isDefault: false, uri: `playlist_captions_${language ?? 'und'}.m3u8` }));
  }
  for (const variant of variants) lines.push(...streamInf(variant, captions.length > 0));
  return `${lines.join('\n')}\n`;
}

function groupOf(sounds: readonly Rendition[]): string {
  return sounds.some(({ quality }) => quality === sparing) ? 'sparing' : 'sound';
}

function media(type: string, group: string, { name, language, isDefault, uri }: { name: string; language: string | null; isDefault: boolean; uri: string }) {
  const attributes = [
    `TYPE=${type}`,
    `GROUP-ID="${group}"`,
    `NAME="${quotable(name)}"`,
    ...(language ? [`LANGUAGE="${quotable(language)}"`] : []),
    `DEFAULT=${isDefault ? 'YES' : 'NO'}`,
    'AUTOSELECT=YES',
    `URI="${uri}"`,
  ];
  return `#EXT-X-MEDIA:${attributes.join(',')}`;
}

function streamInf({ picture, sounds }: Variant, hasCaptions: boolean): string[] {
  const [sound] = sounds;
  const shown = picture ?? sound;
  if (!shown) return [];
  const parts = picture && sound ? [picture, sound] : [shown];
  const sum = (of: (rendition: Rendition) => number) => parts.reduce((total, rendition) => total + of(rendition), 0);
  const attributes = [
    `BANDWIDTH=${sum(({ bandwidth }) => bandwidth)}`,
    `AVERAGE-BANDWIDTH=${sum(({ averageBandwidth }) => averageBandwidth)}`,
    `CODECS="${parts.map(({ codecs }) => codecs).join(',')}"`,
    ...(shown.width && shown.height ? [`RESOLUTION=${shown.width}x${shown.height}`] : []),
    ...(shown.frameRate ? [`FRAME-RATE=${shown.frameRate.toFixed(3)}`] : []),
    ...(picture && sound ? [`AUDIO="${groupOf(sounds)}"`] : []),
    ...(hasCaptions ? ['SUBTITLES="captions"'] : []),
  ];
  return [`#EXT-X-STREAM-INF:${attributes.join(',')}`, `playlist_${shown.id}.m3u8`];
}

/** From where playlists lie to the server's root; relative, because a school may live below a path of its host. */
const root = '../../..';
const besides = (sha256: string) => `${root}${endpoints.media(sha256)}`;

/**
 * One rendition, each segment under an address of its own; the key comes from the enrolment-checked endpoint.
 * Not EXT-X-BYTERANGE: ffmpeg, and so every player built on it, asks for the key with the segment's range.
 */
export function mediaPlaylist(lessonId: string, rendition: Rendition, pieces: readonly Piece[], mediaUrl = besides): string {
  const { sha256, keyId } = rendition.file;
  const address = ({ offset, length }: Piece, ending: string) => `${mediaUrl(sha256)}/${offset}-${offset + length - 1}.${ending}`;
  const [init, ...segments] = pieces;
  if (!init) throw new Error(`Rendition ${rendition.id} of ${lessonId} has no initialisation segment`);
  const longest = Math.max(...segments.map(({ durationUs }) => durationUs));
  const lines = [
    '#EXTM3U',
    '#EXT-X-VERSION:7',
    `#EXT-X-TARGETDURATION:${Math.max(1, Math.round(longest / 1e6))}`,
    '#EXT-X-MEDIA-SEQUENCE:0',
    '#EXT-X-PLAYLIST-TYPE:VOD',
    '#EXT-X-INDEPENDENT-SEGMENTS',
    `#EXT-X-MAP:URI="${address(init, 'mp4')}"`,
  ];
  if (keyId) lines.push(`#EXT-X-KEY:METHOD=AES-128,URI="${root}${endpoints.key(lessonId, keyId)}"`);
  for (const segment of segments) lines.push(`#EXTINF:${(segment.durationUs / 1e6).toFixed(6)},`, address(segment, 'm4s'));
  return `${[...lines, '#EXT-X-ENDLIST'].join('\n')}\n`;
}

/** Captions as one segment over the whole lesson. */
export function captionsPlaylist(manifest: Manifest, captions: SideFile): string {
  const seconds = manifest.durationMs / 1000;
  const lines = ['#EXTM3U', '#EXT-X-VERSION:7', `#EXT-X-TARGETDURATION:${Math.ceil(seconds)}`, '#EXT-X-MEDIA-SEQUENCE:0', '#EXT-X-PLAYLIST-TYPE:VOD'];
  return `${[...lines, `#EXTINF:${seconds.toFixed(3)},`, `captions_${captions.language ?? 'und'}.vtt`, '#EXT-X-ENDLIST'].join('\n')}\n`;
}

function quotable(text: string): string {
  return text.replace(/["\r\n]/g, ' ');
}
