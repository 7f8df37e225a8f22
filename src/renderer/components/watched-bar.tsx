import type { TimeRange } from '../../shared/models/ranges.ts';
import './watched-bar.css';

interface WatchedBarProps {
  readonly ranges: readonly TimeRange[];
  readonly durationMs: number;
  /** The bar in words. */
  readonly label: string;
}

/** Which parts were watched, not only how much. */
export function WatchedBar({ ranges, durationMs, label }: WatchedBarProps) {
  const share = (ms: number) => `${Math.min(100, (ms * 100) / durationMs)}%`;
  return (
    <div className="watched-bar" role="img" aria-label={label}>
      {ranges.map(([start, end]) => (
        <span key={start} style={{ insetInlineStart: share(start), inlineSize: share(end - start) }} />
      ))}
    </div>
  );
}
