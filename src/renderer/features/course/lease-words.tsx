import { useText } from '../../i18n/text.ts';
import { useLeases } from '../../stores/stores.ts';

const dayMs = 24 * 60 * 60 * 1000;

/** How much longer a lesson on this computer plays, from three days before its end. */
export function LeaseWords({ lessonId }: { lessonId: string }) {
  const text = useText();
  const lease = useLeases((leases) => leases.ending.get(lessonId));
  if (!lease) return null;
  const words = lease.takenBack
    ? text('lesson.leaseTakenBack')
    : lease.msLeft === 0
      ? text('lesson.leaseEnded')
      : text('lesson.leaseEnds', { days: Math.floor(lease.msLeft / dayMs) });
  return <span className="lesson-lease">{words}</span>;
}
