import { expect, it } from 'vitest';
import { silentLogger } from '../../../../src/core/base/logger.ts';
import { createRouter, type CallHandlers } from '../../../../src/main/ipc/router.ts';
import { callsWhileClosed } from '../../../../src/shared/contracts/accounts.ts';
import { calls, type CallName } from '../../../../src/shared/contracts/bridge.ts';

/** A main whose every call answers when it is let. */
function openMain() {
  const main = { closed: false, answer: () => {} };
  const waiting = new Promise<void>((resolve) => (main.answer = resolve));
  const answer = async () => waiting.then(() => 'of the student');
  const handlers = Object.fromEntries(Object.keys(calls).map((name) => [name, answer])) as unknown as CallHandlers;
  const router = createRouter(handlers, { logger: silentLogger(), isClosed: () => main.closed });
  return { main, ask: (name: CallName, input?: unknown) => router({ isOurs: true, name, input }) };
}
const locked = { ok: false, error: { code: 'locked' } };

it('behind the lock only what brings somebody back is answered, and what a player and a removal still have to say', async () => {
  const answered = [
    ...['accounts.active', 'accounts.checkServer', 'accounts.choose', 'accounts.lock', 'accounts.signIn', 'accounts.signInByBrowser', 'accounts.state', 'accounts.stepAside', 'accounts.stopBrowserSignIn'],
    ...['connection.probe', 'connection.state', 'downloads.remove', 'downloads.removeMany', 'notes.keepDraft', 'playback.close', 'progress.report', 'progress.startAnew', 'settings.get'],
    ...['shell.info', 'shell.keepAwake', 'shell.setFullScreen', 'shell.takeLink'],
  ];
  expect([...callsWhileClosed].sort()).toEqual(answered);
  const { main, ask } = openMain();
  main.closed = true;
  for (const name of Object.keys(calls) as CallName[]) if (!callsWhileClosed.has(name)) expect([name, await ask(name)]).toMatchObject([name, locked]);
});

it('a call that is under way when the lock falls gives nothing of the student any more', async () => {
  const { main, ask } = openMain();
  const inputs = { 'catalog.view': undefined, 'downloads.list': undefined, 'notes.list': { lessonId: 'tea' }, 'playback.open': { lessonId: 'tea' }, 'progress.lessons': undefined, 'progress.outbox': undefined, 'transcripts.search': { words: 'tea' } };
  const asked = Object.entries(inputs).map(([name, input]) => ask(name as CallName, input));
  main.closed = true;
  main.answer();
  for (const answer of asked) expect(await answer).toMatchObject(locked);
});

it('a call that itself ends a student’s stay is answered', async () => {
  const { main, ask } = openMain();
  const asked = [ask('accounts.signOut'), ask('settings.set', { sharedComputer: true })];
  main.closed = true;
  main.answer();
  for (const answer of asked) expect(await answer).toMatchObject({ ok: true });
});
