/**
 * Whether an If-None-Match header names this entity tag (quoted), by the weak comparison of RFC 9110 8.8.3.2: a proxy that
 * compresses weakens our tags, and its clients shall still be answered with 304.
 */
export function etagMatches(header: string | undefined, quoted: string): boolean {
  return header !== undefined && header.split(',').some((tag) => ['*', quoted, `W/${quoted}`].includes(tag.trim()));
}
