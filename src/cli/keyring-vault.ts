import { Entry } from '@napi-rs/keyring';
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { SecretVault } from '../core/accounts/ports.ts';

const service = 'Teachify Desktop';
const user = 'command line';
const ivBytes = 12;
const tagBytes = 16;
/** Without a Secret Service the library would fall back to the kernel's keyring, which forgets with the session or the next start. */
const lasting = { linux: { store: 'secret-service' } } as const;

/**
 * Secrets wrapped (AES-256-GCM, NIST SP 800-38D) by a key that lies in the system's keyring; where there is none, secrets
 * stay in memory and end with the command.
 */
export function createKeyringVault(): SecretVault {
  const key = wrappingKey();
  if (!key) return { kind: 'memory', wrap: () => null, unwrap: () => null };
  return {
    kind: 'keychain',
    wrap: (secret) => {
      const iv = randomBytes(ivBytes);
      const cipher = createCipheriv('aes-256-gcm', key, iv);
      const sealed = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()]);
      return Buffer.concat([iv, cipher.getAuthTag(), sealed]);
    },
    unwrap: (wrapped) => {
      try {
        const bytes = Buffer.from(wrapped);
        const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, ivBytes)).setAuthTag(bytes.subarray(ivBytes, ivBytes + tagBytes));
        return Buffer.concat([decipher.update(bytes.subarray(ivBytes + tagBytes)), decipher.final()]).toString('utf8');
      } catch {
        return null;
      }
    },
  };
}

function wrappingKey(): Buffer | null {
  try {
    const known = new Entry(service, user, lasting).getPassword();
    if (known) return Buffer.from(known, 'base64url');
    const key = randomBytes(32).toString('base64url');
    new Entry(service, user, lasting).setPassword(key);
    // Some keyrings take what they do not give back.
    return new Entry(service, user, lasting).getPassword() === key ? Buffer.from(key, 'base64url') : null;
  } catch {
    return null;
  }
}
