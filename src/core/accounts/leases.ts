import { hkdfSync } from 'node:crypto';
import { leaseResponseSchema } from '../../shared/api/catalog.ts';
import { endpoints } from '../../shared/api/endpoints.ts';
import { isTeachifyError, TeachifyError } from '../../shared/errors.ts';
import { fileKeyInfo, type Lease } from '../../shared/models/lease.ts';
import type { EndingLease } from '../../shared/contracts/leases.ts';
import { jwsKeyId } from '../base/jws-key-id.ts';
import { Emitter } from '../base/emitter.ts';
import type { Connection } from '../database/connection.ts';
import type { ApiClient } from '../net/ports.ts';
import type { KeyWrapper } from '../base/key-wrapper.ts';
import { LeaseReads, LeaseWrites, takenBack } from './lease-repository.ts';
import type { AccountId, Accounts, CurrentStudent, Leases, PinnedKeys } from './ports.ts';
import type { TrustedClock } from './trusted-clock.ts';
import { verifyLease } from './verify-lease.ts';

/** Of one lesson; the others may still be renewed. */
const refusals: ReadonlySet<string> = new Set(['not_enrolled', 'not_found', 'lease_missing', 'bad_request']);
const renewBeforeMs = 3 * 24 * 60 * 60 * 1000;
const fileKeyBytes = 16;

interface Dependencies {
  readonly database: Connection;
  /** Authorised. */
  readonly api: ApiClient;
  readonly accounts: Pick<Accounts, 'current' | 'deviceId' | 'changed'> & PinnedKeys & { readonly trustedClock: TrustedClock };
  readonly wrapper: KeyWrapper;
}

/** Leases of the student who is here: asked for, checked, kept, and turned into file keys. */
export function createLeases(dependencies: Dependencies): Leases & { renewDue(signal?: AbortSignal): Promise<void> } {
  return new StudentLeases(dependencies);
}

class StudentLeases implements Leases {
  readonly #deps: Dependencies;
  readonly #reads: LeaseReads;
  readonly #writes: LeaseWrites;
  /** Opened leases by context, so that a key costs no look into the ledger for every piece. */
  readonly #opened = new Map<string, Lease>();
  readonly #asking = new Map<string, Promise<void>>();
  readonly #changed = new Emitter<EndingLease[]>();
  readonly changed = this.#changed.event;

