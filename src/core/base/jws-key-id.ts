import { decodeProtectedHeader } from 'jose';

/** Which key a JWS (RFC 7515, detached or not) says it is signed with; undefined when it says none, or is no JWS. */
export function jwsKeyId(jws: string): string | undefined {
  try {
    return decodeProtectedHeader(jws).kid;
  } catch {
    return undefined;
  }
}
