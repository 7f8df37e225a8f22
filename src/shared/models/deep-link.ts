import { z } from 'zod';
import { idSchema } from '../api/catalog.ts';
import { deepLinkScheme } from './deep-link-scheme.ts';

/** What an address from outside may ask of the app; anything else asks nothing. None of them acts without the student. */
export const deepLinkSchema = z.discriminatedUnion('action', [
  z.object({ action: z.literal('lesson'), lessonId: idSchema }),
  z.object({ action: z.literal('course'), courseId: idSchema }),
  /** Fills in the address of a school's server; the student decides. */
  z.object({ action: z.literal('connect'), serverUrl: z.url({ protocol: /^https?$/ }).max(2000) }),
]);
export type DeepLink = z.infer<typeof deepLinkSchema>;

const maxLength = 4096;

/**
 * Reads `teachify://lesson/<id>`, `teachify://course/<id>` or `teachify://connect?server=<address>`, to the letter:
 * an address with anything more in it is none. Null for all else; never throws.
 */
export function parseDeepLink(text: string): DeepLink | null {
  const url = text.length <= maxLength ? URL.parse(text) : null;
  if (!url || url.protocol !== `${deepLinkScheme}:` || url.username || url.password || url.port || url.hash) return null;
  return deepLinkSchema.safeParse(url.hostname === 'connect' ? connectOf(url) : placeOf(url)).data ?? null;
}

function placeOf({ hostname, pathname, search }: URL): unknown {
  if (search) return null;
  const id = pathname.slice(1);
  return hostname === 'lesson' ? { action: 'lesson', lessonId: id } : { action: hostname, courseId: id };
}

function connectOf({ pathname, searchParams }: URL): unknown {
  const [only, ...others] = [...searchParams];
  if (others.length > 0 || only?.[0] !== 'server' || (pathname !== '' && pathname !== '/')) return null;
  const server = URL.parse(only[1]);
  if (!server || server.username || server.password || server.search || server.hash) return null;
  return { action: 'connect', serverUrl: only[1] };
}
