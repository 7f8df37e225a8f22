import { CloudOff } from 'lucide-react';
import type { ErrorCode } from '../../../../shared/errors.ts';
import { unionRanges } from '../../../../shared/models/ranges.ts';
import { closestQuality } from '../../../../shared/models/quality.ts';
import { Button } from '../../../components/button.tsx';
import { playableQualities } from '../../../components/playable-quality.ts';
import { errorWords } from '../../../i18n/errors.ts';
import { useFormat } from '../../../i18n/format.ts';
import { useText } from '../../../i18n/text.ts';
import { useDownloads, useSettings } from '../../../stores/stores.ts';
import { useAttempt } from '../../../stores/use-attempt.ts';
import { usePlayer, usePlayerState } from '../player-context.ts';
import type { Standstill } from '../player-store.ts';
import { RepairButton } from './repair-button.tsx';

/** What checking the files may mend. */
const damaged: ReadonlySet<ErrorCode> = new Set(['piece_corrupt', 'source_changed', 'disk_failed', 'media_undecodable', 'internal']);

/** The next part cannot be had now: why, that it goes on by itself, a way to hurry it, what is here, and the offer to queue the rest. */
export function Blocked({ code, retrying }: Standstill) {
  const text = useText();
  const { playback } = usePlayer();
  const started = usePlayerState((state) => state.started);
  const local = usePlayerState((state) => state.local);
  const here = unionRanges(...local.values());
  const words = wordsFor(text, code, started || here.length > 0);
  return (
    <div className="player-overlay" role="status">
      <div className="player-card">
        <CloudOff size={28} aria-hidden="true" />
        <h2>{words.title}</h2>
        <p>{words.body}</p>
        <WhatIsHere ranges={here} />
        <div className="player-card-actions">
          {withoutLine.has(code) ? <QueueOffer /> : null}
          <Button isPending={retrying} onPress={() => playback?.tryAgain()}>
            {text(retrying ? 'player.retrying' : 'action.retry')}
          </Button>
          {damaged.has(code) ? <RepairButton onChecked={() => playback?.tryAgain()} /> : null}
        </div>
      </div>
    </div>
  );
}

function WhatIsHere({ ranges }: { ranges: readonly (readonly [number, number])[] }) {
  const text = useText();
  const format = useFormat();
  const { playback } = usePlayer();
  if (ranges.length === 0) return null;
  return (
    <div className="player-here">
      <p>{text('player.gapHere')}</p>
      {ranges.slice(0, 3).map(([start, end]) => (
        <Button key={start} onPress={() => playback?.seekTo(start)}>
          {text('player.gapRange', { start: format.clock(start), end: format.clock(end) })}
        </Button>
      ))}
    </div>
  );
}

/** Taking it home now means it comes by itself when the line is back. */
function QueueOffer() {
  const text = useText();
  const attempt = useAttempt();
  const { source } = usePlayer();
  const queued = useDownloads(({ byLesson }) => byLesson.has(source.lessonId));
  const add = useDownloads((downloads) => downloads.add);
  const wished = useSettings((state) => state.settings.downloadQuality);
  const quality = closestQuality(
    wished,
    playableQualities(source.qualities.map((offer) => offer.quality)),
  );
  if (queued) return <p>{text('player.absentQueued')}</p>;
  if (quality === undefined) return null;
  return (
    <Button look="primary" onPress={() => attempt(() => add([source.lessonId], quality))}>
      {text('player.absentQueue')}
    </Button>
  );
}

/** No more than "there is no line", which the student cannot mend here; what matters is what plays and what does not. */
const withoutLine: ReadonlySet<ErrorCode> = new Set(['offline', 'unreachable', 'timeout', 'not_on_this_computer']);

function wordsFor(text: ReturnType<typeof useText>, code: ErrorCode, something: boolean): { title: string; body: string } {
  if (!withoutLine.has(code)) return errorWords(text, code);
  return something
    ? { title: text('player.gapTitle'), body: text('player.gapBody') }
    : { title: text('player.absentTitle'), body: text('player.absentBody') };
}
