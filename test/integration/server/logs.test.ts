import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { endpoints } from '../../../src/shared/api/endpoints.ts';
import { encodeTinySchool, people } from '../../harness/tiny-school.ts';

const endings: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

it('whoever reads the logs, at their most talkative, finds requests and no secret', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'teachify-logs-'));
  endings.push(() => rm(folder, { recursive: true, force: true }));
  const main = join(import.meta.dirname, '../../../src/server/main.ts');
  const args = ['--data', folder, '--port', '0', '--demo-school', await encodeTinySchool(), '--log-level', 'debug', '--access-log', join(folder, 'access.jsonl')];
  const child = spawn(process.execPath, [main, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const exited = once(child, 'close');
  endings.push(async () => {
    child.kill('SIGKILL');
    await exited;
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (bytes: Buffer) => void (output += bytes.toString()));
  await expect.poll(() => output).toMatch(/listening on http:\S+\n/);
  const url = /Teachify course server listening on (http:\S+)/.exec(output)?.[1] ?? '';

  const post = (path: string, body: object) => fetch(url + path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
  const answer = await post(endpoints.token(), { ...people.tea, device_id: 'laptop' });
  const { access_token: access, refresh_token: spent } = (await answer.json()) as Record<string, string>;
  const { refresh_token: fresh } = (await (await post(endpoints.refresh(), { refresh_token: spent })).json()) as Record<string, string>;
  const authorization = `Bearer ${access}`;
  await (await fetch(url + endpoints.courses(), { headers: { authorization, cookie: 'session=in-a-cookie' } })).text();
  await (await fetch(`${url}/api/courses?access_token=in-the-address`, { headers: { authorization } })).text();
  for (const path of ['/nowhere?token=in-the-address', '/%zz?token=in-the-address']) await (await fetch(url + path)).text();
  await (await post(endpoints.refresh(), { refresh_token: ['wrong', fresh] })).text();
  child.kill('SIGTERM');
  await exited;

  expect(output).toContain('"url":"/api/courses"');
  for (const secret of [people.tea.password, access, spent, fresh, 'in-a-cookie', 'in-the-address']) {
    expect(secret?.length).toBeGreaterThan(3);
    expect(output.split('\n').filter((line) => line.includes(String(secret)))).toEqual([]);
  }
});
