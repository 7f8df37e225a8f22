/** A part of a picture that shows what a stretch of the lesson looks like. */
export interface Thumbnail {
  readonly startMs: number;
  readonly url: string;
  /** In pixels of that picture. */
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

const cue = /(?:(\d+):)?(\d{2}):(\d{2})\.(\d{3})\s+-->[^\n]*\n(\S+)/g;
const part = /^(.*)#xywh=(?:pixel:)?(\d+),(\d+),(\d+),(\d+)$/;

/** WebVTT thumbnails: each cue names a picture beside the list and, as a media fragment, the part of it. Others are left out. */
export function readThumbnails(vtt: string, listUrl: string): Thumbnail[] {
  return [...vtt.replaceAll('\r', '').matchAll(cue)].flatMap(([, hours = '0', minutes, seconds, milliseconds, words = '']) => {
    const [, file, ...box] = part.exec(words) ?? [];
    const [x = 0, y = 0, width = 0, height = 0] = box.map(Number);
    if (file === undefined || width === 0 || height === 0) return [];
    const url = new URL(file, listUrl);
    // Only what lies beside the list: a lesson cannot make the window ask elsewhere.
    if (!url.href.startsWith(new URL('.', listUrl).href)) return [];
    const startMs = ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000 + Number(milliseconds);
    return [{ startMs, url: url.href, x, y, width, height }];
  });
}

export function thumbnailAt(thumbnails: readonly Thumbnail[], ms: number): Thumbnail | undefined {
  return thumbnails.findLast(({ startMs }) => startMs <= ms) ?? thumbnails[0];
}
