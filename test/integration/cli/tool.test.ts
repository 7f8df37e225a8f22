import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { exitCodes } from '../../../src/cli/exit-codes.ts';
import type { SecretVault } from '../../../src/core/accounts/ports.ts';
import { endpoints } from '../../../src/shared/api/endpoints.ts';
import { belongingsIn, blockFiles, flipBit } from '../../harness/belongings.ts';
import { openKeyring } from '../../harness/keyring.ts';
import { openLine, type Line } from '../../harness/line.ts';
import { openVault } from '../../harness/machine-at-school.ts';
import { startSchoolServer, type SchoolServer } from '../../harness/school-server.ts';
import { temporaryFolder } from '../../harness/temporary-folder.ts';
import { runInside } from '../../harness/tool-inside.ts';
import { runTool, startTool } from '../../harness/tool.ts';

let server: SchoolServer;
let line: Line;
let data: string;
beforeAll(async () => {
  server = await startSchoolServer();
  line = await openLine({ target: server.url });
});
beforeEach(async () => {
  data = temporaryFolder();
  line.setBandwidth(null);
  // Every command signs in anew here, and the server counts.
  await server.restart();
  line.setTarget(server.url);
});
afterAll(async () => {
  await line.close();
  await server.close();
});

const seat = () => ({ data, url: line.url });
/** Bytes of pieces that crossed the line; posters for the library come without a range. */
const pieceBytes = () => line.requests.reduce((sum, { path, range, bytesDown }) => sum + (path.startsWith('/media/') && range !== null ? bytesDown : 0), 0);
const told = (lines: readonly { event: string }[], event: string) => lines.filter((one) => one.event === event);

it('lists, plans, takes home, says what is here, and gives back', async () => {
  const listed = await runTool(seat(), 'courses');
  expect(listed.code).toBe(exitCodes.ok);
  const course = listed.lines.find(({ lessons }) => (lessons as { id: string }[]).some(({ id }) => id === 'making-tea'));
  expect(course).toMatchObject({ event: 'course' });

  const [plan] = (await runTool(seat(), 'plan', 'making-tea', '--quality', '480p')).lines;
  expect(plan).toMatchObject({ event: 'plan', present_bytes: 0, fits: true, exact: true });
  const before = pieceBytes();
  const taken = await runTool(seat(), 'download', 'making-tea', '--quality', '480p');
  expect(taken.code).toBe(exitCodes.ok);
  expect(taken.lines.at(-1)).toMatchObject({ event: 'done', lesson_ids: ['making-tea'] });
  // What was planned is what crossed the line, to the byte.
  expect(pieceBytes() - before).toBe(plan?.['bytes']);

  const here = await runTool(seat(), 'list');
  expect(told(here.lines, 'download')).toMatchObject([{ lesson_id: 'making-tea', quality: '480p', state: 'ready', bytes_total: plan?.['bytes'] }]);
  const again = pieceBytes();
  expect((await runTool(seat(), 'plan', 'making-tea', '--quality', '480p')).lines[0]).toMatchObject({ present_bytes: plan?.['bytes'] });
  expect((await runTool(seat(), 'download', 'making-tea', '--quality', '480p')).code).toBe(exitCodes.ok);
  expect(pieceBytes()).toBe(again);

  expect((await runTool(seat(), 'delete', 'making-tea')).code).toBe(exitCodes.ok);
  expect(blockFiles(data)).toEqual([]);
});

