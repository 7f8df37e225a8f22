import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { statSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, expect, it, onTestFinished } from 'vitest';
import { tokenResponseSchema } from '../../../src/shared/api/auth.ts';
import { fromWire } from '../../../src/shared/api/codec.ts';
import { endpoints } from '../../../src/shared/api/endpoints.ts';
import { startServer } from '../../../src/server/compose.ts';
import { startCourseServer, type CourseServer } from '../../harness/course-server.ts';
import { startSchoolServer, type SchoolServer } from '../../harness/school-server.ts';
import { temporaryFolder } from '../../harness/temporary-folder.ts';
import { encodeTinySchool, people } from '../../harness/tiny-school.ts';

let opened: CourseServer | SchoolServer | null = null;
afterEach(async () => {
  await opened?.close();
  opened = null;
});

async function accessToken(url: string): Promise<string> {
  const body = JSON.stringify({ ...people.tea, device_id: 'laptop' });
  const answer = await fetch(`${url}${endpoints.token()}`, { method: 'POST', body, headers: { 'content-type': 'application/json' } });
  return fromWire(tokenResponseSchema, await answer.json()).accessToken;
}

/** A sign-in whose body has not left yet, known to have been taken up by the server. */
async function halfRequest(url: string, body: string): Promise<{ socket: Socket; answer: Promise<string> }> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  const head = [`POST ${endpoints.token()} HTTP/1.1`, `Host: ${hostname}`, 'Content-Type: application/json', `Content-Length: ${body.length}`];
  socket.write(`${[...head, 'Expect: 100-continue', 'Connection: close'].join('\r\n')}\r\n\r\n`);
  const [first] = (await once(socket, 'data')) as [Buffer];
  expect(first.toString()).toContain('100 Continue');
  const answer = new Promise<string>((resolve) => {
    let text = '';
    socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
    socket.on('error', () => {});
    socket.on('close', () => resolve(text));
  });
  return { socket, answer };
}

async function untilNobodyListens(url: string): Promise<void> {
  const { hostname, port } = new URL(url);
  for (;;) {
    const attempt = connect(Number(port), hostname);
    const refused = await once(attempt, 'connect').then(() => false, () => true);
    attempt.destroy();
    if (refused) return;
  }
}

it('a request that has begun when the server is told to stop gets its answer', async () => {
  const server = await startCourseServer({ school: await encodeTinySchool() });
  opened = server;
  const body = JSON.stringify({ ...people.tea, device_id: 'laptop' });
  const { socket, answer } = await halfRequest(server.url, body);
  const stopped = server.stop();
  await untilNobodyListens(server.url);
  socket.write(body);
  expect(await answer).toMatch(/^HTTP\/1.1 200 /);
  await stopped;
});

it('a stop that is said twice, as Ctrl-C under npm does, is still one that waits for answers', async () => {
  const server = await startCourseServer({ school: await encodeTinySchool() });
  opened = server;
  const body = JSON.stringify({ ...people.tea, device_id: 'laptop' });
  const { socket, answer } = await halfRequest(server.url, body);
  const stopped = server.stop();
  await untilNobodyListens(server.url);
  server.signal('SIGTERM');
  server.signal('SIGINT');
  socket.write(body);
  expect(await answer).toMatch(/^HTTP\/1.1 200 /);
  await stopped;
});

it('a client that never finishes does not keep the server from stopping', async () => {
  const server = await startCourseServer({ school: await encodeTinySchool() });
  opened = server;
  const { answer } = await halfRequest(server.url, '{"never": "sent"}');
  await server.stop();
  expect(await answer).not.toMatch(/^HTTP\/1.1 200 /);
});

