import { randomUUID } from 'node:crypto';
import { toWire } from '../../shared/api/codec.ts';
import type { LeaseStandings } from '../../shared/api/changes.ts';
import type { Lease } from '../../shared/models/lease.ts';
import type { Store } from '../store/database.ts';
import type { SchoolKeys } from './school-keys.ts';
import type { LessonRow } from './school.ts';

const leaseMs = 30 * 24 * 60 * 60 * 1000;

export interface LeaseIssuer {
  /** A compact JWS that opens the lesson for one student on one device for 30 days. The caller has checked enrolment. */
  issue(lesson: LessonRow, studentId: string, deviceId: string): Promise<string>;
  /** The latest of each lesson on a device, and whether the school still means it. */
  standings(studentId: string, deviceId: string): Promise<LeaseStandings['leases']>;
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
    standings: async (studentId, deviceId) => {
      const rows = await store
        .selectFrom('leases')
        .select(['id', 'lesson_id', 'expires_at'])
        .where('person_id', '=', studentId)
        .where('device_id', '=', deviceId)
        .where('expires_at', '>', now())
        .orderBy('issued_at')
        .execute();
      const latest = [...new Map(rows.map((row) => [row.lesson_id, row])).values()];
      const open = await store
        .selectFrom('lessons')
        .innerJoin('enrolments', 'enrolments.course_id', 'lessons.course_id')
        .select('lessons.id')
        .where('enrolments.person_id', '=', studentId)
        .where('lessons.published', '=', 1)
        .where((eb) => eb.or([eb('enrolments.until', 'is', null), eb('enrolments.until', '>', now())]))
        .execute();
      const standing = new Set(open.map(({ id }) => id));
      return latest.map(({ id, lesson_id: lessonId, expires_at: expiresAt }) => ({ leaseId: id, lessonId, expiresAt: Number(expiresAt), stands: standing.has(lessonId) }));
    },
  };
}
