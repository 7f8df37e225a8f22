import { createCipheriv, createDecipheriv } from 'node:crypto';
import { chmodSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { TeachifyError } from '../../shared/errors.ts';
import type { KeyWrapper } from '../base/key-wrapper.ts';
import type { Random } from '../base/random.ts';

const keyBytes = 32;
const ivBytes = 12;
const tagBytes = 16;

/**
 * AES-256-GCM under a key file that only this user can read. It keeps copies of the ledger useless without the file, and
 * works on machines without a keychain; it does not stop who can read both. Throws disk_denied when the file is there but
 * cannot be read; a file that is no key is set aside, and leases are asked for again.
 */
export function openKeyFile(path: string, random: Random): KeyWrapper {
  const key = readKey(path) ?? createKey(path, random);
  return {
    wrap: (secret, context) => {
      const iv = random.bytes(ivBytes);
      const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from(context));
      return Buffer.concat([iv, cipher.update(secret, 'utf8'), cipher.final(), cipher.getAuthTag()]);
    },
    unwrap: (wrapped, context) => {
      if (wrapped.length < ivBytes + tagBytes) return null;
      const decipher = createDecipheriv('aes-256-gcm', key, wrapped.subarray(0, ivBytes)).setAAD(Buffer.from(context));
      decipher.setAuthTag(wrapped.subarray(-tagBytes));
      try {
        return Buffer.concat([decipher.update(wrapped.subarray(ivBytes, -tagBytes)), decipher.final()]).toString('utf8');
      } catch {
        return null;
      }
    },
  };
}

function readKey(path: string): Buffer | null {
  try {
    const key = readFileSync(path);
    if (key.length === keyBytes) {
      if ((statSync(path).mode & 0o077) !== 0) chmodSync(path, 0o600); // Windows has no such bits and keeps them at 0o666
      return key;
    }
    renameSync(path, `${path}.damaged`);
    return null;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw new TeachifyError('disk_denied', 'The key file cannot be read', { cause: error });
  }
}

function createKey(path: string, random: Random): Uint8Array {
  const key = random.bytes(keyBytes);
  writeFileSync(`${path}.new`, key, { mode: 0o600, flush: true });
  renameSync(`${path}.new`, path);
  return key;
}
