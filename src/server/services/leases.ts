import { randomUUID } from 'node:crypto';
import { toWire } from '../../shared/api/codec.ts';
import type { Lease } from '../../shared/models/lease.ts';
import type { Store } from '../store/database.ts';
import type { SchoolKeys } from './school-keys.ts';
import type { LessonRow } from './school.ts';

const leaseMs = 30 * 24 * 60 * 60 * 1000;

export interface LeaseIssuer {
  /** A compact JWS that opens the lesson for one student on one device for 30 days. The caller has checked enrolment. */
  issue(lesson: LessonRow, studentId: string, deviceId: string): Promise<string>;
}

export function createLeaseIssuer(store: Store, keys: SchoolKeys, now: () => number): LeaseIssuer {
  return {
    issue: async (lesson, studentId, deviceId) => {
      const lease: Lease = {
        leaseId: randomUUID(),
        studentId,
        deviceId,
        lessonId: lesson.id,
        contentKey: lesson.content_key,
        issuedAt: now(),
        expiresAt: now() + leaseMs,
      };
      await store
        .insertInto('leases')
        .values({ id: lease.leaseId, person_id: studentId, device_id: deviceId, lesson_id: lesson.id, issued_at: lease.issuedAt, expires_at: lease.expiresAt })
        .execute();
      return keys.signCompact(JSON.stringify(toWire(lease)), 'teachify-lease');
    },
  };
}
