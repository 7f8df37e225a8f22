import type { FastifyRequest } from 'fastify';
import { ZodError, type z } from 'zod';
import type { ServerInfo } from '../../shared/api/auth.ts';
import { fromWire, snakeCase } from '../../shared/api/codec.ts';
import type { AuditEntry, EnrolmentReport } from '../../shared/api/school.ts';
import { TeachifyError } from '../../shared/errors.ts';
import { sessionExpired } from '../errors.ts';
import type { Jobs } from '../jobs/ports.ts';
import type { Attachments } from '../services/attachments.ts';
import type { Actor } from '../services/audit.ts';
import type { AuthorizationCodes } from '../services/authorization-codes.ts';
import type { Classes } from '../services/classes.ts';
import type { Courses } from '../services/courses.ts';
import type { Enrolments } from '../services/enrolments.ts';
import type { LeaseIssuer } from '../services/leases.ts';
import type { People } from '../services/people.ts';
import type { PlainProgressBook } from '../services/plain-progress.ts';
import type { MediaKind } from '../services/media-kinds.ts';
import type { ProgressLedger } from '../services/progress.ts';
import type { ProgressFiles } from '../services/progress-files.ts';
import type { School } from '../services/school.ts';
import type { SchoolKeys } from '../services/school-keys.ts';
import type { Caller, Sessions } from '../services/sessions.ts';
import type { SignInGuard } from '../services/sign-in-guard.ts';
import type { Teaching } from '../services/teaching.ts';
import type { MediaStorage } from '../storage/ports.ts';
import type { Uploads } from '../uploads/uploads.ts';
import type { FileSender } from './send-file.ts';

/** What routes are handed. */
export interface Services {
  readonly sessions: Sessions;
  readonly codes: AuthorizationCodes;
  readonly guard: SignInGuard;
  readonly keys: Pick<SchoolKeys, 'published' | 'schoolId'>;
  readonly school: School;
  readonly leases: LeaseIssuer;
  readonly media: MediaStorage;
  readonly attachments: Attachments;
  readonly people: People;
  readonly classes: Classes;
  readonly courses: Courses;
  readonly enrolments: Enrolments;
  /** Enrols everyone of a list; see enrolment-list.ts. */
  readonly enrolList: (actor: Actor, courseId: string, text: string) => Promise<EnrolmentReport>;
  /** Writes down who did what. */
  readonly record: (actor: Actor, action: string, target: string, details: object) => Promise<void>;
  /** What was done at the school before a time, the latest first. */
  readonly audit: (before?: number) => Promise<AuditEntry[]>;
  readonly plainProgress: PlainProgressBook;
  readonly files: FileSender;
  readonly mediaKind: (sha256: string) => Promise<MediaKind>;
  /** Where clients get media instead, followed by a slash and the name. */
  readonly mediaBaseUrl: string | undefined;
  readonly progress: ProgressLedger;
  readonly progressFiles: ProgressFiles;
  readonly teaching: Teaching;
  readonly jobs: Jobs;
  readonly uploads: Uploads;
  /** Folder of what lessons are made of. */
  readonly sources: string;
  readonly serverInfo: () => Promise<ServerInfo>;
  /** Of this program. */
  readonly version: string;
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
