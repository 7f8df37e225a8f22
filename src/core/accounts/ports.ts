import type { Student } from '../../shared/api/auth.ts';
import type { SigningKey } from '../../shared/api/auth.ts';
import type { AccountsState } from '../../shared/contracts/accounts.ts';
import type { Event } from '../base/emitter.ts';

/** `server address#student id`: whose rows and claims are whose. */
export type AccountId = string;

/** Who is at the machine now. */
export interface CurrentStudent {
  readonly accountId: AccountId;
  readonly serverUrl: string;
  readonly student: Student;
}

/** Wraps secrets for the disk. The OS keychain in Electron; absent means memory only. */
export interface SecretVault {
  readonly kind: 'keychain' | 'memory';
  /** Null when this vault cannot keep secrets across restarts. */
  wrap(secret: string): Uint8Array | null;
  /** Null when it cannot be read any more: then "please sign in", never a crash. */
  unwrap(wrapped: Uint8Array): string | null;
}

export interface Accounts {
  state(): AccountsState;
  current(): CurrentStudent | null;
  /** One per installation; leases are bound to it. */
  readonly deviceId: string;
  readonly changed: Event<AccountsState>;
  /** Fails with wrong_credentials, unreachable, captive_portal, rate_limited, signing_key_changed, ... */
  signIn(email: string, password: string): Promise<AccountsState>;
  signOut(): Promise<AccountsState>;
  /** Points the app at a server and asks who it is. */
  checkServer(serverUrl: string): Promise<AccountsState>;
}

/** The school's signing key as pinned at first sign-in. */
export interface PinnedKeys {
  /** Throws signed_out when no school is known. */
  signingKey(): SigningKey;
}

/** Leases and the file keys they carry. Keys never leave main. */
export interface Leases {
  /** Makes sure a valid lease for the lesson is on this machine, asking the server when there is none or it ends within 3 days. */
  acquire(lessonId: string, signal?: AbortSignal): Promise<void>;
  /** The AES-128 key of a file, from the lease on this machine. Throws lease_missing or lease_expired. */
  fileKey(lessonId: string, keyId: string): Promise<Uint8Array>;
  /** Gives it up, e.g. when a lesson is removed. */
  drop(lessonId: string): Promise<void>;
}
