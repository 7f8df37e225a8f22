import { closeSync, openSync, writeSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import S3rver from 's3rver';
import { freePort } from '../free-port.ts';
import { noFaults, refuses, spoilBody, type Faults } from './faults.ts';

export interface S3Server {
  readonly endpoint: string;
  readonly bucket: string;
  readonly faults: Faults;
  /** How many parts of files more it refuses with a 503. */
  readonly parts: { refused: number };
  /** Uploads in parts that it was asked to forget, which s3rver cannot: it says no to that as to a key without the right. */
  readonly aborted: readonly string[];
  /** The environment a program needs to use it. */
  readonly env: Readonly<Record<string, string>>;
  /** Lets go of every connection and takes no more, as when its machine is switched off; in the middle of a file when `puts` more are there. */
  stop(puts?: number): Promise<void>;
  /** At the address where it was, with what it had. */
  start(): Promise<void>;
  close(): Promise<void>;
}

/** s3rver on loopback, with the faults of a real one on demand. */
export async function startS3Server(): Promise<S3Server> {
  const directory = await mkdtemp(join(tmpdir(), 'teachify-s3-'));
  const bucket = 'school';
  const s3 = new S3rver({ directory, silent: true, vhostBuckets: false, configureBuckets: [{ name: bucket }] });
  await s3.configureBuckets();
  const answer = s3.callback();
  const faults = noFaults();
  const parts = { refused: 0 };
  const aborted: string[] = [];
  let stopping: { puts: number; readonly done: () => void } | null = null;
  const server = createServer((request, response) => {
    if (stopping && request.method === 'PUT' && (stopping.puts -= 1) < 0) return switchOff();
    if (refuses(faults, request, response)) return;
    if (request.method === 'GET' && !request.url?.includes('?list-type')) spoilBody(faults, response);
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://s3');
    const uploadId = searchParams.get('uploadId');
    if (request.method === 'DELETE' && uploadId !== null) {
      aborted.push(uploadId);
      return void response.writeHead(403, { 'content-type': 'application/xml' }).end('<?xml version="1.0"?><Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>');
    }
    if (searchParams.has('partNumber') && parts.refused > 0) {
      parts.refused -= 1;
      request.resume();
      return void response.writeHead(503, { 'content-length': 0 }).end();
    }
    const isPut = request.method === 'PUT' || (request.method === 'POST' && searchParams.has('uploadId'));
    if (isPut && !searchParams.has('partNumber') && faults.damages > 0) {
      faults.damages -= 1;
      const end = response.end.bind(response);
      response.end = ((...rest: unknown[]) => {
        overwriteMiddle(join(directory, `${decodeURIComponent(pathname)}._S3rver_object`));
        return end(...(rest as []));
      }) as typeof response.end;
    }
    answer(request, response);
  });
  const listen = (port: number) => new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const switchOff = () => {
    server.close(stopping?.done);
    server.closeAllConnections();
    stopping = null;
  };
  const port = await freePort();
  await listen(port);
  const endpoint = `http://127.0.0.1:${port}`;
  return {
    endpoint,
    bucket,
    faults,
    parts,
    aborted,
    env: { AWS_ACCESS_KEY_ID: 'S3RVER', AWS_SECRET_ACCESS_KEY: 'S3RVER', S3_ENDPOINT: endpoint, S3_BUCKET: bucket },
    stop: (puts) =>
      new Promise((done) => {
        stopping = { puts: puts ?? 0, done };
        if (puts === undefined) switchOff();
      }),
    start: () => listen(port),
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await rm(directory, { recursive: true, force: true });
    },
  };
}

function overwriteMiddle(file: string): void {
  const handle = openSync(file, 'r+');
  writeSync(handle, 'damaged', 5);
  closeSync(handle);
}
