import { ArrowDown, ArrowDownToLine, ArrowUp, ArrowUpToLine, Check, Ellipsis, Pause, Play, RotateCw, Trash2 } from 'lucide-react';
import { memo, type ReactNode } from 'react';
import { Button as AriaButton } from 'react-aria-components/Button';
import { ProgressBar } from 'react-aria-components/ProgressBar';
import type { DownloadItem } from '../../../shared/contracts/downloads.ts';
import { IconButton } from '../../components/icon-button.tsx';
import { Menu } from '../../components/menu.tsx';
import { downloadPercent, downloadWords } from '../../components/download-words.ts';
import { useFormat } from '../../i18n/format.ts';
import { useQualityName } from '../../i18n/quality-name.ts';
import { useText } from '../../i18n/text.ts';
import { useDownloads, useNavigation } from '../../stores/stores.ts';
import { useAttempt } from '../../stores/use-attempt.ts';
import { useLessonCommands } from '../../stores/use-lesson-commands.ts';
import { queuePlaces, type QueuePlace } from '../../stores/queue-position.ts';

/** Of thousands, four times a second, only those of which anything changed are drawn anew. */
export const DownloadRow = memo(function DownloadRow({ item }: { item: DownloadItem }) {
  const text = useText();
  const name = useQualityName();
  const go = useNavigation((navigation) => navigation.go);
  const commands = useLessonCommands(item);
  const ready = item.state === 'ready';
  return (
    <article className="download-row" aria-label={item.lessonTitle}>
      <div className="download-words">
        <div className="download-facts">
          <AriaButton
            className="download-title"
            aria-label={text('downloads.open', { lesson: item.lessonTitle })}
            onPress={() => go({ screen: 'lesson', lessonId: item.lessonId })}
          >
            {item.lessonTitle}
          </AriaButton>
          <p className="meta">
            <span>{item.courseTitle}</span>
            {item.quality === 'original' ? null : <span>{name(item.quality)}</span>}
            {item.previous ? <span className="here">{text('downloads.previousPlays', { quality: name(item.previous) })}</span> : null}
            {item.updating ? <span>{text('downloads.updating')}</span> : null}
            {item.source === null ? null : <span>{text('downloads.source', { house: item.source })}</span>}
          </p>
          {ready ? null : <Standing item={item} />}
        </div>
        {ready ? null : <Reason item={item} />}
      </div>
      {ready ? <ReadyFigure item={item} /> : <Command item={item} />}
      {ready ? null : <Place item={item} />}
      <IconButton label={item.previous ? text('downloads.keepPrevious', { lesson: item.lessonTitle, quality: name(item.previous) }) : text('downloads.remove', { lesson: item.lessonTitle })} onPress={commands.remove}>
        <Trash2 size={18} aria-hidden="true" />
      </IconButton>
    </article>
  );
});

/** Where in the queue it stands. */
function Place({ item }: { item: DownloadItem }) {
  const text = useText();
  const attempt = useAttempt();
  const move = useDownloads((state) => state.move);
  const label = text('downloads.more', { lesson: item.lessonTitle });
  const choices = queuePlaces.map((place) => ({ id: place, label: text(`downloads.${place}`), icon: placeIcons[place] }));
  const choose = (id: string) => {
    const place = queuePlaces.find((one) => one === id);
    if (place) attempt(() => move(item.lessonId, place));
  };
  return (
    <Menu label={label} choices={choices} onChoose={choose}>
      <IconButton label={label}>
        <Ellipsis size={18} aria-hidden="true" />
      </IconButton>
    </Menu>
  );
}

const placeIcons: Readonly<Record<QueuePlace, ReactNode>> = {
  first: <ArrowUpToLine size={16} aria-hidden="true" />,
  earlier: <ArrowUp size={16} aria-hidden="true" />,
  later: <ArrowDown size={16} aria-hidden="true" />,
  last: <ArrowDownToLine size={16} aria-hidden="true" />,
};

/** How far it is, at what speed, and in words why it does not move when it does not. */
function Standing({ item }: { item: DownloadItem }) {
  const text = useText();
  const format = useFormat();
  const { state, detail } = downloadWords(text, format, item);
  const percent = downloadPercent(item);
  const moving = item.state === 'running';
  return (
    <>
      <ProgressBar
        className={`download-bar download-bar-${item.state}`}
        aria-label={text('downloads.progress', { lesson: item.lessonTitle, percent: format.percent(percent) })}
        value={percent}
      >
        <div style={{ inlineSize: `${percent}%` }} />
      </ProgressBar>
      <p className="meta numbers">
        <span className={item.state === 'failed' ? 'download-failed' : ''}>{state}</span>
        <span>{detail}</span>
        {moving && item.bytesPerSecond > 0 ? <span>{format.speed(item.bytesPerSecond)}</span> : null}
      </p>
    </>
  );
}

/** What is safe and what to do when it does not move. Its room is there also while nothing is said, so that the list does not jump. */
function Reason({ item }: { item: DownloadItem }) {
  const { advice } = downloadWords(useText(), useFormat(), item);
  return <p className="download-reason">{advice}</p>;
}

function ReadyFigure({ item }: { item: DownloadItem }) {
  const format = useFormat();
  return (
    <p className="here numbers">
      <Check size={16} aria-hidden="true" /> {format.bytes(item.bytesTotal)}
    </p>
  );
}

function Command({ item }: { item: DownloadItem }) {
  const text = useText();
  const attempt = useAttempt();
  const pause = useDownloads((state) => state.pause);
  const resume = useDownloads((state) => state.resume);
  const lesson = item.lessonTitle;
  if (item.state === 'paused' || item.state === 'failed') {
    const failed = item.state === 'failed';
    return (
      <IconButton label={text(failed ? 'lesson.retry' : 'lesson.resume', { lesson })} onPress={() => attempt(() => resume(item.lessonId))}>
        {failed ? <RotateCw size={18} aria-hidden="true" /> : <Play size={18} fill="currentColor" aria-hidden="true" />}
      </IconButton>
    );
  }
  return (
    <IconButton label={text('lesson.pause', { lesson })} onPress={() => attempt(() => pause(item.lessonId))}>
      <Pause size={18} fill="currentColor" aria-hidden="true" />
    </IconButton>
  );
}
