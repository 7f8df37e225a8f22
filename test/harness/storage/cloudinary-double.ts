import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { parseByteRange } from '../../../src/server/byte-range.ts';
import { noFaults, refuses, spoilBody, type Faults } from './faults.ts';

export interface CloudinaryDouble {
  /** For CLOUDINARY_URL. */
  readonly url: string;
  readonly faults: Faults;
  /** Requests whose signature or password was wrong. */
  readonly forgeries: string[];
  close(): Promise<void>;
}

const account = { cloud: 'school', key: '123456789', secret: 'a secret of nobody' };
const smallestChunk = 5_000_000;

/** Cloudinary's HTTP API for raw files of the type `authenticated`, as its documentation has it; every signature is checked. */
export async function startCloudinaryDouble(): Promise<CloudinaryDouble> {
  const files = new Map<string, Buffer>();
  const uploads = new Map<string, Buffer[]>();
  const faults = noFaults();
  const forgeries: string[] = [];

  const refuse = (response: ServerResponse, status: number, message: string) => send(response, status, { error: { message } });
  const isSigned = (fields: ReadonlyMap<string, string>) => {
    const signed = [...fields].filter(([name]) => !['file', 'cloud_name', 'resource_type', 'api_key', 'signature'].includes(name)).sort(([a], [b]) => (a < b ? -1 : 1));
    const text = signed.map(([name, value]) => `${name}=${value}`.replaceAll('&', '%26')).join('&');
    const isFresh = Math.abs(Date.now() / 1000 - Number(fields.get('timestamp'))) < 3600;
    return isFresh && fields.get('api_key') === account.key && fields.get('signature') === createHash('sha1').update(text + account.secret).digest('hex');
  };
  const isAdmin = (request: IncomingMessage) => request.headers.authorization === `Basic ${Buffer.from(`${account.key}:${account.secret}`).toString('base64')}`;

  const upload = (request: IncomingMessage, response: ServerResponse, fields: ReadonlyMap<string, string>, bytes: Buffer) => {
    const id = fields.get('public_id') ?? '';
    const [, start = '0', , total = ''] = /^bytes (\d+)-(\d+)\/(-?\d+)$/.exec(request.headers['content-range'] ?? '') ?? [];
    const isLast = total === '' || Number(total) === Number(start) + bytes.length;
    if (!isLast && bytes.length < smallestChunk) return refuse(response, 400, 'Chunks are of 5 MB at least');
    const uploadId = String(request.headers['x-unique-upload-id']);
    const chunks = [...(uploads.get(uploadId) ?? []), bytes];
    if (!isLast) {
      uploads.set(uploadId, chunks);
      return send(response, 200, { done: false, bytes: bytes.length });
    }
    uploads.delete(uploadId);
    const whole = Buffer.concat(chunks);
    if (total !== '' && whole.length !== Number(total)) return refuse(response, 400, 'Chunks are missing');
    if (faults.damages > 0) {
      faults.damages -= 1;
      whole.write('damaged', 5);
    }
    files.set(id, whole);
    return send(response, 200, { public_id: id, resource_type: 'raw', type: fields.get('type'), bytes: whole.length, etag: createHash('md5').update(whole).digest('hex') });
  };

  const deliver = (request: IncomingMessage, response: ServerResponse, path: string) => {
    const [, signature = '', id = ''] = /^\/school\/raw\/authenticated\/s--([\w-]{8})--\/v1\/(.+)$/.exec(path) ?? [];
    const right = createHash('sha1').update(id + account.secret).digest('base64url').slice(0, 8);
    if (signature !== right) {
      forgeries.push(path);
      return refuse(response, 401, 'Wrong signature');
    }
    const file = files.get(id);
    if (!file) return refuse(response, 404, 'Resource not found');
    const range = parseByteRange(request.headers.range, file.length);
    if (range === 'unsatisfiable') return refuse(response, 416, 'No such range');
    const { start, end } = range === 'all' ? { start: 0, end: file.length - 1 } : range;
    response.writeHead(range === 'all' ? 200 : 206, { 'content-length': end - start + 1, ...(range === 'all' ? {} : { 'content-range': `bytes ${start}-${end}/${file.length}` }) });
    if (request.method === 'HEAD') return response.end();
    spoilBody(faults, response);
    for (let at = start; at <= end; at += 64 * 1024) response.write(file.subarray(at, Math.min(end + 1, at + 64 * 1024)));
    return response.end();
  };

  const manage = (response: ServerResponse, path: string, query: URLSearchParams) => {
    const id = decodeURIComponent(path.slice('/v1_1/school/resources/raw/authenticated'.length).replace(/^\//, ''));
    const found = files.get(id);
    if (id) return found ? send(response, 200, { public_id: id, bytes: found.length }) : refuse(response, 404, `Resource not found - ${id}`);
    const from = Number(query.get('next_cursor') ?? 0);
    const names = [...files.keys()].filter((name) => name.startsWith(query.get('prefix') ?? ''));
    // Two a page, however many were asked for: whoever forgets the cursor misses the rest.
    const page = names.slice(from, from + 2).map((name) => ({ public_id: name, bytes: files.get(name)?.length }));
    return send(response, 200, { resources: page, ...(from + 2 < names.length ? { next_cursor: String(from + 2) } : {}) });
  };

  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    if (refuses(faults, request, response)) return;
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://cloudinary');
    if (request.method === 'GET' && pathname.startsWith('/v1_1/school/resources/raw/authenticated')) {
      if (isAdmin(request)) return void manage(response, pathname, searchParams);
      forgeries.push(pathname);
      return void refuse(response, 401, 'Wrong password');
    }
    if (request.method !== 'POST') return void deliver(request, response, pathname);
    const { fields, file } = await formOf(request);
    if (!isSigned(fields)) {
      forgeries.push(pathname);
      return void refuse(response, 401, 'Invalid Signature');
    }
    if (pathname === '/v1_1/school/raw/upload') return void upload(request, response, fields, file);
    if (pathname !== '/v1_1/school/raw/destroy') return void refuse(response, 404, 'No such method');
    send(response, 200, { result: files.delete(fields.get('public_id') ?? '') ? 'ok' : 'not found' });
  };

  const server = createServer((request, response) => void answer(request, response).catch((error: unknown) => response.destroy(error as Error)));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: `cloudinary://${account.key}:${encodeURIComponent(account.secret)}@${account.cloud}?upload_prefix=http://${host}&secure=false&cname=${host}`,
    faults,
    forgeries,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function formOf(request: IncomingMessage): Promise<{ fields: Map<string, string>; file: Buffer }> {
  const form = await new Response(await buffer(request), { headers: { 'content-type': request.headers['content-type'] ?? '' } }).formData();
  const fields = new Map<string, string>();
  let file = Buffer.alloc(0);
  for (const [name, value] of form) {
    if (typeof value === 'string') fields.set(name, value);
    else file = Buffer.from(await value.arrayBuffer());
  }
  return { fields, file };
}

function send(response: ServerResponse, status: number, body: unknown): void {
  const text = JSON.stringify(body);
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }).end(text);
}
