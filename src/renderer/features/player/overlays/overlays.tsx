import type { LessonView } from '../../../../shared/contracts/catalog.ts';
import { usePlayerState } from '../player-context.ts';
import { standstill } from '../player-store.ts';
import { Blocked } from './blocked.tsx';
import { Buffering } from './buffering.tsx';
import { Ended } from './ended.tsx';
import { Failed } from './failed.tsx';
import { ResumeOffer, useResumeOffer } from './resume-offer.tsx';

interface OverlaysProps {
  readonly resumedAtMs: number;
  readonly hereMs: number | null;
  readonly next: LessonView | null;
  readonly canPlayNext: boolean;
  readonly onNext: () => void;
  readonly onOpenAgain: () => void;
}

/** At most one word over the picture at a time: the one that matters most. */
export function Overlays({ resumedAtMs, hereMs, next, canPlayNext, onNext, onOpenAgain }: OverlaysProps) {
  const failed = usePlayerState((state) => state.failed);
  const waiting = usePlayerState((state) => state.stalled && !state.ended);
  const blocked = usePlayerState(standstill);
  const ended = usePlayerState((state) => state.ended);
  const { resumed, close } = useResumeOffer();
  if (failed !== null) return <Failed code={failed} onOpenAgain={onOpenAgain} />;
  if (blocked !== null) return <Blocked {...blocked} />;
  if (waiting) return <Buffering />;
  if (ended) return <Ended next={next} canPlayNext={canPlayNext} onNext={onNext} />;
  return resumed ? <ResumeOffer atMs={resumedAtMs} hereMs={hereMs} onChosen={close} /> : null;
}
