import { compactVerify, importJWK } from 'jose';
import { hkdfSync } from 'node:crypto';
import { leaseResponseSchema } from '../../shared/api/catalog.ts';
import { fromWire } from '../../shared/api/codec.ts';
import { endpoints } from '../../shared/api/endpoints.ts';
import { TeachifyError } from '../../shared/errors.ts';
import { fileKeyInfo, leaseSchema, type Lease } from '../../shared/models/lease.ts';
import type { Clock } from '../base/clock.ts';
import type { Connection } from '../database/connection.ts';
import type { ApiClient } from '../net/ports.ts';
import { AccountRepository } from './account-repository.ts';
import type { KeyWrapper } from './key-file.ts';
import { LeaseRepository } from './lease-repository.ts';
import type { Accounts, CurrentStudent, Leases, PinnedKeys } from './ports.ts';

const renewBeforeMs = 3 * 24 * 60 * 60 * 1000;

interface Dependencies {
  readonly database: Connection;
  readonly api: ApiClient;
  readonly accounts: Pick<Accounts, 'current' | 'deviceId'> & PinnedKeys;
  readonly wrapper: KeyWrapper;
  readonly clock: Clock;
}

/** Leases of the student who is here: asked for, checked, kept, and turned into file keys. */
export function createLeases({ database, api, accounts, wrapper, clock }: Dependencies): Leases {
  const rows = new LeaseRepository(database);
  const schools = new AccountRepository(database);
  const requireStudent = (): CurrentStudent => {
    const student = accounts.current();
    if (!student) throw new TeachifyError('signed_out', 'Nobody is signed in');
    return student;
  };
  /** A clock that was turned back does not lengthen a lease: the latest time any answer told us counts at least. */
  const now = ({ serverUrl }: CurrentStudent) => Math.max(clock.now(), schools.server(serverUrl)?.lastSeen ?? 0);

  const check = async (text: string, student: CurrentStudent, lessonId: string): Promise<Lease> => {
    const key = await importJWK(accounts.signingKey(), 'EdDSA');
    const { payload } = await compactVerify(text, key, { algorithms: ['EdDSA'] }).catch((error: unknown) => {
      throw new TeachifyError('lease_missing', 'The permission is not signed by this school', { cause: error });
    });
    const lease = fromWire(leaseSchema, JSON.parse(new TextDecoder().decode(payload)));
    const fits = lease.lessonId === lessonId && lease.studentId === student.student.id && lease.deviceId === accounts.deviceId;
    if (!fits) throw new TeachifyError('lease_missing', 'The permission is for someone or something else');
    return lease;
  };

  return {
    acquire: async (lessonId, signal) => {
      const student = requireStudent();
      const kept = await rows.find(student.accountId, lessonId);
      if (kept && kept.expiresAt - now(student) > renewBeforeMs && wrapper.unwrap(kept.contentKey)) return;
      const body = { deviceId: accounts.deviceId };
      const request = { method: 'POST' as const, path: endpoints.lease(lessonId), body, output: leaseResponseSchema, authorised: true };
      const { lease: text } = await api.request({ ...request, ...(signal ? { signal } : {}) });
      const lease = await check(text, student, lessonId);
      schools.sawServer(student.serverUrl, lease.issuedAt);
      const contentKey = wrapper.wrap(Buffer.from(lease.contentKey, 'base64url'));
      await rows.save(student.accountId, lessonId, { contentKey, issuedAt: lease.issuedAt, expiresAt: lease.expiresAt });
    },
    fileKey: async (lessonId, keyId) => {
      const student = requireStudent();
      const lease = await rows.find(student.accountId, lessonId);
      const contentKey = lease && wrapper.unwrap(lease.contentKey);
      if (!lease || !contentKey) throw new TeachifyError('lease_missing', 'There is no permission for this lesson on this computer');
      if (lease.expiresAt <= now(student)) throw new TeachifyError('lease_expired', 'The permission for this lesson has ended');
      return new Uint8Array(hkdfSync('sha256', contentKey, new Uint8Array(), fileKeyInfo(keyId), 16));
    },
    drop: async (lessonId) => {
      await rows.remove(requireStudent().accountId, lessonId);
    },
  };
}
