import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { coursesResponseSchema } from '../../../src/shared/api/catalog.ts';
import { endpoints } from '../../../src/shared/api/endpoints.ts';
import { repairLedger } from '../../../src/core/database/repair-ledger.ts';
import { createIdleLock } from '../../../src/core/accounts/idle-lock.ts';
import type { SecretVault } from '../../../src/core/accounts/ports.ts';
import { signInHere, type MachineAtSchool } from '../../harness/machine-at-school.ts';
import { machineRoom } from '../../harness/machine-room.ts';
import { startSchoolServer, type SchoolServer } from '../../harness/school-server.ts';
import { people } from '../../harness/tiny-school.ts';

const lesson = 'making-tea';
const key = 'a-file';

let school: SchoolServer;
beforeAll(async () => void (school = await startSchoolServer()));
afterAll(() => school.close());

const idOf = (id: string) => `${school.url}#${id}`;
const courses = ({ api }: MachineAtSchool) => api.request({ path: endpoints.courses(), output: coursesResponseSchema, authorised: true });
const bytesIn = (folder: string) => Buffer.concat(readdirSync(folder).filter((name) => name.startsWith('ledger')).map((name) => readFileSync(join(folder, name))));

it('on a shared computer no token touches the disk, and at the start everybody proves who they are', async () => {
  let shared = false;
  const { folder, start } = machineRoom(() => school.url, { shared: () => shared });
  let machine = await start();
  await signInHere(machine, 'tea');
  expect(bytesIn(folder).includes('vault ')).toBe(true);
  shared = true;
  await machine.accounts.sharingChanged();
  await courses(machine);
  expect(bytesIn(folder).includes('vault ')).toBe(false);
  await machine.leases.acquire(lesson);
  await machine.accounts.setPin('2468', null);

  machine = await start();
  machine.offline = true;
  expect(machine.accounts.state()).toMatchObject({ student: null, shared: true, students: [{ id: 'of-tea', hasPin: true }] });
  expect(machine.accounts.closed()).toBe(true);
  await expect(machine.leases.fileKey(lesson, key)).rejects.toMatchObject({ code: 'signed_out' });
  await expect(machine.accounts.choose(idOf('of-tea'), null)).rejects.toMatchObject({ code: 'password_needed' });
  expect(await machine.accounts.choose(idOf('of-tea'), '2468')).toMatchObject({ student: { id: 'of-tea' }, authorised: false });
  await expect(machine.leases.fileKey(lesson, key)).resolves.toHaveLength(16);
  expect(bytesIn(folder).includes('2468')).toBe(false);
});

it('five wrong PINs in a row void it, whatever is restarted in between, and the password brings all back', async () => {
  const { start } = machineRoom(() => school.url, { shared: () => true });
  let machine = await start();
  await signInHere(machine, 'tea');
  await machine.accounts.setPin('13579', null);
  machine.accounts.lock();
  const wrong = () => machine.accounts.choose(idOf('of-tea'), '24680');
  for (const attemptsLeft of [4, 3]) await expect(wrong()).rejects.toMatchObject({ code: 'wrong_pin', details: { attemptsLeft } });
  machine = await start();
  for (const attemptsLeft of [2, 1]) await expect(wrong()).rejects.toMatchObject({ code: 'wrong_pin', details: { attemptsLeft } });
  await expect(wrong()).rejects.toMatchObject({ code: 'password_needed' });
  await expect(machine.accounts.choose(idOf('of-tea'), '13579')).rejects.toMatchObject({ code: 'password_needed' });
  expect(machine.accounts.closed()).toBe(true);
  expect(await signInHere(machine, 'tea', idOf('of-tea'))).toMatchObject({ student: { id: 'of-tea' }, locked: false, students: [{ hasPin: false }] });
});

it('a PIN is only replaced or removed by who knows it, or the password', async () => {
  const { start } = machineRoom(() => school.url, { shared: () => true });
  const machine = await start();
  const { accounts } = machine;
  await signInHere(machine, 'tea');
  await accounts.setPin('13579', null);
  for (const pin of ['24680', null]) {
    await expect(accounts.setPin(pin, null)).rejects.toMatchObject({ code: 'password_needed' });
    await expect(accounts.setPin(pin, { pin: '97531' })).rejects.toMatchObject({ code: 'wrong_pin' });
    await expect(accounts.setPin(pin, { password: 'a guess' })).rejects.toMatchObject({ code: 'wrong_credentials' });
  }
  // None of that counts against who then knows it.
  await accounts.setPin('24680', { pin: '13579' });
  await accounts.setPin('11111', { password: people.tea.password });
  expect(accounts.closed()).toBe(false);
  machine.offline = true;
  await expect(accounts.setPin('22222', { password: people.tea.password })).rejects.toMatchObject({ retryable: true });
  accounts.lock();
  await expect(accounts.choose(idOf('of-tea'), '24680')).rejects.toMatchObject({ code: 'wrong_pin' });
  await accounts.choose(idOf('of-tea'), '11111');
  expect(await accounts.setPin(null, { pin: '11111' })).toMatchObject({ students: [{ hasPin: false }] });
});

