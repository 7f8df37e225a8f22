import type { MediaStorage } from '../storage/ports.ts';
import type { Store } from '../store/database.ts';
import { createAttachments, type Attachments } from './attachments.ts';
import { actionsBefore, recordAction, type Actor } from './audit.ts';
import { createClasses, type Classes } from './classes.ts';
import { createCourses, type Courses } from './courses.ts';
import { enrolFromList } from './enrolment-list.ts';
import { createEnrolments, type Enrolments } from './enrolments.ts';
import { createPeople, type People } from './people.ts';
import type { SchoolKeys } from './school-keys.ts';

/** All that those who keep a school do with it, over the network or at its command line. */
export interface Keeping {
  readonly people: People;
  readonly classes: Classes;
  readonly courses: Courses;
  readonly enrolments: Enrolments;
  readonly attachments: Attachments;
  readonly enrolList: (actor: Actor, courseId: string, text: string) => ReturnType<typeof enrolFromList>;
  /** Writes down what somebody did elsewhere. */
  readonly record: (actor: Actor, action: string, target: string, details: object) => Promise<void>;
  readonly audit: (before?: number) => ReturnType<typeof actionsBefore>;
}

const auditRows = 200;

export function createKeeping({ store, media, keys, now }: { store: Store; media: MediaStorage; keys: Pick<SchoolKeys, 'signDetached'>; now: () => number }): Keeping {
  return {
    people: createPeople(store, now),
    classes: createClasses(store, now),
    courses: createCourses({ store, media, now }),
    enrolments: createEnrolments(store, now),
    attachments: createAttachments({ store, media, keys, now }),
    enrolList: (actor, courseId, text) => enrolFromList(store, now, actor, courseId, text),
    record: (actor, action, target, details) => recordAction(store, now(), actor, action, target, details),
    audit: (before = Number.MAX_SAFE_INTEGER) => actionsBefore(store, before, auditRows),
  };
}
