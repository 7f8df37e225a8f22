import type { z } from 'zod';

/** Who is let in: anyone; whoever signed in; who is enrolled; teachers; who teaches the course; admins. */
export type Access = 'anyone' | 'person' | 'enrolled' | 'teacher' | 'teaches' | 'admin';

/** JSON by its schema; a type of content that is no JSON of ours; nothing. */
export type Content = z.ZodType | string | null;

/** What one route asks and answers; the path as Fastify writes it. Answers to HEAD are those to GET. */
export interface RouteDescription {
  readonly method: string;
  readonly path: string;
  readonly summary: string;
  readonly tag: string;
  readonly access: Access;
  readonly query?: z.ZodObject;
  readonly body?: Content;
  /** A body that fits, in the wire's own names. */
  readonly example?: unknown;
  readonly answers: Readonly<Record<number, Content>>;
}

/** Descriptions of one area. */
export function area(tag: string, routes: readonly [methodAndPath: string, access: Access, summary: string, rest: Omit<RouteDescription, 'method' | 'path' | 'summary' | 'tag' | 'access'>][]): RouteDescription[] {
  return routes.map(([methodAndPath, access, summary, rest]) => {
    const [method = '', path = ''] = methodAndPath.split(' ');
    return { method, path, tag, access, summary, ...rest };
  });
}