it('who guesses at a PIN from an unlocked seat is shut out of it, and needs the password', async () => {
  const { start } = machineRoom(() => school.url, { shared: () => true });
  const machine = await start();
  const { accounts } = machine;
  await signInHere(machine, 'tea');
  await accounts.setPin('13579', null);
  const guess = () => accounts.setPin('24680', { pin: '97531' });
  for (const attemptsLeft of [4, 3, 2, 1]) await expect(guess()).rejects.toMatchObject({ code: 'wrong_pin', details: { attemptsLeft } });
  await expect(guess()).rejects.toMatchObject({ code: 'password_needed' });
  expect(accounts.state()).toMatchObject({ locked: true, students: [{ hasPin: false }] });
  for (const pin of ['13579', '24680']) await expect(accounts.choose(idOf('of-tea'), pin)).rejects.toMatchObject({ code: 'password_needed' });
  await expect(accounts.setPin('24680', null)).rejects.toMatchObject({ code: 'locked' });
  await signInHere(machine, 'tea', idOf('of-tea'));
  await accounts.setPin('24680', null);
});

it('a sign-in whose answer comes when another student has sat down puts nobody in front of that one', async () => {
  let shared = false;
  const { start } = machineRoom(() => school.url, { shared: () => shared });
  const { accounts } = await start();
  await signInHere({ accounts }, 'tea');
  await signInHere({ accounts }, 'letters');
  await accounts.stepAside();
  const late = signInHere({ accounts }, 'tea');
  await accounts.choose(idOf('of-letters'), null);
  await expect(late).rejects.toMatchObject({ code: 'cancelled' });
  expect(accounts.state()).toMatchObject({ student: { id: 'of-letters' }, authorised: true });

  // Who adds themselves beside a student whose seat locks meanwhile has proved who they are.
  shared = true;
  const added = signInHere({ accounts }, 'both');
  accounts.lock();
  expect(await added).toMatchObject({ student: { id: 'of-both' }, locked: false });
});

it('the lock stays shut when it falls while the password is asked for beside a new PIN', async () => {
  const { start } = machineRoom(() => school.url, { shared: () => true });
  const { accounts } = await start();
  await signInHere({ accounts }, 'tea');
  await accounts.setPin('13579', null);
  const late = accounts.setPin('24680', { password: people.tea.password });
  accounts.lock();
  await expect(late).rejects.toMatchObject({ code: 'locked' });
  expect(accounts.closed()).toBe(true);
  await accounts.choose(idOf('of-tea'), '13579');
  expect(accounts.closed()).toBe(false);
});

it('locks when nobody was there for so long; who moves or watches is there', async () => {
  const { clock, start } = machineRoom(() => school.url, { shared: () => true });
  const { accounts } = await start();
  await accounts.signIn(people.tea.email, people.tea.password);
  const lock = createIdleLock({ accounts, clock, minutes: () => 10 });
  onTestFinished(() => lock.stop());
  await clock.advance(9 * 60_000);
  lock.active();
  await clock.advance(9 * 60_000);
  expect(accounts.closed()).toBe(false);
  await clock.advance(61_000);
  expect(accounts.state()).toMatchObject({ locked: true, student: { id: 'of-tea' } });
  // Downloads and what waits to be sent go on behind the lock.
  expect(accounts.current()?.accountId).toBe(idOf('of-tea'));
  await accounts.signIn(people.letters.email, people.letters.password);
  await clock.advance(9 * 60_000);
  expect(accounts.state()).toMatchObject({ locked: false, student: { id: 'of-letters' } });
});

it("who makes a shared computer their own again gets nobody else's seat with it", async () => {
  let shared = true;
  const { start } = machineRoom(() => school.url, { shared: () => shared });
  let machine = await start();
  await signInHere(machine, 'tea');
  await machine.leases.acquire(lesson);
  await machine.accounts.setPin('2468', null);
  machine.accounts.lock();
  await signInHere(machine, 'letters');
  shared = false;
  await machine.accounts.sharingChanged();
  expect(machine.accounts.state()).toMatchObject({ student: { id: 'of-letters' }, authorised: true, students: [{ id: 'of-letters' }] });
  // One refresh token lies in the keychain now: that of who is here.
  expect(machine.databases.ledger.prepare('SELECT id FROM accounts WHERE refresh_token IS NOT NULL').pluck().all()).toEqual([idOf('of-letters')]);
  const sitDown = (pin: string | null) => machine.accounts.choose(idOf('of-tea'), pin);
  await expect(sitDown(null)).rejects.toMatchObject({ code: 'not_found' });
  machine = await start();
  for (const pin of [null, '2468']) await expect(sitDown(pin)).rejects.toMatchObject({ code: 'not_found' });

  // With the password all is as it was, lessons too.
  await signInHere(machine, 'tea');
  machine.offline = true;
  await expect(machine.leases.fileKey(lesson, key)).resolves.toHaveLength(16);
});

