import { useState } from 'react';
import './poster.css';

interface PosterProps {
  /** app:// URL; null when there is none. */
  readonly url: string | null;
  /** Chooses the colours of what stands in for a missing picture, and its letter. */
  readonly title: string;
}

const hues = 6;

/** Decoration: the title is always written beside it. Keeps its room whether or not the picture comes. */
export function Poster({ url, title }: PosterProps) {
  const [failedUrl, setFailedUrl] = useState<string | null>(null);
  const shown = url !== null && url !== failedUrl;
  return (
    <span className={`poster poster-hue-${hueOf(title)}`} aria-hidden="true">
      {shown ? (
        <img src={url} alt="" loading="lazy" decoding="async" draggable={false} onError={() => setFailedUrl(url)} />
      ) : (
        <span className="poster-letter">{[...title.trim()][0]?.toLocaleUpperCase() ?? ''}</span>
      )}
    </span>
  );
}

function hueOf(title: string): number {
  let sum = 0;
  for (const character of title) sum = (sum * 31 + (character.codePointAt(0) ?? 0)) % 9973;
  return sum % hues;
}
