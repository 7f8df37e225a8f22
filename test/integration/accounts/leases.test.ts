import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { startRenewals } from '../../../src/core/accounts/renewals.ts';
import { Emitter } from '../../../src/core/base/emitter.ts';
import { silentLogger } from '../../../src/core/base/logger.ts';
import { openConnection } from '../../../src/core/database/connection.ts';
import { runSchoolCommand } from '../../../src/server/cli/school-commands.ts';
import type { ConnectionState } from '../../../src/shared/contracts/connection.ts';
import type { EndingLease } from '../../../src/shared/contracts/leases.ts';
import type { MachineAtSchool } from '../../harness/machine-at-school.ts';
import { machineRoom } from '../../harness/machine-room.ts';
import { startSchoolServer, type SchoolServer } from '../../harness/school-server.ts';
import { people } from '../../harness/tiny-school.ts';

const lesson = 'making-tea';
const day = 24 * 60 * 60 * 1000;

let school: SchoolServer;
beforeAll(async () => void (school = await startSchoolServer()));
afterAll(() => school.close());

/** A student with a lesson's lease; the machine's clock and the school's go together. */
async function withLease() {
  const room = machineRoom(() => school.url);
  const later = async (ms: number) => {
    await school.clock.advance(ms);
    await room.clock.advance(ms);
  };
  // The machine's clock stands at the same moment as the school's.
  await room.clock.advance(school.clock.now() - room.clock.now());
  const machine = await room.start();
  await machine.accounts.signIn(people.both.email, people.both.password);
  await machine.leases.acquire(lesson);
  return { ...room, machine, later };
}

const opens = ({ leases }: MachineAtSchool) => leases.fileKey(lesson, 'a-file').then(() => 'opens', (error: { code: string }) => error.code);
const enrol = (until: string) => {
  const database = openConnection({ file: join(school.folder, 'school.db'), durability: 'normal' });
  database.prepare(`UPDATE enrolments SET until = ${until} WHERE person_id = 'of-both' AND course_id = 'tea'`).run();
  database.close();
};

it('is counted down from three days before its end, and renewed when the line comes, without a byte of media', async () => {
  const { machine, clock, later } = await withLease();
  expect(await machine.leases.ending()).toEqual([]);
  machine.offline = true;
  await later(28 * day);
  expect(await machine.leases.ending()).toEqual([{ lessonId: lesson, msLeft: expect.closeTo(2 * day, -7) as number, takenBack: false }]);
  expect(await opens(machine)).toBe('opens');
  await later(3 * day);
  expect(await machine.leases.ending()).toEqual([{ lessonId: lesson, msLeft: 0, takenBack: false }]);
  expect(await opens(machine)).toBe('lease_expired');

  const line = new Emitter<ConnectionState>();
  const told = new Promise<EndingLease[]>((resolve) => machine.leases.changed((ending) => ending.length === 0 && resolve(ending)));
  onTestFinished(startRenewals({ ...machine, connectivity: { changed: line.event }, clock, logger: silentLogger() }));
  machine.offline = false;
  const before = machine.asked.length;
  line.emit({ status: 'online', reason: null, since: 0 });
  await told;
  expect(await opens(machine)).toBe('opens');
  expect(machine.asked.slice(before).map(({ url }) => new URL(url).pathname)).toEqual(['/api/auth/refresh', `/api/lessons/${lesson}/lease`]);
});

it('taken back by the school: nothing opens, and one renewal after the school thought better of it brings all back', async () => {
  const { machine } = await withLease();
  enrol('1');
  machine.databases.ledger.exec('UPDATE leases SET expires_at = 1');
  await machine.leases.renewDue();
  expect(await opens(machine)).toBe('lease_missing');
  expect(await machine.leases.ending()).toEqual([{ lessonId: lesson, msLeft: 0, takenBack: true }]);
  await machine.leases.renewDue();
  expect(await opens(machine)).toBe('lease_missing');
  enrol('NULL');
  await machine.leases.renewDue();
  expect(await opens(machine)).toBe('opens');
});

it('a clock turned back by more than a day asks for a connection, and one answer of the school sets things right', async () => {
  const { machine, clock, start } = await withLease();
  await machine.accounts.trustedClock.now();
  const turned = { ...clock, now: () => clock.now() - 2 * day };
  const again = await start(undefined, turned);
  again.offline = true;
  expect(await opens(again)).toBe('clock_wrong');
  again.offline = false;
  await again.leases.renewDue();
  expect(await opens(again)).toBe('opens');
});

it('a clock that was years behind while the school spoke, and is set right afterwards, ends no lease', async () => {
  const { clock, start } = await withLease();
  let behind = 11 * 365 * day;
  const again = await start(undefined, { ...clock, now: () => clock.now() - behind });
  await again.accounts.checkServer(school.url);
  expect(await opens(again)).toBe('opens');
  // The machine's time server was reached, and then the line went.
  again.offline = true;
  behind = 0;
  expect(await opens(again)).toBe('opens');
  await clock.advance(day);
  expect(await opens(await start())).toBe('opens');
});

it('time goes on while the machine sleeps', async () => {
  const { clock, start } = await withLease();
  let asleep = 0;
  const again = await start(undefined, { ...clock, lasting: () => clock.lasting() + asleep });
  await again.accounts.checkServer(school.url);
  again.offline = true;
  asleep = 31 * day;
  expect(await opens(again)).toBe('lease_expired');
});

it('a server that is only asked who it is says nothing about the time', async () => {
  const { machine, later } = await withLease();
  // Its clock stands where the first one's stood at the beginning.
  const other = await startSchoolServer();
  onTestFinished(() => other.close());
  await later(31 * day);
  expect(other.clock.now()).toBeLessThan(school.clock.now() - 30 * day);
  expect(await opens(machine)).toBe('lease_expired');
  await machine.accounts.checkServer(other.url);
  expect(await opens(machine)).toBe('lease_expired');
});

it('a clock a few hours behind costs nothing, and time does not stand still for it', async () => {
  const { clock, start, later } = await withLease();
  const late = { ...clock, now: () => clock.now() - 5 * 60 * 60 * 1000 };
  const again = await start(undefined, late);
  again.offline = true;
  expect(await opens(again)).toBe('opens');
  await later(31 * day);
  expect(await opens(again)).toBe('lease_expired');
});

it('goes on under a new key of the school, while the student stays signed in, and what the old one signed still opens', async () => {
  const { machine } = await withLease();
  const { kid } = (await machine.accounts.signingKeys(undefined))[0] ?? {};
  await runSchoolCommand(['keys', 'rotate-signing'], { env: { TEACHIFY_SERVER_DATA: school.folder }, now: Date.now, print: () => {}, read: async () => '' });
  await expect.poll(async () => ((await (await fetch(`${school.url}/api/server`)).json()) as { signing_key: { kid: string } }).signing_key.kid).not.toBe(kid);
  expect(await opens(machine)).toBe('opens');
  await machine.leases.drop(machine.accounts.current()?.accountId ?? '', lesson);
  await machine.leases.acquire(lesson);
  expect(await opens(machine)).toBe('opens');
  expect((await machine.accounts.signingKeys(kid)).map((key) => key.kid)).toEqual([expect.any(String), kid]);
});
