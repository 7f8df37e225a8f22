import { safeStorage } from 'electron';
import type { SecretVault } from '../../core/accounts/ports.ts';

/**
 * The system's keychain by Electron; where there is none (or only Chromium's fixed password), secrets stay in memory.
 * Asked when it is first needed: the keychain's answer can take longer than all the rest of a start.
 */
export function createSecretVault(): SecretVault {
  let known: SecretVault | null = null;
  const vault = () => (known ??= openVault());
  return {
    get kind() {
      return vault().kind;
    },
    wrap: (secret) => vault().wrap(secret),
    unwrap: (wrapped) => vault().unwrap(wrapped),
  };
}

function openVault(): SecretVault {
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
