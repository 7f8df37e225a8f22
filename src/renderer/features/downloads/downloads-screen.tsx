import { ArrowDownToLine, Pause, Play } from 'lucide-react';
import type { DownloadItem } from '../../../shared/contracts/downloads.ts';
import { Button } from '../../components/button.tsx';
import { EmptyState } from '../../components/empty-state.tsx';
import { ScreenPage } from '../../components/screen-page.tsx';
import { Skeleton } from '../../components/skeleton.tsx';
import { VirtualList } from '../../components/virtual-list.tsx';
import { useFormat } from '../../i18n/format.ts';
import { useText } from '../../i18n/text.ts';
import { useDownloads, useNavigation, useNotices } from '../../stores/stores.ts';
import { useAttempt } from '../../stores/use-attempt.ts';
import { DownloadRow } from './download-row.tsx';
import { SpeedCurve } from './speed-curve.tsx';
import { StorageBar } from './storage-bar.tsx';
import './downloads.css';

/** What is under way and why it waits, what is here, and what room it takes. */
export function DownloadsScreen() {
  const text = useText();
  const loaded = useDownloads((state) => state.loaded);
  const items = useDownloads((state) => state.items);
  const underWay = items.filter(({ state }) => state !== 'ready');
  const ready = items.filter(({ state }) => state === 'ready');
  return (
    <ScreenPage title={text('downloads.title')} actions={<AllButton items={underWay} />}>
      {loaded ? null : <Skeleton shape="row" />}
      {loaded && items.length === 0 ? <Nothing /> : null}
      {underWay.length > 0 ? (
        <section>
          <h2>{text('downloads.underway')}</h2>
          <Summary items={underWay} />
          <List label={text('downloads.underway')} items={underWay} rowHeight={underWayHeight} />
        </section>
      ) : null}
      <StorageBar />
      {ready.length > 0 ? (
        <section>
          <div className="downloads-ready-head">
            <h2>{text('downloads.ready')}</h2>
            <RemoveWatched />
          </div>
          <List label={text('downloads.ready')} items={ready} rowHeight={readyHeight} />
        </section>
      ) : null}
    </ScreenPage>
  );
}

/** In CSS pixels, where the window is wide. */
const underWayHeight = 106;
const readyHeight = 73;

function List({ label, items, rowHeight }: { label: string; items: readonly DownloadItem[]; rowHeight: number }) {
  return (
    <VirtualList label={label} items={items} keyOf={({ lessonId }) => lessonId} rowHeight={rowHeight}>
      {(item) => <DownloadRow item={item} />}
    </VirtualList>
  );
}

function Summary({ items }: { items: readonly DownloadItem[] }) {
  const text = useText();
  const format = useFormat();
  const speeds = useDownloads((state) => state.speeds);
  const speed = speeds.at(-1) ?? 0;
  const bytes = items.reduce((sum, { bytesTotal, bytesDone }) => sum + bytesTotal - bytesDone, 0);
  const facts = { count: items.length, size: format.bytes(bytes), speed: format.speed(speed) };
  return (
    <div className="downloads-summary">
      <p className="soft numbers">{text(speed > 0 ? 'downloads.summarySpeed' : 'downloads.summary', facts)}</p>
      <SpeedCurve speeds={speeds} label={text('downloads.speedCurve', { speed: facts.speed })} />
    </div>
  );
}

function AllButton({ items }: { items: readonly DownloadItem[] }) {
  const text = useText();
  const attempt = useAttempt();
  const pauseAll = useDownloads((state) => state.pauseAll);
  const resumeAll = useDownloads((state) => state.resumeAll);
  if (items.length === 0) return null;
  const allPaused = items.every(({ state }) => state === 'paused' || state === 'failed');
  return allPaused ? (
    <Button icon={<Play size={18} fill="currentColor" aria-hidden="true" />} onPress={() => attempt(resumeAll)}>
      {text('downloads.resumeAll')}
    </Button>
  ) : (
    <Button icon={<Pause size={18} fill="currentColor" aria-hidden="true" />} onPress={() => attempt(pauseAll)}>
      {text('downloads.pauseAll')}
    </Button>
  );
}

/** Gives back the room of lessons that have done their work. */
function RemoveWatched() {
  const text = useText();
  const format = useFormat();
  const attempt = useAttempt();
  const removeWatched = useDownloads((state) => state.removeWatched);
  const show = useNotices((notices) => notices.show);
  const run = async () => {
    const { lessons, bytes } = await removeWatched();
    show({ tone: 'plain', title: text('downloads.removedWatched', { count: lessons, size: format.bytes(bytes) }) });
  };
  return <Button onPress={() => attempt(run)}>{text('downloads.removeWatched')}</Button>;
}

function Nothing() {
  const text = useText();
  const go = useNavigation((navigation) => navigation.go);
  return (
    <EmptyState icon={<ArrowDownToLine size={28} />} title={text('downloads.empty')} body={text('downloads.emptyBody')}>
      <Button onPress={() => go({ screen: 'home' })}>{text('downloads.toCourses')}</Button>
    </EmptyState>
  );
}