  constructor(dependencies: Dependencies) {
    this.#deps = dependencies;
    // What was opened for one student is not kept at hand for the next.
    dependencies.accounts.changed(() => this.#opened.clear());
    this.#reads = new LeaseReads(dependencies.database);
    this.#writes = new LeaseWrites(dependencies.database);
  }

  async acquire(lessonId: string, signal?: AbortSignal): Promise<void> {
    const student = this.#student();
    const kept = await this.#open(student, lessonId);
    const left = kept ? kept.expiresAt - (await this.#now(kept)) : 0;
    if (left > renewBeforeMs) return;
    try {
      await unlessCancelled(this.#askOnce(student, lessonId), signal);
    } catch (error) {
      // A lease that still runs is enough for today; a school that took it back is not.
      const lineFailed = isTeachifyError(error) && (error.retryable || error.code === 'signed_out' || error.code === 'session_expired');
      if (left <= 0 || !lineFailed) throw error;
    }
  }

  async fileKey(lessonId: string, keyId: string): Promise<Uint8Array> {
    const lease = await this.#open(this.#student(), lessonId);
    if (!lease) throw new TeachifyError('lease_missing', 'There is no lease for this lesson on this computer');
    if (lease.expiresAt <= (await this.#deps.accounts.trustedClock.now())) {
      throw new TeachifyError('lease_expired', 'The lease of this lesson has ended');
    }
    const contentKey = Buffer.from(lease.contentKey, 'base64url');
    return new Uint8Array(hkdfSync('sha256', contentKey, new Uint8Array(), fileKeyInfo(keyId), fileKeyBytes));
  }

  async drop(account: AccountId, lessonId: string): Promise<void> {
    this.#opened.delete(contextOf({ accountId: account }, lessonId));
    await this.#writes.remove(account, lessonId);
  }

  async ending(): Promise<EndingLease[]> {
    const student = this.#deps.accounts.current();
    if (!student) return [];
    // With a clock that is known to be wrong nothing opens, but nothing has ended either: the player asks for a connection.
    const now = await this.#deps.accounts.trustedClock.now().catch(() => 0);
    const ending = await this.#reads.endingBefore(student.accountId, now + renewBeforeMs);
    return ending.map(({ lessonId, expiresAt }) => ({ lessonId, msLeft: Math.max(0, expiresAt - now), takenBack: expiresAt === takenBack }));
  }

  /** Renews what ends within three days. Never throws for the network: it asks again another time. */
  async renewDue(signal?: AbortSignal): Promise<void> {
    const student = this.#deps.accounts.current();
    if (!student) return;
    // A clock known to be wrong cannot say what is due: everything is, and the first answer sets the clock right.
    const now = await this.#deps.accounts.trustedClock.now().catch(() => null);
    const due = await this.#reads.endingBefore(student.accountId, now === null ? Number.MAX_SAFE_INTEGER : now + renewBeforeMs);
    await this.#announce();
    try {
      for (const { lessonId } of due) {
        if (this.#deps.accounts.current()?.accountId !== student.accountId) return;
        await unlessCancelled(this.#askOnce(student, lessonId), signal).catch((error: unknown) => {
          if (!isTeachifyError(error) || !refusals.has(error.code)) throw error;
        });
      }
    } catch (error) {
      if (!isTeachifyError(error)) throw error;
    } finally {
      await this.#announce();
    }
  }

  /** One request a lesson, whoever asks; one who stops waiting does not stop it for the others. */
  #askOnce(student: CurrentStudent, lessonId: string): Promise<void> {
    const context = contextOf(student, lessonId);
    const asking = this.#asking.get(context);
    if (asking) return asking;
    const asked = this.#ask(student, lessonId).finally(() => this.#asking.delete(context));
    this.#asking.set(context, asked);
    return asked;
  }

  async #ask(student: CurrentStudent, lessonId: string): Promise<void> {
    const { accounts, api, wrapper } = this.#deps;
    // The token of whoever is here goes with the request, so it must be this student's: another's refusal would count as theirs.
    this.#requireHere(student);
    const body = { deviceId: accounts.deviceId };
    const request = { method: 'POST' as const, path: endpoints.lease(lessonId), body, output: leaseResponseSchema, authorised: true };
    try {
      const { lease: jws } = await api.request(request);
      const lease = await this.#verify(jws, student, lessonId);
      this.#requireHere(student);
      await accounts.trustedClock.sawServerTime(lease.issuedAt);
      const context = contextOf(student, lessonId);
      await this.#writes.save(student.accountId, lessonId, wrapper.wrap(jws, context), lease.expiresAt);
      this.#opened.set(context, lease);
    } catch (error) {
      if (isTeachifyError(error, 'not_enrolled')) await this.#takeBack(student, lessonId);
      throw error;
    }
  }

  async #takeBack(student: CurrentStudent, lessonId: string): Promise<void> {
    this.#opened.delete(contextOf(student, lessonId));
    await this.#writes.takeBack(student.accountId, lessonId);
  }

  async #announce(): Promise<void> {
    this.#changed.emit(await this.ending());
  }

  #requireHere({ accountId }: CurrentStudent): void {
    if (this.#deps.accounts.current()?.accountId !== accountId) throw new TeachifyError('signed_out', 'The student left meanwhile');
  }

  /** The lease on this machine; null when there is none that opens. */
  async #open(student: CurrentStudent, lessonId: string): Promise<Lease | null> {
    const context = contextOf(student, lessonId);
    const opened = this.#opened.get(context);
    if (opened) return opened;
    const wrapped = await this.#reads.find(student.accountId, lessonId);
    const jws = wrapped && this.#deps.wrapper.unwrap(wrapped, context);
    if (!jws) return null;
    const lease = await this.#verify(jws, student, lessonId).catch(() => null);
    if (lease) this.#opened.set(context, lease);
    return lease;
  }

  async #verify(jws: string, { student }: CurrentStudent, lessonId: string): Promise<Lease> {
    const { accounts } = this.#deps;
    return verifyLease(jws, { keys: await accounts.signingKeys(jwsKeyId(jws)), studentId: student.id, deviceId: accounts.deviceId, lessonId });
  }

  /** For deciding whether to renew, a wrong clock counts as "due". */
  async #now(lease: Lease): Promise<number> {
    return this.#deps.accounts.trustedClock.now().catch(() => lease.expiresAt);
  }

  #student(): CurrentStudent {
    const student = this.#deps.accounts.current();
    if (!student) throw new TeachifyError('signed_out', 'Nobody is signed in');
    return student;
  }
}

function unlessCancelled(work: Promise<void>, signal: AbortSignal | undefined): Promise<void> {
  if (!signal) return work;
  const cancelled = () => new TeachifyError('cancelled', 'Nobody waits for the lease any more');
  return new Promise((resolve, reject) => {
    if (signal.aborted) reject(cancelled());
    signal.addEventListener('abort', () => reject(cancelled()), { once: true });
    work.then(resolve, reject);
  });
}

function contextOf({ accountId }: Pick<CurrentStudent, 'accountId'>, lessonId: string): string {
  return `teachify lease ${accountId} ${lessonId}`;
}
