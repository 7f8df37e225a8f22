import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseEnv, promisify } from 'node:util';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { readOptions } from '../../../src/server/options.ts';
import { freePort } from '../../harness/free-port.ts';

const run = promisify(execFile);
const folder = join(import.meta.dirname, '../../../build/server');
const textOf = (name: string) => readFileSync(join(folder, name), 'utf8');
const serviceSchema = z.object({ image: z.string().optional(), environment: z.record(z.string(), z.string()).default({}), command: z.array(z.string()).optional(), volumes: z.array(z.string()).default([]) });
const compose = z
  .object({ name: z.string(), services: z.record(z.string(), serviceSchema), volumes: z.record(z.string(), z.null()) })
  .loose()
  .parse(parse(textOf('compose.yaml'), { merge: true }));
const example = parseEnv(textOf('compose.env.example'));

/** As compose puts the variables in. */
const filled = (text: string, env: NodeJS.Dict<string>) => text.replaceAll(/\$\{(\w+)(?::[?-][^}]*)?\}/g, (_, name: string) => env[name] ?? '');

it('compose.yaml names every image by its version', () => {
  const images = Object.values(compose.services).flatMap(({ image }) => image ?? []);
  expect(images.length).toBeGreaterThanOrEqual(5);
  for (const image of images) expect(image).toMatch(/:(\d+\.\d+(\.\d+)?|RELEASE\.[\dTZ-]+)$/);
  expect(textOf('Dockerfile')).toMatch(/^FROM node:\d+\.\d+\.\d+-trixie-slim$/m);
  expect(compose.services['postgres']?.image).toMatch(/^postgres:17\./);
});

it('its secrets are those of compose.env.example, and its volumes are declared', () => {
  const used = [...textOf('compose.yaml').matchAll(/\$\{(\w+)/g)].map(([, name]) => name);
  expect([...new Set(used)].toSorted()).toEqual(Object.keys(example).toSorted());
  const named = Object.values(compose.services).flatMap(({ volumes }) => volumes.map((volume) => volume.split(':')[0] ?? '').filter((name) => !name.startsWith('.')));
  expect([...new Set(named)].toSorted()).toEqual(Object.keys(compose.volumes).toSorted());
});

it('a server takes its settings, whatever signs the secrets hold, and no secret stands in an address', () => {
  const secret = `p@ss:w/rd?#%41&"' $x`;
  for (const name of ['server1', 'server2', 'backup']) {
    const { environment } = compose.services[name] ?? { environment: {} };
    const env = Object.fromEntries(Object.entries<string>(environment).map(([key, value]) => [key, filled(value, { ...example, POSTGRES_PASSWORD: secret, STORAGE_PASSWORD: secret })]));
    expect(readOptions([], env)).toMatchObject({ databaseUrl: 'postgresql://teachify@postgres/teachify', storage: 's3', s3Bucket: 'school', trustProxy: 'uniquelocal' });
    expect([env['PGPASSWORD'], env['AWS_SECRET_ACCESS_KEY']]).toEqual([secret, secret]);
  }
  const addresses = Object.values(compose.services).flatMap(({ environment }) => Object.values(environment).filter((value) => value.includes('://')));
  expect(addresses.filter((address) => address.includes('PASSWORD'))).toEqual([]);
});

it.each(['nginx.conf', 'compose-nginx.conf'])('nginx takes %s', async (name) => {
  const place = mkdtempSync(join(tmpdir(), 'teachify-nginx-'));
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((kind) => `${kind}_temp_path ${place}/${kind};`).join(' ');
  // What is there on a school's machines and not here: names, a user, a port and folders of root's.
  const text = textOf(name)
    .replaceAll(/server[12]:8000/g, '127.0.0.1:8000')
    .replace('user teachify;', '')
    .replace('pid /run/nginx.pid;', '')
    .replace('/var/cache/nginx/media', join(place, 'media'))
    .replace('/var/cache/teachify-leave', join(place, 'leave'))
    .replace('listen 80;', `listen 127.0.0.1:${await freePort()};`)
    .replace('server_tokens off;', `server_tokens off; ${temporary}`);
  const file = join(place, 'nginx.conf');
  writeFileSync(file, text);
  const check = () => run('nginx', ['-t', '-p', place, '-c', file, '-g', `pid ${place}/nginx.pid;`], { env: { ...process.env, PATH: `${process.env['PATH']}:/usr/sbin` } });
  try {
    expect((await check()).stderr).toContain('test is successful');
    writeFileSync(file, text.replace('proxy_http_version 1.1;', 'proxy_http_versoin 1.1;'));
    await expect(check()).rejects.toThrow('proxy_http_versoin');
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
});
