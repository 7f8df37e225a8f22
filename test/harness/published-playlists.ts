import { breachesOf as breaches } from './rfc8216/presentation.ts';
import type { Visitor } from './school-server.ts';

/** What a lesson's playlists break of RFC 8216, as this student gets them, down to every segment and key. */
export function breachesOf(url: string, student: Visitor): Promise<string[]> {
  const path = (address: string) => new URL(address).pathname;
  return breaches(url, {
    text: async (address) => (await found(student.get(path(address)))).text(),
    size: async (address) => (await (await found(student.get(path(address)))).arrayBuffer()).byteLength,
  });
}

async function found(asked: Promise<Response>): Promise<Response> {
  const answer = await asked;
  if (!answer.ok) throw new Error(`${answer.url} answered ${answer.status}`);
  return answer;
}
