import { ArrowDownToLine, Check, Ellipsis, Pause, Play, RotateCw } from 'lucide-react';
import { Button as AriaButton } from 'react-aria-components/Button';
import type { LessonView } from '../../../shared/contracts/catalog.ts';
import type { DownloadItem } from '../../../shared/contracts/downloads.ts';
import { assertNever } from '../../../shared/errors.ts';
import type { Quality } from '../../../shared/models/quality.ts';
import { Button } from '../../components/button.tsx';
import { IconButton } from '../../components/icon-button.tsx';
import { Menu } from '../../components/menu.tsx';
import { ProgressRing } from '../../components/progress-ring.tsx';
import { downloadPercent, downloadWords } from '../../components/download-words.ts';
import { useFormat } from '../../i18n/format.ts';
import { useQualityName } from '../../i18n/quality-name.ts';
import { useText } from '../../i18n/text.ts';
import { undoMs } from '../../stores/downloads-store.ts';
import { useDownloads, useNotices, useProgress } from '../../stores/stores.ts';
import { useAttempt } from '../../stores/use-attempt.ts';
import { useLessonCommands } from '../../stores/use-lesson-commands.ts';
import { offerFor } from './course-model.ts';

interface LessonControlProps {
  readonly lesson: LessonView;
  readonly item: DownloadItem | undefined;
  readonly wished: Quality;
}

/** One control that is, in turn, the offer to take a lesson home, its progress, and the word that it is here. */
export function LessonControl({ lesson, item, wished }: LessonControlProps) {
  const forget = useForget(lesson);
  if (!item) return <TakeHome lesson={lesson} wished={wished} forget={forget} />;
  if (item.state === 'ready') return <Here item={item} forget={forget} />;
  return <UnderWay item={item} forget={forget} />;
}

function TakeHome({ lesson, wished, forget }: { lesson: LessonView; wished: Quality; forget: Forget | null }) {
  const text = useText();
  const format = useFormat();
  const attempt = useAttempt();
  const add = useDownloads((state) => state.add);
  const name = useQualityName();
  const offer = offerFor(lesson, wished);
  if (!offer) return forget && <div className="lesson-control"><MoreMenu title={lesson.title} forget={forget} /></div>;
  const size = format.bytes(offer.bytes);
  return (
    <div className="lesson-control">
      <Button
        icon={<ArrowDownToLine size={18} aria-hidden="true" />}
        aria-label={text('lesson.download', { lesson: lesson.title, quality: offer.quality === 'original' ? '' : name(offer.quality), size })}
        onPress={() => attempt(() => add([lesson.id], offer.quality))}
      >
        {size}
      </Button>
      {forget && <MoreMenu title={lesson.title} forget={forget} />}
    </div>
  );
}

function UnderWay({ item, forget }: { item: DownloadItem; forget: Forget | null }) {
  const text = useText();
  const format = useFormat();
  const percent = downloadPercent(item);
  const { state, detail } = downloadWords(text, format, item);
  const { remove } = useLessonCommands(item);
  return (
    <div className="lesson-control">
      <div className="lesson-control-words">
        <p>{state}</p>
        <p className="soft numbers">{detail}</p>
      </div>
      <ProgressRing percent={percent} size={40} tone={item.state === 'running' ? 'accent' : item.state === 'waiting' ? 'wait' : 'soft'}>
        <UnderWayButton item={item} />
      </ProgressRing>
      <MoreMenu title={item.lessonTitle} forget={forget} cancel={remove} previous={item.previous} />
    </div>
  );
}

function UnderWayButton({ item }: { item: DownloadItem }) {
  const text = useText();
  const attempt = useAttempt();
  const pause = useDownloads((downloads) => downloads.pause);
  const resume = useDownloads((downloads) => downloads.resume);
  const lesson = item.lessonTitle;
  switch (item.state) {
    case 'queued':
    case 'running':
    case 'waiting':
      return (
        <IconButton label={text('lesson.pause', { lesson })} onPress={() => attempt(() => pause(item.lessonId))}>
          <Pause size={16} fill="currentColor" aria-hidden="true" />
        </IconButton>
      );
    case 'paused':
      return (
        <IconButton label={text('lesson.resume', { lesson })} onPress={() => attempt(() => resume(item.lessonId))}>
          <Play size={16} fill="currentColor" aria-hidden="true" />
        </IconButton>
      );
    case 'failed':
      return (
        <IconButton label={text('lesson.retry', { lesson })} onPress={() => attempt(() => resume(item.lessonId))}>
          <RotateCw size={16} aria-hidden="true" />
        </IconButton>
      );
    case 'ready':
      return null;
    default:
      return assertNever(item.state);
  }
}

function Here({ item, forget }: { item: DownloadItem; forget: Forget | null }) {
  const text = useText();
  const name = useQualityName();
  const commands = useLessonCommands(item);
  return (
    <div className="lesson-control">
      <Menu
        label={item.lessonTitle}
        choices={[
          { id: 'verify', label: text('lesson.verify') },
          ...(forget ? [{ id: 'forget', label: text('lesson.forget') }] : []),
          { id: 'remove', label: text('lesson.remove'), tone: 'danger' },
        ]}
        onChoose={(id) => (id === 'verify' ? commands.verify() : id === 'forget' ? forget?.() : commands.remove())}
      >
        <AriaButton className="lesson-here" aria-label={text('lesson.menu', { lesson: item.lessonTitle, quality: name(item.quality) })}>
          <Check size={18} aria-hidden="true" />
          <span>{text('lesson.onThisComputer')}</span>
          <Ellipsis size={18} aria-hidden="true" />
        </AriaButton>
      </Menu>
    </div>
  );
}

interface MoreMenuProps {
  readonly title: string;
  readonly forget: Forget | null;
  /** Of a download under way. */
  readonly cancel?: () => void;
  /** The quality that stays when it is cancelled. */
  readonly previous?: Quality | null;
}

function MoreMenu({ title, forget, cancel, previous }: MoreMenuProps) {
  const text = useText();
  const name = useQualityName();
  const cancelling = previous ? text('lesson.keepPrevious', { quality: name(previous) }) : text('lesson.cancelDownload');
  return (
    <Menu
      label={title}
      choices={[
        ...(forget ? [{ id: 'forget', label: text('lesson.forget') }] : []),
        ...(cancel ? [{ id: 'remove', label: cancelling, tone: 'danger' as const }] : []),
      ]}
      onChoose={(id) => (id === 'forget' ? forget?.() : cancel?.())}
    >
      <IconButton label={text('lesson.menuOther', { lesson: title })}>
        <Ellipsis size={18} aria-hidden="true" />
      </IconButton>
    </Menu>
  );
}

type Forget = () => void;

/** Has what was watched of a lesson count no more, unless it is undone at once; null when nothing was. */
function useForget({ id, title }: LessonView): Forget | null {
  const text = useText();
  const show = useNotices((notices) => notices.show);
  const progress = useProgress((state) => state.lessons.get(id));
  const forget = useProgress((state) => state.forget);
  const undoForget = useProgress((state) => state.undoForget);
  if (!progress || (progress.ranges.length === 0 && !progress.done)) return null;
  return () => {
    forget(id);
    show({ tone: 'plain', title: text('lesson.forgotten', { lesson: title }), action: { label: text('action.undo'), run: () => undoForget(id) } }, undoMs - 500);
  };
}
