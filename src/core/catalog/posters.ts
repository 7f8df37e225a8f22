import { createHash } from 'node:crypto';
import { z } from 'zod';
import { addressOf } from '../../shared/api/endpoints.ts';
import type { Logger } from '../base/logger.ts';
import type { Connection } from '../database/connection.ts';
import { guarded } from '../database/failures.ts';
import type { Transport } from '../net/ports.ts';

const largestBytes = 4 * 1024 * 1024;

export interface Picture {
  readonly bytes: Uint8Array;
  readonly mimeType: string;
}

interface Dependencies {
  readonly database: Connection;
  readonly transport: Transport;
  readonly logger: Logger;
}

const posterRow = z.object({
  server: z.string(),
  path: z.string(),
  mime_type: z.string().nullable(),
  bytes: z.instanceof(Uint8Array).nullable(),
});

/** Public pictures of courses and lessons, kept once they were seen. */
export class Posters {
  readonly #deps: Dependencies;
  readonly #fetching = new Map<string, Promise<Picture | null>>();

  constructor(dependencies: Dependencies) {
    this.#deps = dependencies;
  }

  /** The id under which a server's picture is asked for; the same for everyone here. */
  idOf(server: string, path: string): string {
    return createHash('sha256').update(addressOf(server, path)).digest('hex').slice(0, 32);
  }

  /** Makes pictures known, so that they can be asked for by id. */
  async register(server: string, paths: readonly string[]): Promise<void> {
    const insert = this.#deps.database.prepare('INSERT OR IGNORE INTO posters (id, server, path) VALUES (?, ?, ?)');
    const work = () => paths.forEach((path) => insert.run(this.idOf(server, path), server, path));
    guarded('content', () => this.#deps.database.transaction(work).immediate());
  }

  /** From disk, else from the server and then kept. Null when it is not known or cannot be had now. */
  async picture(id: string): Promise<Picture | null> {
    const row = guarded('content', () => this.#deps.database.prepare('SELECT server, path, mime_type, bytes FROM posters WHERE id = ?').get(id));
    if (row === undefined) return null;
    const { server, path, mime_type, bytes } = posterRow.parse(row);
    if (bytes && mime_type) return { bytes, mimeType: mime_type };
    const fetching = this.#fetching.get(id) ?? this.#fetch(id, server, path).finally(() => this.#fetching.delete(id));
    this.#fetching.set(id, fetching);
    return fetching;
  }

  /** Fetches what is missing, one after the other, for the day without a line. */
  async fetchMissing(ids: readonly string[]): Promise<void> {
    for (const id of ids) if ((await this.picture(id)) === null) return;
  }

  async #fetch(id: string, server: string, path: string): Promise<Picture | null> {
    const { transport, database, logger } = this.#deps;
    try {
      const response = await transport({ method: 'GET', url: addressOf(server, path), headers: { accept: 'image/*' } });
      const bytes = await readBytes(response.body);
      const mimeType = pictureType(response.headers['content-type'] ?? '');
      if (response.status !== 200 || bytes === null || mimeType === null || !isWhatItsNameSays(path, bytes)) return null;
      guarded('content', () => database.prepare('UPDATE posters SET bytes = ?, mime_type = ? WHERE id = ?').run(bytes, mimeType, id));
      return { bytes, mimeType };
    } catch (error) {
      logger.debug('a poster could not be had', { error });
      return null;
    }
  }
}

/** Null when it is longer than a poster can be. */
async function readBytes(body: AsyncIterable<Uint8Array>): Promise<Uint8Array | null> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body) {
    length += chunk.length;
    if (length > largestBytes) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Pictures that cannot carry script. */
function pictureType(contentType: string): string | null {
  const type = contentType.split(';', 1)[0]?.trim().toLowerCase() ?? '';
  return /^image\/(jpeg|png|webp|avif|gif)$/.test(type) ? type : null;
}

/** A published file is named by its hash, so a portal's picture is not taken for it. */
function isWhatItsNameSays(path: string, bytes: Uint8Array): boolean {
  const named = /\/([0-9a-f]{64})$/.exec(path)?.[1];
  return named === undefined || createHash('sha256').update(bytes).digest('hex') === named;
}
