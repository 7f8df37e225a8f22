import type { Student } from '../../shared/api/auth.ts';
import type { SigningKey } from '../../shared/api/auth.ts';
import type { AccountsState, BackPage, PinProof } from '../../shared/contracts/accounts.ts';
import type { EndingLease } from '../../shared/contracts/leases.ts';
import type { Event } from '../base/emitter.ts';
import type { Authorisation } from '../net/ports.ts';
import type { TrustedClock } from './trusted-clock.ts';

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
  /** What was kept in a keychain counts as held until it is read, which is when the first request needs it. */
  state(): AccountsState;
  /** The state once the keychain was asked for what was kept: `authorised` then means that it could be read. Takes a keychain's time. */
  askKeychain(): AccountsState;
  /** Also while that student is away and the machine is locked: downloads and reports go on. */
  current(): CurrentStudent | null;
  /** True while nothing may be shown: locked, or a shared computer where nobody was chosen yet. */
  closed(): boolean;
  /** One per installation; leases are bound to it. */
  readonly deviceId: string;
  readonly changed: Event<AccountsState>;
  /**
   * At the sign-in server, or for a student of this machine at that one's school.
   * Fails with wrong_credentials, unreachable, captive_portal, rate_limited, signing_key_changed, ...
   */
  signIn(email: string, password: string, again?: AccountId): Promise<AccountsState>;
  /**
   * With an access token that somebody else got, for as long as it lives: it is never written down, nor renewed. Without a
   * line, who was here last stays, if it is theirs. Throws session_expired, unreachable, ...
   */
  signInByToken(accessToken: string): Promise<AccountsState>;
  /** At the school's own page, in the system's browser. Throws sign_in_stopped. */
  signInByBrowser(backPage: BackPage, again?: AccountId): Promise<AccountsState>;
  stopBrowserSignIn(): void;
  /** Hides what is the student's until the next sign-in. On a shared computer what opens lessons is wiped. */
  signOut(): Promise<AccountsState>;
  /** Points the sign-in at a server and asks who it is. Throws not_encrypted for plain http beyond this computer, unless told that it is meant. */
  checkServer(serverUrl: string, options?: { readonly unencrypted?: boolean }): Promise<AccountsState>;
  /** A student of this machine sits down. On a shared computer the PIN is asked for: throws wrong_pin, password_needed. */
  choose(accountId: AccountId, pin: string | null): Promise<AccountsState>;
  /**
   * Of the student who is here. Where there is one already, who replaces or removes it proves to be its owner, by that PIN or the
   * password: throws wrong_pin, password_needed (and locks a shared computer), wrong_credentials, unreachable, ...
   */
  setPin(pin: string | null, proof: PinProof | null): Promise<AccountsState>;
  /** On a shared computer: shows nothing until the PIN. */
  lock(): AccountsState;
  /** Nobody is here any more, and everybody stays in the list. */
  stepAside(): Promise<AccountsState>;
}

/** The school's signing key as pinned at first sign-in, its successors, and those before them, whose word still lies on the disk. */
export interface PinnedKeys {
  /**
   * Newest first. When none of them is the one that something says it is signed with, the school is asked for its successors
   * first. Throws signed_out when no school is known, signing_key_changed when the school's new key comes without its old one's word.
   */
  signingKeys(kid: string | undefined): Promise<readonly SigningKey[]>;
}

/** Leases and the file keys they carry. Keys never leave main. */
export interface Leases {
  /** Makes sure a valid lease for the lesson is on this machine, asking the server when there is none or it ends within 3 days. */
  acquire(lessonId: string, signal?: AbortSignal): Promise<void>;
  /** The AES-128 key of a file, from the lease on this machine. Throws lease_missing or lease_expired. */
  fileKey(lessonId: string, keyId: string): Promise<Uint8Array>;
  /** Gives this student's up, e.g. when a lesson is removed. */
  drop(account: AccountId, lessonId: string): Promise<void>;
  /** Those that end within three days, have ended, or were taken back. */
  ending(): Promise<EndingLease[]>;
  /** What `ending` tells, told anew. */
  readonly changed: Event<EndingLease[]>;
}

export interface AccountsAndTokens extends Accounts, PinnedKeys {
  readonly authorisation: Authorisation;
  /** The course server everything is asked of now. */
  readonly serverUrl: () => string;
  /** What time it is, for leases; told by whoever hears a server's time. */
  readonly trustedClock: TrustedClock;
  /** This became a shared computer, or ceased to be one. */
  sharingChanged(): Promise<void>;
}
