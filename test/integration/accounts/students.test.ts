import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { coursesResponseSchema } from '../../../src/shared/api/catalog.ts';
import { endpoints } from '../../../src/shared/api/endpoints.ts';
import { startSchoolServer, type SchoolServer } from '../../harness/school-server.ts';
import { noVault, openVault, signInHere, type MachineAtSchool } from '../../harness/machine-at-school.ts';
import { machineRoom } from '../../harness/machine-room.ts';

const lesson = 'making-tea';
const key = 'a-file';

let school: SchoolServer;
beforeAll(async () => void (school = await startSchoolServer()));
afterAll(() => school.close());

const idOf = (id: string) => `${school.url}#${id}`;
const courses = async ({ api }: MachineAtSchool) => (await api.request({ path: endpoints.courses(), output: coursesResponseSchema, authorised: true })).courses.map(({ id }) => id);

it('two students of one machine change seats without a password, also offline and after a restart, each with their own courses', async () => {
  const { start } = machineRoom(() => school.url);
  let machine = await start();
  await signInHere(machine, 'tea');
  await signInHere(machine, 'letters');
  expect(machine.accounts.state().students.map(({ accountId, name }) => [accountId, name])).toEqual([
    [idOf('of-tea'), 'Student of tea'],
    [idOf('of-letters'), 'Student of letters'],
  ]);
  expect(await courses(machine)).toEqual(['letters']);

  machine = await start();
  expect(machine.accounts.current()?.accountId).toBe(idOf('of-letters'));
  machine.offline = true;
  expect(await machine.accounts.choose(idOf('of-tea'), null)).toMatchObject({ student: { id: 'of-tea' }, authorised: true });
  machine.offline = false;
  expect(await courses(machine)).toEqual(['tea']);
  await machine.accounts.choose(idOf('of-letters'), null);
  expect(await courses(machine)).toEqual(['letters']);
});

it('who signs out is not offered any more and keeps what is theirs; the others are not touched', async () => {
  const { start } = machineRoom(() => school.url);
  const machine = await start();
  await signInHere(machine, 'letters');
  await signInHere(machine, 'tea');
  await machine.leases.acquire(lesson);
  const state = await machine.accounts.signOut();
  expect(state).toMatchObject({ student: null, locked: false });
  expect(state.students.map(({ id }) => id)).toEqual(['of-letters']);
  await expect(machine.accounts.choose(idOf('of-tea'), null)).rejects.toMatchObject({ code: 'not_found' });
  await machine.accounts.choose(idOf('of-letters'), null);
  expect(await courses(machine)).toEqual(['letters']);
  await signInHere(machine, 'tea');
  machine.offline = true;
  await expect(machine.leases.fileKey(lesson, key)).resolves.toHaveLength(16);
});

it("what one student's lease opens stays closed to another, whose refusal costs the first nothing", async () => {
  const { start } = machineRoom(() => school.url);
  const machine = await start();
  await signInHere(machine, 'tea');
  await machine.leases.acquire(lesson);
  await signInHere(machine, 'letters');
  await expect(machine.leases.fileKey(lesson, key)).rejects.toMatchObject({ code: 'lease_missing' });
  await expect(machine.leases.acquire(lesson)).rejects.toMatchObject({ code: 'not_enrolled' });
  await machine.accounts.choose(idOf('of-tea'), null);
  await expect(machine.leases.fileKey(lesson, key)).resolves.toHaveLength(16);
});

