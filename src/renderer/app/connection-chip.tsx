import { Cloud, CloudOff, CloudSync } from 'lucide-react';
import { Button as AriaButton } from 'react-aria-components/Button';
import { DialogTrigger } from 'react-aria-components/Dialog';
import { Popover } from 'react-aria-components/Popover';
import { Button } from '../components/button.tsx';
import { errorWords } from '../i18n/errors.ts';
import { useFormat } from '../i18n/format.ts';
import { useText } from '../i18n/text.ts';
import { useAccounts, useConnection, useProgress } from '../stores/stores.ts';
import { useAttempt } from '../stores/use-attempt.ts';
import { useNow } from '../stores/use-now.ts';
import './connection-chip.css';

const icons = { online: Cloud, offline: CloudOff, checking: CloudSync } as const;

/** A quiet word on the line, which opens to why, since when, and what waits for it. */
export function ConnectionChip() {
  const text = useText();
  const status = useConnection((connection) => connection.state.status);
  const Icon = icons[status];
  const word = text(`connection.${status}`);
  return (
    <DialogTrigger>
      <AriaButton className={`side-bar-button connection-${status}`} aria-label={text('connection.label', { status: word })}>
        <Icon size={20} aria-hidden="true" />
        <span className="side-bar-words">{word}</span>
      </AriaButton>
      <Popover className="popover" placement="end bottom" offset={8} aria-label={text('connection.label', { status: word })}>
        <div className="connection-panel">
          <ConnectionDetails word={word} />
        </div>
      </Popover>
    </DialogTrigger>
  );
}

function ConnectionDetails({ word }: { word: string }) {
  const text = useText();
  const format = useFormat();
  const attempt = useAttempt();
  const now = useNow();
  const { status, reason, since } = useConnection((connection) => connection.state);
  const probe = useConnection((connection) => connection.probe);
  const server = useAccounts((accounts) => accounts.state?.server ?? null);
  const outbox = useProgress((progress) => progress.outbox);
  const why = reason === null ? null : errorWords(text, reason);
  return (
    <>
      <h2 className="connection-title">{status === 'checking' ? word : text('connection.since', { status: word, time: format.moment(since, now) })}</h2>
      {why ? (
        <div>
          <p className="connection-why">{why.title}</p>
          <p>{why.body}</p>
        </div>
      ) : null}
      {outbox && outbox.waiting > 0 ? <p>{text('activity.waiting', { count: outbox.waiting })}</p> : null}
      {server ? (
        <p className="connection-server">
          {text('connection.server')}: {server.name ?? server.url}
        </p>
      ) : null}
      <Button isDisabled={status === 'checking'} onPress={() => attempt(probe)}>
        {text('connection.checkNow')}
      </Button>
    </>
  );
}
