import type { CallName, EventName } from '../shared/contracts/bridge.ts';
import type { Remote } from './bridge.ts';

/** Calls without input whose answer an event renews. */
export type Question = readonly [name: Extract<CallName, `${string}.${'state' | 'get' | 'view' | 'list' | 'lessons' | 'outbox'}`>, renewedBy: EventName];

/** What the first screen asks for. One after the other, each answer would cost a picture that nobody sees. */
export const firstQuestions: readonly Question[] = [
  ['accounts.state', 'accounts.changed'],
  ['settings.get', 'settings.changed'],
  ['connection.state', 'connection.changed'],
  ['catalog.view', 'catalog.changed'],
  ['downloads.list', 'downloads.changed'],
  ['progress.lessons', 'progress.changed'],
  ['progress.outbox', 'progress.outboxChanged'],
];

interface EarlyAnswers {
  /** The bridge, which gives each answer once, unless it is out of date; everything else crosses as always. */
  readonly remote: Remote;
  /** Every question was answered or refused, or the first screen is to be drawn without the rest. */
  readonly ready: Promise<void>;
  /** Answers that nobody took by now are thrown away. */
  readonly forget: () => void;
}

/** Asks all questions at once. What was not answered when `patience` ended is waited for by whoever asks. A refusal is not kept: it is asked anew. */
export function askEarly(remote: Remote, questions: readonly Question[], patience: Promise<void>): EarlyAnswers {
  const answers = new Map<string, Promise<unknown>>();
  const stops = questions.map(([name, renewedBy]) => remote.on(renewedBy, () => void answers.delete(name)));
  for (const [name] of questions) {
    const answer = remote.call(name);
    answer.catch(() => answers.delete(name));
    answers.set(name, answer);
  }
  const all = Promise.allSettled(answers.values()).then(() => undefined);
  const call: Remote['call'] = (name, ...input) => {
    const early = answers.get(name);
    answers.delete(name);
    return early ? (early as ReturnType<typeof remote.call<typeof name>>) : remote.call(name, ...input);
  };
  return {
    remote: { call, on: (name, listener) => remote.on(name, listener) },
    ready: Promise.race([all, patience]),
    forget: () => {
      for (const stop of stops) stop();
      answers.clear();
    },
  };
}