it('killed at any moment, the same command goes on and fetches no verified piece again', async () => {
  const [plan] = (await runTool(seat(), 'plan', 'making-tea', '--quality', '720p')).lines;
  const size = Number(plan?.['bytes']);
  line.setBandwidth(size * 2); // about four seconds for all of it: a kill that comes a little late costs little
  const before = pieceBytes();
  for (const share of [0.2, 0.4, 0.6, 0.8]) {
    const run = startTool(seat(), 'download', 'making-tea', '--quality', '720p');
    const isOver = run.ended.then(() => true);
    while (pieceBytes() - before < size * share && !(await Promise.race([isOver, sleep(10).then(() => false)])));
    run.child.kill('SIGKILL');
    await run.ended;
  }
  line.setBandwidth(null);
  const { code } = await runTool(seat(), 'download', 'making-tea', '--quality', '720p');
  expect(code).toBe(exitCodes.ok);
  const fetched = pieceBytes() - before;
  expect(fetched).toBeGreaterThanOrEqual(size);
  // Kept by no bit yet: what was on the way at each of four kills.
  expect(fetched).toBeLessThan(size * 1.9);
  expect((await runTool(seat(), 'verify')).lines).toMatchObject([{ event: 'verified', lesson_id: 'making-tea', bad_pieces: 0 }]);
});

it('finds a flipped bit and fetches that piece again, and only that', async () => {
  await runTool(seat(), 'download', 'making-tea', '--quality', '360p');
  const whole = await belongingsIn(data);
  expect(blockFiles(data).length).toBeGreaterThan(0);
  for (const file of blockFiles(data)) await flipBit(file, 0);
  expect((await runTool(seat(), 'verify', '--no-repair')).code).toBe(exitCodes.found);
  const before = pieceBytes();
  const repaired = await runTool(seat(), 'verify', 'making-tea');
  expect(repaired.code).toBe(exitCodes.ok);
  expect(pieceBytes() - before).toBeLessThanOrEqual(Object.values(whole.files).reduce((sum, bytes) => sum + bytes, 0));
  expect(await belongingsIn(data)).toEqual(whole);
});

it('says what is wrong by its exit status and a sentence', async () => {
  expect((await runTool(seat(), 'download', 'no-such-lesson')).code).toBe(exitCodes.refused);
  expect((await runTool({ ...seat(), data: temporaryFolder(), who: null }, 'courses')).code).toBe(exitCodes.signIn);
  expect((await runTool(seat(), 'no-such-command')).code).toBe(exitCodes.usage);
  const nobody = await runTool({ data: temporaryFolder(), url: 'http://127.0.0.1:9' }, 'courses');
  expect(nobody.code).toBe(exitCodes.line);
  expect(nobody.lines.at(-1)).toMatchObject({ event: 'error', code: 'unreachable', sentence: expect.stringContaining('Nothing is lost') as string });
});

it('a keyring that gives back what it was given saves the sign-in; one that forgot it costs no more than a sign-in', async () => {
  const courses = (vault: SecretVault) => runInside({ ...seat(), vault }, 'courses');
  const signIns = () => line.requests.filter(({ path }) => path === endpoints.token()).length;
  const before = signIns();
  for (const [vault, expected] of [[openVault, 1], [openVault, 1], [{ ...openVault, unwrap: () => null }, 2]] as const) {
    const { code, lines } = await courses(vault);
    expect({ code, courses: told(lines, 'course').length, signIns: signIns() - before }).toEqual({ code: exitCodes.ok, courses: 2, signIns: expected });
    // Seen last time would be good enough without the line.
    rmSync(join(data, 'content.db'));
  }
});