it.runIf(process.platform !== 'win32')('a SIGTERM to the npm that started it ends the server too, though npm and its shell are gone without a word', async () => {
  const args = ['run', '--silent', 'server', '--', '--data', temporaryFolder(), '--port', '0', '--log-level', 'warn'];
  // A group of its own, so that nothing of it outlives a test that fails.
  const npm = spawn('npm', args, { cwd: join(import.meta.dirname, '../../..'), env: { ...process.env, TEACHIFY_INSTALLED: '1' }, detached: true, stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => {
    try {
      if (npm.pid) process.kill(-npm.pid, 'SIGKILL');
    } catch {
      // Nothing of it is left, as it should be.
    }
  });
  const url = await new Promise<string>((resolve, reject) => {
    createInterface(npm.stdout).on('line', (line) => line.includes('listening on') && resolve(/http:\S+/.exec(line)?.[0] ?? ''));
    npm.once('exit', (code) => reject(new Error(`npm ended with ${code}`)));
  });
  expect((await fetch(`${url}/healthz`)).status).toBe(200);
  // Its output ends with the last of those who write to it.
  const silent = once(npm.stdout, 'end');
  npm.kill('SIGTERM');
  await untilNobodyListens(url);
  await silent;
});

it('after a stop and a start everything is as it was: key, tokens, lessons, bytes, progress', async () => {
  const server = await startCourseServer({ school: await encodeTinySchool() });
  opened = server;
  const token = await accessToken(server.url);
  const everything = async () => {
    const paths = [endpoints.courses(), endpoints.course('tea'), endpoints.manifest('making-tea'), endpoints.playlist('making-tea', 'playlist_360p.m3u8'), endpoints.progress()];
    const answers = await Promise.all(paths.map((path) => fetch(`${server.url}${path}`, { headers: { authorization: `Bearer ${token}` } })));
    expect(answers.map(({ status }) => status)).toEqual(paths.map(() => 200));
    const info = (await (await fetch(`${server.url}${endpoints.server()}`)).json()) as { signing_key: object };
    return [info.signing_key, ...(await Promise.all(answers.map((answer) => answer.text())))];
  };
  const before = await everything();
  await server.stop();
  await server.start();
  expect(await everything()).toEqual(before);
});

it('a revision is published once, however often the server starts', async () => {
  const server = await startSchoolServer();
  opened = server;
  const revision = async () => {
    const answer = await (await server.signIn('tea')).get(endpoints.lesson('making-tea'));
    return ((await answer.json()) as { revision: number }).revision;
  };
  expect(await revision()).toBe(1);
  await server.restart();
  await server.restart();
  expect(await revision()).toBe(1);
});

it('a session and its spent tokens outlive a restart', async () => {
  const server = await startSchoolServer();
  opened = server;
  const { tokens } = await server.signIn('tea');
  const refresh = (refreshToken: string | undefined) => server.anyone.post(endpoints.refresh(), { refresh_token: refreshToken });
  const second = fromWire(tokenResponseSchema, await (await refresh(tokens?.refreshToken)).json());
  await server.restart();
  expect((await refresh(second.refreshToken)).status).toBe(200);
  await server.restart();
  await server.clock.advance(11_000);
  expect((await refresh(tokens?.refreshToken)).status).toBe(401);
});

it.runIf(process.platform !== 'win32')('a data folder that the server makes, with its keys, is for its own user', async () => {
  const data = join(temporaryFolder(), 'deep', 'data');
  const server = await startServer({ port: 0, host: '127.0.0.1', data, logLevel: 'silent' }, { now: () => Date.now(), say: () => {}, version: 'test' });
  await server.close();
  expect([data, join(data, 'keys.json')].map((path) => statSync(path).mode & 0o777)).toEqual([0o700, 0o600]);
});

const hasIpv6 = Object.values(networkInterfaces()).some((addresses) => addresses?.some(({ address }) => address === '::1'));

it.runIf(hasIpv6)('on IPv6 the address it tells can be asked', async () => {
  const options = { port: 0, host: '::1', data: temporaryFolder(), logLevel: 'silent' as const };
  const server = await startServer(options, { now: () => Date.now(), say: () => {}, version: 'test' });
  const answer = await fetch(`${server.url}/readyz`).finally(() => server.close());
  expect(await answer.json()).toEqual({ status: 'ready' });
});
