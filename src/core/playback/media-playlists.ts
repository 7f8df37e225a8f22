import type { Rendition, Variant } from '../../shared/models/manifest.ts';
import type { Piece } from '../../shared/models/piece-table.ts';
import { sparing } from '../../shared/models/quality.ts';

/** Playlists for our own player: one URL per segment, no keys, since main decrypts. RFC 8216. */
export const playlistType = 'application/vnd.apple.mpegurl';

/** Each variant carries its quality as NAME. Sound of few bits is a group of its own; sound alone is a variant of itself. */
export function multivariantPlaylist(variants: readonly Variant[]): string {
  const groups = new Map(variants.flatMap(({ picture, sounds }) => (picture && sounds.length > 0 ? [[groupOf(sounds), sounds]] : [])));
  const lines = ['#EXTM3U', '#EXT-X-VERSION:7', '#EXT-X-INDEPENDENT-SEGMENTS'];
  for (const [group, sounds] of groups) {
    sounds.forEach(({ id, language }, index) => {
      const named = `NAME="${language ?? (index === 0 ? 'sound' : id)}"${language ? `,LANGUAGE="${language}"` : ''}`;
      lines.push(`#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="${group}",${named},DEFAULT=${index === 0 ? 'YES' : 'NO'},AUTOSELECT=YES,URI="${id}.m3u8"`);
    });
  }
  for (const variant of variants) lines.push(...streamInf(variant));
  return `${lines.join('\n')}\n`;
}

function groupOf(sounds: Variant['sounds']): string {
  return sounds.some(({ quality }) => quality === sparing) ? 'sparing' : 'sound';
}

function streamInf({ quality, picture, sounds }: Variant): string[] {
  const [sound] = sounds;
  const shown = picture ?? sound;
  if (!shown) return [];
  const parts = picture && sound ? [picture, sound] : [shown];
  const sum = (of: (rendition: Rendition) => number) => parts.reduce((total, rendition) => total + of(rendition), 0);
  const attributes = [
    `BANDWIDTH=${sum(({ bandwidth }) => bandwidth)}`,
    `AVERAGE-BANDWIDTH=${sum(({ averageBandwidth }) => averageBandwidth)}`,
    ...codecsOf(parts),
    ...(shown.width && shown.height ? [`RESOLUTION=${shown.width}x${shown.height}`] : []),
    ...(shown.frameRate ? [`FRAME-RATE=${shown.frameRate.toFixed(3)}`] : []),
    ...(picture && sound ? [`AUDIO="${groupOf(sounds)}"`] : []),
    `NAME="${quality}"`,
  ];
  return [`#EXT-X-STREAM-INF:${attributes.join(',')}`, `${shown.id}.m3u8`];
}

/** A playlist from elsewhere may keep them to itself; named in part, they would be taken for all. */
function codecsOf(parts: readonly Rendition[]): string[] {
  const [shown = '', ...others] = parts.map((rendition) => rendition.codecs);
  return shown === '' ? [] : [`CODECS="${[shown, ...others.filter((codecs) => codecs !== '')].join(',')}"`];
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