it('an access token of the environment says who it is, works for that command, and is written nowhere', async () => {
  const token = (await server.signIn('tea')).tokens?.accessToken ?? '';
  const bearer = { ...seat(), who: null, env: { TEACHIFY_ACCESS_TOKEN: token } };
  const signIns = line.requests.filter(({ path }) => path.startsWith('/api/auth/')).length;
  const listed = await runTool(bearer, 'courses');
  expect([listed.code, listed.lines.filter(({ event }) => event === 'course').map(({ id }) => id)]).toEqual([exitCodes.ok, ['tea']]);
  expect((await runTool(bearer, 'download', 'making-tea', '--quality', '360p')).code).toBe(exitCodes.ok);
  expect(line.requests.filter(({ path }) => path.startsWith('/api/auth/'))).toHaveLength(signIns);
  const everything = readdirSync(data, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  expect(everything.length).toBeGreaterThan(3);
  const signature = token.slice(token.lastIndexOf('.') + 1);
  for (const { parentPath, name } of everything) expect([name, readFileSync(join(parentPath, name)).includes(signature)]).toEqual([name, false]);

  // Without the line it is still that student's computer; the next command without a token has only what is here.
  await line.cut();
  expect(told((await runTool(bearer, 'list')).lines, 'download')).toMatchObject([{ lesson_id: 'making-tea', state: 'ready' }]);
  // Somebody else's does not make this somebody else's computer meanwhile.
  const other = (await server.signIn('letters')).tokens?.accessToken ?? '';
  expect((await runTool({ ...bearer, env: { TEACHIFY_ACCESS_TOKEN: other } }, 'list')).code).toBe(exitCodes.line);
  await line.resume();
});

it('an access token that the school did not sign opens nothing, not even what is here', async () => {
  const token = (await server.signIn('tea')).tokens?.accessToken ?? '';
  const [header = '', payload = '', signature = ''] = token.split('.');
  const forged = [header, Buffer.from(Buffer.from(payload, 'base64url').toString().replace('of-tea', 'of-both')).toString('base64url'), signature].join('.');
  for (const wrong of [forged, 'nonsense', `${token}x`, 'a.b.c']) {
    const { code, lines } = await runTool({ ...seat(), who: null, env: { TEACHIFY_ACCESS_TOKEN: wrong } }, 'courses');
    expect([wrong.length, code, lines.at(-1)?.['code']]).toEqual([wrong.length, exitCodes.signIn, 'session_expired']);
    expect(JSON.stringify(lines)).not.toContain(wrong);
  }
});

it('with a keyring that lasts, the next process is signed in; the kernel’s, which forgets, is not taken for one', async () => {
  const keyring = await openKeyring();
  if (!keyring) throw new Error('gnome-keyring and dbus are part of the set-up');
  try {
    const lasting = { ...seat(), env: keyring.env };
    expect((await runTool(lasting, 'login')).lines).toMatchObject([{ event: 'signed_in', kept: true }]);
    expect((await runTool({ ...lasting, who: null }, 'courses')).code).toBe(exitCodes.ok);
    const finding = ({ lines }: { lines: readonly { event: string; [field: string]: unknown }[] }) => lines.find(({ check }) => check === 'keyring');
    expect(finding(await runTool(lasting, 'doctor'))).toMatchObject({ ok: true });

    const without = { ...seat(), data: temporaryFolder(), env: { DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nonexistent' } };
    expect((await runTool(without, 'login')).lines).toMatchObject([{ event: 'signed_in', kept: false }]);
    expect(finding(await runTool(without, 'doctor'))).toMatchObject({ ok: false, words: expect.stringContaining('that lasts') as string });
  } finally {
    await keyring.close();
  }
});

it('leaves a data folder alone in which another one works', async () => {
  line.setBandwidth(50_000);
  const first = startTool(seat(), 'download', 'making-tea', '--quality', '720p');
  while (told(first.lines, 'progress').length === 0) await sleep(20);
  expect((await runTool(seat(), 'list')).code).toBe(exitCodes.inUse);
  first.child.kill('SIGINT');
  expect(await first.ended).toBe(exitCodes.cancelled);
});

it('gives up when nothing comes, with the reason, and keeps what came', async () => {
  line.setBandwidth(400_000);
  const run = startTool(seat(), 'download', 'making-tea', '--quality', '720p', '--wait', '1');
  while (!told(run.lines, 'progress').some((one) => Number((one as { bytes_done?: number }).bytes_done) > 0)) await sleep(20);
  await line.cut();
  expect(await run.ended).toBe(exitCodes.line);
  expect(run.lines.at(-1)).toMatchObject({ event: 'gave_up', reason: 'unreachable' });
  await line.resume();
  expect(Object.values((await belongingsIn(data)).files).some((bytes) => bytes > 0)).toBe(true);
});

it('the doctor finds nothing wrong with what is well, and names what is not', async () => {
  const well = await runTool(seat(), 'doctor');
  const checks = new Map(well.lines.map((one) => [one['check'], one['ok']]));
  expect(Object.fromEntries(checks)).toMatchObject({ disk: true, databases: true, network: true, proxy: true });
  // Plain Node has no window to see it in, and does not pretend.
  expect(well.lines.find(({ check }) => check === 'gpu')).toMatchObject({ words: expect.stringMatching(/only where the app has a window|may not use/) as string });
  const ill = await runTool({ ...seat(), url: 'http://127.0.0.1:9' }, 'doctor');
  expect(ill.code).toBe(exitCodes.found);
  expect(ill.lines.find(({ check }) => check === 'network')).toMatchObject({ ok: false, words: expect.stringContaining('does not answer') as string });
});

it('the doctor looks at the folder where lessons lie, and says when it is not there', async () => {
  const folder = join(temporaryFolder(), 'lessons');
  mkdirSync(folder);
  const chosen = { ...seat(), data: temporaryFolder() };
  writeFileSync(join(chosen.data, 'settings.json'), JSON.stringify({ contentFolder: folder }));
  const disk = async () => (await runTool(chosen, 'doctor')).lines.find(({ check }) => check === 'disk');
  expect(await disk()).toMatchObject({ ok: true, words: expect.stringContaining(folder) as string });
  rmSync(folder, { recursive: true });
  expect(await disk()).toMatchObject({ ok: false, words: expect.stringContaining(`is not there (${folder})`) as string });
  expect(existsSync(folder)).toBe(false);
});

it('the doctor names a proxy that cannot be read, and not its password', async () => {
  const { code, lines } = await runTool({ ...seat(), env: { HTTP_PROXY: 'http://student:ho%rse@proxy.school.test:3128' } }, 'doctor');
  expect(code).toBe(exitCodes.found);
  expect(lines.find(({ check }) => check === 'proxy')).toMatchObject({ ok: false, words: expect.stringContaining('HTTP_PROXY cannot be read') as string });
  expect(JSON.stringify(lines)).not.toMatch(/ho%rse|horse/);
});

it('the doctor names a clock that is wrong, and a certificate that nobody vouches for', async () => {
  const right = server.clock.now() - Date.now();
  const clockOf = ({ lines }: { lines: readonly { event: string; [field: string]: unknown }[] }) => lines.find(({ check }) => check === 'clock');
  expect(clockOf(await runTool({ ...seat(), clockOffMs: right }, 'doctor'))).toMatchObject({ ok: true });
  const late = await runTool({ ...seat(), clockOffMs: right + 3 * 3600_000 }, 'doctor');
  expect(late.code).toBe(exitCodes.found);
  expect(clockOf(late)).toMatchObject({ ok: false, words: expect.stringContaining('180 minutes ahead') as string });
  const folder = temporaryFolder();
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', key, '-out', cert], { stdio: 'ignore' });
  const stranger = createServer({ key: readFileSync(key), cert: readFileSync(cert) }, (_, response) => response.writeHead(500).end()).listen(0, '127.0.0.1');
  await once(stranger, 'listening');
  try {
    const { code, lines } = await runTool({ ...seat(), url: `https://127.0.0.1:${(stranger.address() as AddressInfo).port}` }, 'doctor');
    expect(code).toBe(exitCodes.found);
    expect(lines.find(({ check }) => check === 'certificates')).toMatchObject({ ok: false, words: expect.stringMatching(/^https:.*\.$/) as string });
    // By the authority that the school added it is vouched for; that it is no school is another matter.
    const trusting = await runTool({ ...seat(), env: { TEACHIFY_EXTRA_CA_FILE: cert }, url: `https://127.0.0.1:${(stranger.address() as AddressInfo).port}` }, 'doctor');
    expect(trusting.lines.find(({ check, ok }) => check === 'certificates' && ok === false)).toBeUndefined();
    expect(trusting.lines.find(({ check }) => check === 'network')).toMatchObject({ ok: false });
  } finally {
    stranger.close();
  }
});
