import { CircleCheck, Download, Send, Upload } from 'lucide-react';
import { useEffect, useState } from 'react';
import type { OutboxItem, OutboxView } from '../../../shared/contracts/progress.ts';
import { errorCodeSchema } from '../../../shared/errors.ts';
import { Button } from '../../components/button.tsx';
import { EmptyState } from '../../components/empty-state.tsx';
import { Problem } from '../../components/problem.tsx';
import { ScreenPage } from '../../components/screen-page.tsx';
import { Skeleton } from '../../components/skeleton.tsx';
import { VirtualList } from '../../components/virtual-list.tsx';
import { errorWords } from '../../i18n/errors.ts';
import { useFormat } from '../../i18n/format.ts';
import { useText } from '../../i18n/text.ts';
import { useAppStores, useCatalog, useConnection, useNotices, useProgress } from '../../stores/stores.ts';
import { useAttempt } from '../../stores/use-attempt.ts';
import { useNow } from '../../stores/use-now.ts';
import './activity.css';

const lookEveryMs = 30_000;

/** What was watched and has yet to reach the school, and what the school did not take. */
export function ActivityScreen() {
  const text = useText();
  const outbox = useProgress((progress) => progress.outbox);
  return (
    <ScreenPage title={text('activity.title')} actions={<Actions isEmpty={!outbox || outbox.items.length === 0} />}>
      <p className="soft">{text('activity.intro')}</p>
      {outbox ? <Outbox outbox={outbox} /> : <Skeleton shape="row" />}
    </ScreenPage>
  );
}

function Actions({ isEmpty }: { isEmpty: boolean }) {
  return (
    <>
      <HandIn />
      <SaveAsFile isDisabled={isEmpty} />
      <SendNow isDisabled={isEmpty} />
    </>
  );
}

/** For a computer that never meets the school: what waits goes by stick. */
function SaveAsFile({ isDisabled }: { isDisabled: boolean }) {
  const text = useText();
  const attempt = useAttempt();
  const { remote } = useAppStores();
  const show = useNotices((notices) => notices.show);
  const save = async () => {
    const { saved } = await remote.call('progress.export');
    if (saved) show({ tone: 'plain', title: text('activity.exported') });
  };
  return (
    <Button icon={<Download size={18} aria-hidden="true" />} isDisabled={isDisabled} onPress={() => attempt(save)}>
      {text('activity.export')}
    </Button>
  );
}

function HandIn() {
  const text = useText();
  const attempt = useAttempt();
  const { remote } = useAppStores();
  const show = useNotices((notices) => notices.show);
  const offline = useConnection((connection) => connection.state.status === 'offline');
  const handIn = async () => {
    const { receipt } = await remote.call('progress.handIn');
    if (!receipt) return;
    const { studentName, taken, known, refused, putOff } = receipt;
    show({ tone: 'plain', title: text('activity.handedIn', { name: studentName }), body: text('activity.handedInBody', { taken, known, refused: refused + putOff }) });
  };
  return (
    <Button icon={<Upload size={18} aria-hidden="true" />} isDisabled={offline} onPress={() => attempt(handIn)}>
      {text('activity.handIn')}
    </Button>
  );
}

function SendNow({ isDisabled }: { isDisabled: boolean }) {
  const text = useText();
  const attempt = useAttempt();
  const sendNow = useProgress((progress) => progress.sendNow);
  const offline = useConnection((connection) => connection.state.status === 'offline');
  const [sending, setSending] = useState(false);
  const send = async () => {
    setSending(true);
    try {
      await sendNow();
    } finally {
      setSending(false);
    }
  };
  return (
    <Button icon={<Send className="mirrored" size={18} aria-hidden="true" />} isDisabled={isDisabled || sending || offline} onPress={() => attempt(send)}>
      {text(sending ? 'activity.sending' : 'activity.sendNow')}
    </Button>
  );
}

function Outbox({ outbox }: { outbox: OutboxView }) {
  const text = useText();
  const format = useFormat();
  const now = useNow();
  useLook();
  const sent = lastSent(outbox, text, format);
  if (outbox.items.length === 0 && outbox.waiting === 0) {
    return <EmptyState icon={<CircleCheck size={28} />} title={text('activity.nothingWaits')} body={`${text('activity.nothingWaitsBody')} ${sent}.`} />;
  }
  return (
    <>
      {outbox.parked > 0 ? <Problem title={text('activity.parked', { count: outbox.parked })} body={text('activity.parkedBody')} /> : null}
      {outbox.waiting > 0 ? (
        <div>
          <h2>{text('activity.waiting', { count: outbox.waiting })}</h2>
          <p className="soft activity-safe">
            {text('activity.waitingBody')} {sent}.
          </p>
        </div>
      ) : null}
      <VirtualList label={text('activity.list')} items={outbox.items} keyOf={({ sequence }) => String(sequence)} rowHeight={72}>
        {(item) => <OutboxRow item={item} now={now} />}
      </VirtualList>
    </>
  );
}

/** How long ago something was sent is main's to say, again and again: this computer's clock may be set meanwhile. */
function useLook(): void {
  const { later } = useAppStores();
  const look = useProgress((progress) => progress.look);
  useEffect(() => {
    let callOff = later(lookEveryMs, again);
    function again() {
      void look();
      callOff = later(lookEveryMs, again);
    }
    void look();
    return () => callOff();
  }, [later, look]);
}

/** Without a word of the school's on the time, the date by its clock stands for itself. */
function lastSent({ lastSentAt, lastSentAgoMs }: OutboxView, text: ReturnType<typeof useText>, format: ReturnType<typeof useFormat>): string {
  if (lastSentAt === null) return text('activity.neverSent');
  return lastSentAgoMs === null ? text('activity.lastSentOn', { date: format.date(lastSentAt) }) : text('activity.lastSent', { when: format.ago(lastSentAgoMs) });
}

function OutboxRow({ item, now }: { item: OutboxItem; now: number }) {
  const text = useText();
  const format = useFormat();
  const title = useCatalog(({ view }) => view?.courses.flatMap(({ lessons }) => lessons).find(({ id }) => id === item.lessonId)?.title);
  const code = errorCodeSchema.safeParse(item.reason);
  return (
    <article className="activity-row">
      <div className="activity-words">
        <p className="activity-title">{item.kind === 'chose' ? text('activity.ofYou') : (title ?? text('activity.unknownLesson'))}</p>
        <p className="meta">
          <span>{item.kind === 'watched' ? text('activity.watchedFor', { duration: format.duration(item.watchedMs) }) : text(`activity.${item.kind}`)}</span>
          <span>{format.moment(item.recordedAt, now)}</span>
        </p>
        {item.reason === null ? null : (
          <p className="soft activity-reason">{code.success ? errorWords(text, code.data).title : text('activity.reason', { reason: item.reason })}</p>
        )}
      </div>
      <p className={`activity-state activity-${item.state}`}>{text(`activity.state.${item.state}`)}</p>
    </article>
  );
}
