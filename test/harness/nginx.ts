import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from './free-port.ts';

export interface Nginx {
  readonly url: string;
  close(): Promise<void>;
}

interface Before {
  /** The course server's port, and its media folder. */
  readonly port: number;
  readonly media: string;
  /** More for its `server` block. */
  readonly more?: string;
}

/** A real nginx with build/server/nginx.conf, its places put in as docs/server.md says. */
export async function startNginx({ port: upstream, media, more = '' }: Before): Promise<Nginx> {
  const folder = await mkdtemp(join(tmpdir(), 'teachify-nginx-'));
  const port = await freePort();
  const given = await readFile(join(import.meta.dirname, '../../build/server/nginx.conf'), 'utf8');
  // Where a user may write who is not root.
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${folder}/${name};`).join(' ');
  const config = [
    ['user teachify;', process.getuid?.() === 0 ? 'user root;' : ''],
    ['pid /run/nginx.pid;', `pid ${folder}/nginx.pid;`],
    ['default_type application/octet-stream;', `default_type application/octet-stream; ${temporary}`],
    ['127.0.0.1:8000', `127.0.0.1:${upstream}`],
    ['listen 80;', `listen 127.0.0.1:${port}; ${more}`],
    ['/var/cache/teachify-leave', join(folder, 'leave')],
    ['root /var/lib/teachify/media/', `root ${media}/`],
    ['alias /var/lib/teachify/media/', `alias ${media}/`],
  ].reduce((text, [from = '', to = '']) => {
    if (!text.includes(from)) throw new Error(`build/server/nginx.conf has no "${from}"`);
    return text.replace(from, to);
  }, given);
  const file = join(folder, 'nginx.conf');
  await writeFile(file, config);
  const child = spawn('nginx', ['-p', folder, '-c', file, '-g', 'daemon off;'], { stdio: ['ignore', 'inherit', 'inherit'], env: { ...process.env, PATH: `${process.env['PATH']}:/usr/sbin` } });
  for (let tries = 0; !(await answers(port)); tries += 1) {
    if (child.exitCode !== null || tries > 2_400) throw new Error(`nginx did not start (${child.exitCode})`);
    await sleep(25);
  }
  return {
    url: `http://127.0.0.1:${port}`,
    close: async () => {
      const ended = child.exitCode === null ? once(child, 'exit') : null;
      child.kill('SIGTERM');
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function answers(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  const connected = await once(socket, 'connect').then(() => true, () => false);
  socket.destroy();
  return connected;
}
