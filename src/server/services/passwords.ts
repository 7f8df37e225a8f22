import { hash, verify } from '@node-rs/argon2';

/** argon2id (2 in the library's numbering), 19 MiB, two passes: OWASP's recommendation, about 6 ms off the main thread. */
const cost = { algorithm: 2, memoryCost: 19 * 1024, timeCost: 2, parallelism: 1 } as const;

/** In place of a hash, for someone who cannot sign in yet. */
export const noPassword = '-';

export async function hashPassword(password: string): Promise<string> {
  return hash(password, cost);
}

/** Takes as long for nobody as for somebody, so that an answer's time does not tell who exists. */
export async function passwordMatches(stored: string | undefined, password: string): Promise<boolean> {
  if (stored === undefined || stored === noPassword) {
    await hash(password, cost);
    return false;
  }
  return verify(stored, password);
}
