import { useLayoutEffect, useRef, useState, type PointerEvent, type ReactNode } from 'react';
import { Slider, SliderThumb, SliderTrack } from 'react-aria-components/Slider';
import type { TimeRange } from '../../../../shared/models/ranges.ts';
import { unionRanges } from '../../../../shared/models/ranges.ts';
import { useFormat } from '../../../i18n/format.ts';
import { useText } from '../../../i18n/text.ts';
import { usePlayer, usePlayerState } from '../player-context.ts';
import { useThumbnails } from '../use-thumbnails.ts';
import { Preview } from './preview.tsx';

/** A step of the bar, as by the arrow keys. */
const stepMs = 5000;

/** The timeline: what was played, what is buffered, and what is on this computer. Dragging shows the time and seeks when let go. */
export function SeekBar() {
  const text = useText();
  const format = useFormat();
  const { source, playback } = usePlayer();
  const positionMs = usePlayerState((state) => Math.min(state.positionMs, source.durationMs));
  const [dragMs, setDragMs] = useState<number | null>(null);
  const shownMs = dragMs ?? positionMs;
  const place = text('player.seekValue', { position: format.clock(shownMs), duration: format.clock(source.durationMs) });
  const chapter = source.chapters.findLast(({ startMs }) => startMs <= shownMs)?.title;
  const spoken = chapter === undefined ? place : text('player.seekChapter', { chapter, place });
  const input = useRef<HTMLInputElement>(null);
  const dragging = useRef(false);
  useLayoutEffect(() => {
    // The slider would say a bare number, and whoever steps it without keys, as some screen readers do, would move by a millisecond.
    input.current?.setAttribute('aria-valuetext', spoken);
    input.current?.setAttribute('step', String(stepMs));
  });
  return (
    <Slider
      className="seek-bar"
      aria-label={text('player.seek')}
      minValue={0}
      maxValue={source.durationMs}
      step={1}
      value={Math.round(shownMs)}
      // A hand on the bar is shown where it is; whoever moves it without one, as a screen reader does, says so once.
      onChange={(value) => (dragging.current ? setDragMs(value) : playback?.seekTo(value))}
      onChangeEnd={(value) => {
        dragging.current = false;
        setDragMs(null);
        playback?.seekTo(value);
      }}
    >
      <Hover onTaken={() => (dragging.current = true)}>
        <SliderTrack className="seek-track">
          <LocalRanges />
          <BufferedRanges />
          <span className="seek-played" style={{ inlineSize: share(shownMs, source.durationMs) }} />
          <Chapters />
          <NoteMarks />
          <SliderThumb className="seek-thumb" inputRef={input} />
        </SliderTrack>
      </Hover>
    </Slider>
  );
}

function Hover({ onTaken, children }: { onTaken: () => void; children: ReactNode }) {
  const { source } = usePlayer();
  const [at, setAt] = useState<number | null>(null);
  // Fetched when one first looks for a place: a lesson that is only watched pays for no previews.
  const [looked, setLooked] = useState(false);
  const thumbnails = useThumbnails(looked ? source.thumbnailsUrl : null);
  const moved = (event: PointerEvent<HTMLDivElement>) => {
    const box = event.currentTarget.getBoundingClientRect();
    setLooked(true);
    setAt(Math.min(1, Math.max(0, (event.clientX - box.left) / box.width)));
  };
  return (
    <div className="seek-hover" onPointerDownCapture={onTaken} onPointerMove={moved} onPointerLeave={() => setAt(null)}>
      {children}
      {at === null ? null : <Preview at={at} thumbnails={thumbnails} />}
    </div>
  );
}

function LocalRanges() {
  const local = usePlayerState((state) => state.local);
  return <Ranges look="seek-local" ranges={unionRanges(...local.values())} />;
}

function BufferedRanges() {
  const buffered = usePlayerState((state) => state.buffered);
  return <Ranges look="seek-buffered" ranges={buffered} />;
}

function Ranges({ look, ranges }: { look: string; ranges: readonly TimeRange[] }) {
  const { source } = usePlayer();
  return ranges.map(([start, end]) => (
    <span
      key={start}
      className={look}
      style={{ insetInlineStart: share(start, source.durationMs), inlineSize: share(Math.min(end, source.durationMs) - start, source.durationMs) }}
    />
  ));
}

function Chapters() {
  const { source } = usePlayer();
  return source.chapters
    .filter(({ startMs }) => startMs > 0)
    .map(({ startMs }) => <span key={startMs} className="seek-chapter" style={{ insetInlineStart: share(startMs, source.durationMs) }} />);
}

function NoteMarks() {
  const { source, notes } = usePlayer();
  return notes.list?.map(({ noteId, atMs }) => <span key={noteId} className="seek-note" style={{ insetInlineStart: share(Math.min(atMs, source.durationMs), source.durationMs) }} />);
}

function share(ms: number, durationMs: number): string {
  return `${Math.max(0, (ms * 100) / durationMs)}%`;
}
