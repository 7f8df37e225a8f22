import { Play } from 'lucide-react';
import { Poster } from './poster.tsx';
import './card.css';

/** A lesson's poster that shows, under the pointer or the focus of its card, that it plays. */
export function PlayablePoster({ url, title }: { url: string | null; title: string }) {
  return (
    <div className="playable-poster">
      <Poster url={url} title={title} />
      <span className="playable-poster-icon">
        <Play size={18} aria-hidden="true" />
      </span>
    </div>
  );
}
