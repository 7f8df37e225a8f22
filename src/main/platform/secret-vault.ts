import { safeStorage } from 'electron';
import type { SecretVault } from '../../core/accounts/ports.ts';

/** The system's keychain by Electron; where there is none (or only Chromium's fixed password), secrets stay in memory. */
export function createSecretVault(): SecretVault {
  const isReal = safeStorage.isEncryptionAvailable() && !(process.platform === 'linux' && safeStorage.getSelectedStorageBackend() === 'basic_text');
  if (!isReal) return { kind: 'memory', wrap: () => null, unwrap: () => null };
  return {
    kind: 'keychain',
    wrap: (secret) => safeStorage.encryptString(secret),
    unwrap: (wrapped) => {
      try {
        return safeStorage.decryptString(Buffer.from(wrapped));
      } catch {
        return null;
      }
    },
  };
}
