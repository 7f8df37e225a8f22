import { CalendarClock } from 'lucide-react';
import { useText } from '../i18n/text.ts';
import { useDownloads, useLeases } from '../stores/stores.ts';

const dayMs = 24 * 60 * 60 * 1000;

/** Lessons on this computer that the school must be asked about soon; with a line they are renewed before this is seen. */
export function LeaseBanner() {
  const text = useText();
  const ending = useLeases((leases) => leases.ending);
  const here = useDownloads((downloads) => downloads.byLesson);
  const soon = [...ending.values()].filter(({ lessonId, takenBack }) => here.has(lessonId) && !takenBack);
  const over = soon.filter(({ msLeft }) => msLeft === 0);
  const days = Math.floor(Math.min(...soon.map(({ msLeft }) => msLeft)) / dayMs);
  const first = soon.filter(({ msLeft }) => Math.floor(msLeft / dayMs) === days);
  if (soon.length === 0) return null;
  const title = over.length > 0 ? text('banner.leasesEnded', { count: over.length }) : text('banner.leases', { count: first.length, days });
  return (
    <div className="offline-banner">
      <CalendarClock size={18} aria-hidden="true" />
      <p>
        <strong>{title}</strong>
        {' — '}
        {text('banner.leasesBody')}
      </p>
    </div>
  );
}