it('signing out of a shared computer takes the keys along, from the file too; signing in brings them back', async () => {
  const { folder, start } = machineRoom(() => school.url, { shared: () => true });
  const machine = await start();
  await signInHere(machine, 'tea');
  await machine.leases.acquire(lesson);
  const wrapped = machine.databases.ledger.prepare('SELECT lease FROM leases').pluck().get() as Buffer;
  const part = wrapped.subarray(40, 90);
  expect(bytesIn(folder).includes(part)).toBe(true);
  await machine.accounts.signOut();
  expect(bytesIn(folder).includes(part)).toBe(false);
  await signInHere(machine, 'tea');
  await expect(machine.leases.fileKey(lesson, key)).rejects.toMatchObject({ code: 'lease_missing' });
  await machine.leases.acquire(lesson);
  await expect(machine.leases.fileKey(lesson, key)).resolves.toHaveLength(16);
});

it('who signed out before a computer became a shared one leaves nothing on it either that opens a lesson', async () => {
  let shared = false;
  const { folder, start } = machineRoom(() => school.url, { shared: () => shared });
  const machine = await start();
  await signInHere(machine, 'tea');
  await machine.leases.acquire(lesson);
  const part = (machine.databases.ledger.prepare('SELECT lease FROM leases').pluck().get() as Buffer).subarray(40, 90);
  await machine.accounts.signOut();
  await signInHere(machine, 'both');
  await machine.leases.acquire(lesson);
  expect(bytesIn(folder).includes(part)).toBe(true);
  shared = true;
  await machine.accounts.sharingChanged();
  expect(bytesIn(folder).includes(part)).toBe(false);
  machine.offline = true;
  await expect(machine.leases.fileKey(lesson, key)).resolves.toHaveLength(16);
});

it('a damaged ledger that was set aside keeps its secrets only as long as its computer is one student’s own', async () => {
  let shared = false;
  const { folder, start, stop } = machineRoom(() => school.url, { shared: () => shared });
  const machine = await start();
  await signInHere(machine, 'tea');
  await machine.leases.acquire(lesson);
  const part = (machine.databases.ledger.prepare('SELECT lease FROM leases').pluck().get() as Buffer).subarray(40, 90);
  stop();
  const asides = () => readdirSync(folder).filter((name) => name.includes('damaged'));
  const aside = () => Buffer.concat(asides().map((name) => readFileSync(join(folder, name))));

  repairLedger(folder);
  expect(asides()).toHaveLength(1);
  expect(['vault ', part].map((secret) => aside().includes(secret))).toEqual([true, true]);
  // On a student's own computer it stays, for whoever can read more of it one day.
  const again = await start();
  await again.accounts.signOut();
  expect(asides()).toHaveLength(1);

  await signInHere(again, 'tea');
  shared = true;
  await again.accounts.sharingChanged();
  expect([asides(), bytesIn(folder).includes('vault ')]).toEqual([[], false]);
  await again.leases.acquire(lesson);
  stop();
  repairLedger(folder);
  const last = await start();
  expect(asides()).toHaveLength(1);
  await signInHere(last, 'tea');
  await last.accounts.signOut();
  expect([asides(), bytesIn(folder).includes(part)]).toEqual([[], false]);
});

it('no token stands in clear in the ledger, in its daily copy, in what was set aside, or in what was salvaged', async () => {
  const { folder, start, stop } = machineRoom(() => school.url);
  // A keychain gives back something that is not the secret.
  const sealed = new Map<string, string>();
  const vault: SecretVault = {
    kind: 'keychain',
    wrap: (secret) => {
      const handle = `handle-${sealed.size}`;
      sealed.set(handle, secret);
      return Buffer.from(handle);
    },
    unwrap: (wrapped) => sealed.get(Buffer.from(wrapped).toString()) ?? null,
  };
  const machine = await start(vault);
  await signInHere(machine, 'tea');
  await courses(machine);
  await machine.leases.acquire(lesson);
  const bearer = machine.asked.flatMap(({ headers }) => Object.entries(headers ?? {}).filter(([name]) => name === 'authorization').map(([, value]) => String(value).slice('Bearer '.length)));
  stop();
  repairLedger(folder);
  await courses(await start(vault));
  const secrets = [...new Set([...sealed.values(), ...bearer])];
  // One refresh token and one access token at least, and each would be found.
  expect(secrets.length).toBeGreaterThanOrEqual(2);
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => /db/.test(name));
  expect(files.some((name) => name.includes('damaged'))).toBe(true);
  for (const name of files) expect([name, secrets.filter((secret) => readFileSync(join(folder, name)).includes(secret))]).toEqual([name, []]);
  stop();
});
