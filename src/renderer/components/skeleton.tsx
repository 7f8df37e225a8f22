import './skeleton.css';

interface SkeletonProps {
  readonly shape?: 'line' | 'title' | 'poster' | 'row';
}

/** Holds the room of what is on its way. */
export function Skeleton({ shape = 'line' }: SkeletonProps) {
  return <span className={`skeleton skeleton-${shape}`} aria-hidden="true" />;
}
