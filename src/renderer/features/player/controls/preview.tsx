import { useFormat } from '../../../i18n/format.ts';
import { usePlayer } from '../player-context.ts';
import { thumbnailAt, type Thumbnail } from '../thumbnails.ts';

/** Half of the widest a preview with words becomes (player.css), and of one with a time alone. */
const wordsHalf = 120;
const timeHalf = 28;

/** Over the bar where the pointer is: what it looks like there, its chapter, its time. */
export function Preview({ at, thumbnails }: { at: number; thumbnails: readonly Thumbnail[] }) {
  const format = useFormat();
  const { source } = usePlayer();
  const ms = at * source.durationMs;
  const chapter = source.chapters.findLast(({ startMs }) => startMs <= ms)?.title;
  const thumbnail = thumbnailAt(thumbnails, ms);
  const half = Math.max(chapter === undefined ? timeHalf : wordsHalf, thumbnail ? thumbnail.width / 2 + 4 : 0);
  return (
    <span className="seek-time" style={{ insetInlineStart: `clamp(${half}px, ${at * 100}%, calc(100% - ${half}px))` }} aria-hidden="true">
      {thumbnail ? <Picture thumbnail={thumbnail} /> : null}
      {chapter === undefined ? null : <span className="seek-chapter-title">{chapter}</span>}
      <span className="numbers">{format.clock(ms)}</span>
    </span>
  );
}

function Picture({ thumbnail: { url, x, y, width, height } }: { thumbnail: Thumbnail }) {
  return <span className="seek-picture" style={{ inlineSize: width, blockSize: height, backgroundImage: `url("${url}")`, backgroundPosition: `-${x}px -${y}px` }} />;
}
