import type { Manifest, Rendition } from '../../shared/models/manifest.ts';
import type { Piece } from '../../shared/models/piece-table.ts';

/** Playlists for our own player: one URL per segment, no keys, since main decrypts. RFC 8216. */
export const playlistType = 'application/vnd.apple.mpegurl';

export function multivariantPlaylist({ renditions }: Manifest): string {
  const audio = renditions.filter(({ kind }) => kind === 'audio');
  const lines = ['#EXTM3U', '#EXT-X-VERSION:7', '#EXT-X-INDEPENDENT-SEGMENTS'];
  audio.forEach(({ id, language }, index) => {
    const named = `NAME="${language ?? id}"${language ? `,LANGUAGE="${language}"` : ''}`;
    lines.push(`#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="sound",${named},DEFAULT=${index === 0 ? 'YES' : 'NO'},AUTOSELECT=YES,URI="${id}.m3u8"`);
  });
  for (const video of renditions.filter(({ kind }) => kind === 'video')) lines.push(streamInf(video, audio[0]), `${video.id}.m3u8`);
  return `${lines.join('\n')}\n`;
}

function streamInf(video: Rendition, audio: Rendition | undefined): string {
  const attributes = [
    `BANDWIDTH=${video.bandwidth + (audio?.bandwidth ?? 0)}`,
    `AVERAGE-BANDWIDTH=${video.averageBandwidth + (audio?.averageBandwidth ?? 0)}`,
    ...codecsOf(video, audio),
    ...(video.width && video.height ? [`RESOLUTION=${video.width}x${video.height}`] : []),
    ...(video.frameRate ? [`FRAME-RATE=${video.frameRate.toFixed(3)}`] : []),
    ...(audio ? ['AUDIO="sound"'] : []),
  ];
  return `#EXT-X-STREAM-INF:${attributes.join(',')}`;
}

/** A playlist from elsewhere may keep them to itself; named in part, they would be taken for all. */
function codecsOf(video: Rendition, audio: Rendition | undefined): string[] {
  const codecs = [video.codecs, ...(audio?.codecs ? [audio.codecs] : [])];
  return codecs.includes('') ? [] : [`CODECS="${codecs.join(',')}"`];
}

/** `<rendition>/<piece>.m4s`; piece 0 is the initialisation segment. */
export function mediaPlaylist({ id }: Rendition, pieces: readonly Piece[]): string {
  const segments = pieces.slice(1);
  const longest = Math.max(...segments.map(({ durationUs }) => durationUs));
  const lines = [
    ...['#EXTM3U', '#EXT-X-VERSION:7', `#EXT-X-TARGETDURATION:${Math.max(1, Math.round(longest / 1e6))}`],
    ...['#EXT-X-MEDIA-SEQUENCE:0', '#EXT-X-PLAYLIST-TYPE:VOD', `#EXT-X-MAP:URI="${id}/0.m4s"`],
  ];
  segments.forEach(({ durationUs }, index) => lines.push(`#EXTINF:${(durationUs / 1e6).toFixed(6)},`, `${id}/${index + 1}.m4s`));
  return `${[...lines, '#EXT-X-ENDLIST'].join('\n')}\n`;
}
