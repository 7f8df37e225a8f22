import { ArrowDownToLine, ArrowUpToLine, Check, Ellipsis, Pause, Play, RotateCw, Trash2 } from 'lucide-react';
import { Button as AriaButton } from 'react-aria-components/Button';
import { ProgressBar } from 'react-aria-components/ProgressBar';
import type { DownloadItem } from '../../../shared/contracts/downloads.ts';
import { IconButton } from '../../components/icon-button.tsx';
import { Menu } from '../../components/menu.tsx';
import { downloadPercent, downloadWords } from '../../components/download-words.ts';
import { useFormat } from '../../i18n/format.ts';
import { useText } from '../../i18n/text.ts';
import { useDownloads, useNavigation } from '../../stores/stores.ts';
import { useAttempt } from '../../stores/use-attempt.ts';
import { useLessonCommands } from '../../stores/use-lesson-commands.ts';

export function DownloadRow({ item }: { item: DownloadItem }) {
  const text = useText();
  const go = useNavigation((navigation) => navigation.go);
  const commands = useLessonCommands(item);
  const ready = item.state === 'ready';
  return (
    <article className="download-row" aria-label={item.lessonTitle}>
      <div className="download-words">
        <AriaButton
          className="download-title"
          aria-label={text('downloads.open', { lesson: item.lessonTitle })}
          onPress={() => go({ screen: 'lesson', lessonId: item.lessonId })}
        >
          {item.lessonTitle}
        </AriaButton>
        <p className="meta">
          <span>{item.courseTitle}</span>
          {item.quality === 'original' ? null : <span>{item.quality}</span>}
        </p>
        {ready ? null : <Standing item={item} />}
      </div>
      {ready ? <ReadyFigure item={item} /> : <Command item={item} />}
      {ready ? null : <Place item={item} />}
      <IconButton label={text('downloads.remove', { lesson: item.lessonTitle })} onPress={commands.remove}>
        <Trash2 size={18} aria-hidden="true" />
      </IconButton>
    </article>
  );
}

/** Where in the queue it stands. */
function Place({ item }: { item: DownloadItem }) {
  const text = useText();
  const attempt = useAttempt();
  const move = useDownloads((state) => state.move);
  const count = useDownloads((state) => state.items.length);
  const label = text('downloads.more', { lesson: item.lessonTitle });
  const choices = [
    { id: 'first', label: text('downloads.first'), icon: <ArrowUpToLine size={16} aria-hidden="true" /> },
    { id: 'last', label: text('downloads.last'), icon: <ArrowDownToLine size={16} aria-hidden="true" /> },
  ];
  return (
    <Menu label={label} choices={choices} onChoose={(place) => attempt(() => move(item.lessonId, place === 'first' ? 0 : count))}>
      <IconButton label={label}>
        <Ellipsis size={18} aria-hidden="true" />
      </IconButton>
    </Menu>
  );
}

/** How far it is, at what speed, and in words why it does not move when it does not. */
function Standing({ item }: { item: DownloadItem }) {
  const text = useText();
  const format = useFormat();
  const { state, detail, advice } = downloadWords(text, format, item);
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
      {advice === null ? null : <p className="download-reason">{advice}</p>}
      {item.updating ? <p className="download-reason">{text('downloads.updating')}</p> : null}
    </>
  );
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
