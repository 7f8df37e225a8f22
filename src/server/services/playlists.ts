import { endpoints } from '../../shared/api/endpoints.ts';
import type { Manifest, Rendition, SideFile } from '../../shared/models/manifest.ts';
import type { Piece } from '../../shared/models/piece-table.ts';

/** Playlists for players that know HLS and nothing of us (RFC 8216), written from the manifest's measured sizes. */

export const playlistType = 'application/vnd.apple.mpegurl';

export function multivariantPlaylist(manifest: Manifest): string {
  const audio = manifest.renditions.filter(({ kind }) => kind === 'audio');
  const captions = manifest.sideFiles.filter(({ role }) => role === 'captions');
  const lines = ['#EXTM3U', '#EXT-X-VERSION:7', '#EXT-X-INDEPENDENT-SEGMENTS'];
  for (const [index, { id, language }] of audio.entries()) {
    lines.push(media('AUDIO', 'sound', { name: id, language, isDefault: index === 0, uri: `playlist_${id}.m3u8` }));
  }
  for (const { language, name } of captions) {
    lines.push(media('SUBTITLES', 'captions', { name: language ?? name, language, isDefault: false, uri: `playlist_captions_${language ?? 'und'}.m3u8` }));
  }
  for (const video of manifest.renditions.filter(({ kind }) => kind === 'video')) {
    lines.push(streamInf(video, audio[0], captions.length > 0), `playlist_${video.id}.m3u8`);
  }
  return `${lines.join('\n')}\n`;
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

function streamInf(video: Rendition, audio: Rendition | undefined, hasCaptions: boolean): string {
  const attributes = [
    `BANDWIDTH=${video.bandwidth + (audio?.bandwidth ?? 0)}`,
    `AVERAGE-BANDWIDTH=${video.averageBandwidth + (audio?.averageBandwidth ?? 0)}`,
    `CODECS="${[video.codecs, audio?.codecs].filter(Boolean).join(',')}"`,
    ...(video.width && video.height ? [`RESOLUTION=${video.width}x${video.height}`] : []),
    ...(video.frameRate ? [`FRAME-RATE=${video.frameRate.toFixed(3)}`] : []),
    ...(audio ? ['AUDIO="sound"'] : []),
    ...(hasCaptions ? ['SUBTITLES="captions"'] : []),
  ];
  return `#EXT-X-STREAM-INF:${attributes.join(',')}`;
}

/** From where playlists lie to the server's root; relative, because a school may live below a path of its host. */
const root = '../../..';

/**
 * One rendition, each segment under an address of its own; the key comes from the enrolment-checked endpoint.
 * Not EXT-X-BYTERANGE: ffmpeg, and so every player built on it, asks for the key with the segment's range.
 */
export function mediaPlaylist(lessonId: string, rendition: Rendition, pieces: readonly Piece[]): string {
  const { sha256, keyId } = rendition.file;
  const address = ({ offset, length }: Piece, ending: string) => `${root}${endpoints.media(sha256)}/${offset}-${offset + length - 1}.${ending}`;
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
