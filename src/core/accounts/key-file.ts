import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { chmodSync, readFileSync, renameSync, writeFileSync } from 'node:fs';

/** Wraps content keys for the ledger. */
export interface KeyWrapper {
  wrap(secret: Uint8Array): Uint8Array;
  /** Null when it was wrapped by another key or changed since. */
  unwrap(wrapped: Uint8Array): Uint8Array | null;
}

const ivBytes = 12;
const tagBytes = 16;

/**
 * AES-256-GCM under a key file that only this user can read. It keeps copies of the ledger useless without the file, and
 * works on machines without a keychain; it does not stop who can read both.
 */
export function openKeyFile(path: string): KeyWrapper {
  const key = readKey(path) ?? createKey(path);
  return {
    wrap: (secret) => {
      const iv = randomBytes(ivBytes);
      const cipher = createCipheriv('aes-256-gcm', key, iv);
      return Buffer.concat([iv, cipher.update(secret), cipher.final(), cipher.getAuthTag()]);
    },
    unwrap: (wrapped) => {
      try {
        const decipher = createDecipheriv('aes-256-gcm', key, wrapped.subarray(0, ivBytes));
        decipher.setAuthTag(wrapped.subarray(-tagBytes));
        return Buffer.concat([decipher.update(wrapped.subarray(ivBytes, -tagBytes)), decipher.final()]);
      } catch {
        return null;
      }
    },
  };
}

function readKey(path: string): Buffer | null {
  try {
    const key = readFileSync(path);
    return key.length === 32 ? key : null;
  } catch {
    return null;
  }
}

function createKey(path: string): Buffer {
  const key = randomBytes(32);
  writeFileSync(`${path}.new`, key, { mode: 0o600, flush: true });
  chmodSync(`${path}.new`, 0o600);
  renameSync(`${path}.new`, path);
  return key;
}
