import { compactVerify, importJWK } from 'jose';
import { keySuccessionType, serverInfoSchema, type ServerInfo, type SigningKey } from '../../shared/api/auth.ts';
import { TeachifyError } from '../../shared/errors.ts';

/**
 * The keys from the one that was pinned to the one the school has now, oldest first. Each must be signed by the one before
 * (`successions`), or this is not the school that was here. Throws signing_key_changed.
 */
export async function followSuccession(pinned: SigningKey, { signingKey, successions }: Pick<ServerInfo, 'signingKey' | 'successions'>): Promise<SigningKey[]> {
  const line = [pinned];
  for (const succession of successions) {
    const successor = await namedBy(line.at(-1) ?? pinned, succession);
    if (successor) line.push(successor);
  }
  if (line.at(-1)?.x !== signingKey.x) throw new TeachifyError('signing_key_changed', 'This is not the school that was here before');
  return line;
}

/** The key inside, when this one signed it. Words of earlier keys are among them, and say nothing to us. */
async function namedBy(key: SigningKey, jws: string): Promise<SigningKey | null> {
  try {
    const { payload, protectedHeader } = await compactVerify(jws, await importJWK(key, 'EdDSA'), { algorithms: ['EdDSA'] });
    if (protectedHeader.typ !== keySuccessionType) return null;
    return serverInfoSchema.shape.signingKey.safeParse(JSON.parse(new TextDecoder().decode(payload))).data ?? null;
  } catch {
    return null;
  }
}
