import { decodeJwt } from 'jose';
import { z } from 'zod';
import { TeachifyError } from '../../shared/errors.ts';

/** RFC 9068 2.2; the school reads the rest. */
const claimsSchema = z.object({ sub: z.string().min(1).max(64), exp: z.number().positive() });

/** What an access token says of itself, which only the school can vouch for. Throws session_expired for what is none. */
export function readBearer(accessToken: string): { studentId: string; endsAtMs: number } {
  try {
    const { sub, exp } = claimsSchema.parse(decodeJwt(accessToken));
    return { studentId: sub, endsAtMs: exp * 1000 };
  } catch {
    // Without its cause, which might quote the token.
    throw new TeachifyError('session_expired', 'This is no access token of a school');
  }
}
