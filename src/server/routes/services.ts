import type { FastifyRequest } from 'fastify';
import { ZodError, type z } from 'zod';
import type { ServerInfo } from '../../shared/api/auth.ts';
import { fromWire, snakeCase } from '../../shared/api/codec.ts';
import { TeachifyError } from '../../shared/errors.ts';
import { sessionExpired } from '../errors.ts';
import type { Jobs } from '../jobs/ports.ts';
import type { LeaseIssuer } from '../services/leases.ts';
import type { MediaFolder } from '../services/media-folder.ts';
import type { ProgressLedger } from '../services/progress.ts';
import type { School } from '../services/school.ts';
import type { Caller, Sessions } from '../services/sessions.ts';
import type { Uploads } from '../uploads/uploads.ts';

/** What routes are handed. */
export interface Services {
  readonly sessions: Sessions;
  readonly school: School;
  readonly leases: LeaseIssuer;
  readonly media: MediaFolder;
  readonly progress: ProgressLedger;
  readonly jobs: Jobs;
  readonly uploads: Uploads;
  /** Folder of what lessons are made of. */
  readonly sources: string;
  readonly serverInfo: () => Promise<ServerInfo>;
}

declare module 'fastify' {
  interface FastifyReply {
    /** Sends a value as snake_case JSON; the schema is the compiler's witness of its shape. */
    wire<Schema extends z.ZodType>(schema: Schema, value: z.output<Schema>): this;
  }
}

/** The parsed body, or bad_request naming the first field that does not fit. */
export function body<Schema extends z.ZodType>(schema: Schema, request: FastifyRequest): z.output<Schema> {
  return parse(schema, request.body);
}

export function parse<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  try {
    return fromWire(schema, value);
  } catch (error) {
    const first = error instanceof ZodError ? error.issues[0] : undefined;
    // A schema's message names what it wanted, never what it was given: no password comes back.
    const where = first ? `: ${first.path.map((part) => snakeCase(String(part))).join('.') || 'body'}: ${first.message}` : '';
    throw new TeachifyError('bad_request', `The request does not fit${where}`, { cause: error });
  }
}

/** Who asks. Throws session_expired when the bearer token is missing or not valid. */
export async function caller(sessions: Sessions, request: FastifyRequest): Promise<Caller> {
  const match = /^bearer +([A-Za-z0-9._-]{20,4096})$/i.exec(request.headers.authorization ?? '');
  if (!match?.[1]) throw sessionExpired('Sign in first');
  return sessions.verify(match[1]);
}