it('a seat that changes under a request: it is not sent as the other student, nor does their refusal count', async () => {
  const { start } = machineRoom(() => school.url);
  const machine = await start();
  await signInHere(machine, 'letters');
  await signInHere(machine, 'tea');
  await machine.leases.acquire(lesson);
  const before = machine.asked.filter(({ url }) => url.endsWith('/lease')).length;
  // Under way for one student while the other sits down: a lease of theirs is due, and the ledger is asked first.
  machine.databases.ledger.exec('UPDATE leases SET expires_at = 1');
  const renewing = machine.leases.renewDue();
  const choosing = machine.accounts.choose(idOf('of-letters'), null);
  await Promise.all([renewing, choosing]);
  const sent = machine.asked.filter(({ url }) => url.endsWith('/lease')).slice(before);
  const tea = await school.signIn('tea');
  for (const { headers } of sent) expect(subjectOf(headers['authorization'])).toBe(subjectOf(`Bearer ${tea.tokens?.accessToken}`));
  await machine.accounts.choose(idOf('of-tea'), null);
  await expect(machine.leases.fileKey(lesson, key)).resolves.toHaveLength(16);
});

it.each([
  ['a keychain that cannot read it any more', { ...openVault, unwrap: () => null }],
  ['no keychain', noVault],
])('after a restart with %s the student is asked to sign in, and what is here still opens', async (_, vault) => {
  const { start } = machineRoom(() => school.url);
  let machine = await start(vault);
  await signInHere(machine, 'both');
  await machine.leases.acquire(lesson);
  expect(machine.accounts.state()).toMatchObject({ authorised: true, tokenStorage: vault.kind });
  machine = await start(vault);
  machine.offline = true;
  // A keychain is asked when the first request needs it, not before.
  await expect(courses(machine)).rejects.toMatchObject({ code: 'signed_out' });
  expect(machine.accounts.state()).toMatchObject({ student: { id: 'of-both' }, authorised: false });
  await expect(machine.leases.fileKey(lesson, key)).resolves.toHaveLength(16);
  machine.offline = false;
  expect(await signInHere(machine, 'both', idOf('of-both'))).toMatchObject({ authorised: true });
  expect(await courses(machine)).toEqual(['tea', 'letters']);
});

it('killed between the rotation of its token and the write, a machine starts again signed in', async () => {
  const { folder, start, stop } = machineRoom(() => school.url);
  await signInHere(await start(), 'both');
  stop();
  const child = spawn(process.execPath, [join(import.meta.dirname, '../../fixtures/refresh-and-die.ts'), folder, school.url], { stdio: ['ignore', 'ignore', 'inherit'] });
  expect(await once(child, 'exit')).toEqual([null, 'SIGKILL']);
  // Not only at once: the lid may stay closed for a while.
  await school.clock.advance(60 * 60 * 1000);
  const machine = await start();
  expect(machine.accounts.state().authorised).toBe(true);
  expect(await courses(machine)).toEqual(['tea', 'letters']);
});

it.each(["student = '{'", "student = '{}'"])('a damaged row of a student (%s) is said to be damage, which can be repaired', async (damage) => {
  const { start } = machineRoom(() => school.url);
  const { databases } = await start();
  databases.ledger.exec(`INSERT INTO accounts (id, server, student, current, listed) VALUES ('a', 'https://school.example', 'x', 1, 1); UPDATE accounts SET ${damage}`);
  await expect(start()).rejects.toMatchObject({ code: 'database_damaged', details: { database: 'ledger' } });
});

it('plain http beyond this computer is refused unless it is meant', async () => {
  const { start } = machineRoom(() => school.url);
  const { accounts, asked } = await start();
  for (const address of ['http://school.example', 'http://192.168.7.7:8000', 'HTTP://10.0.0.1/learn']) {
    await expect(accounts.checkServer(address)).rejects.toMatchObject({ code: 'not_encrypted' });
  }
  expect(asked).toEqual([]);
  await expect(accounts.checkServer(school.url.replace('http:', 'https:'))).rejects.toMatchObject({ code: 'no_https' });
  await expect(accounts.checkServer('http://127.0.0.1:9')).rejects.toMatchObject({ code: 'unreachable' });
  expect((await accounts.checkServer(school.url)).signInServer).toMatchObject({ url: school.url, name: 'Tiny school' });
});

/** Whose token it is, unverified. */
function subjectOf(authorization: string | undefined): string {
  const payload = authorization?.split('.')[1] ?? '';
  return (JSON.parse(Buffer.from(payload, 'base64url').toString()) as { sub: string }).sub;
}
