import type { Generated, Kysely } from 'kysely';
import type { WaitingFor } from '../../shared/api/jobs.ts';

export type Store = Kysely<Schema>;

/** Times are ms since the Unix epoch; booleans are 0 or 1; JSON is text. Everything here exists in SQLite and PostgreSQL alike. */
export interface Schema {
  people: { id: string; name: string; email: string; password_hash: string; role: 'student' | 'teacher' | 'admin'; disabled_at: Generated<number | null> };
  courses: { id: string; position: number; title: string; description: string; language: string; poster_sha256: string | null; poster_type: string | null; done_percent: Generated<number>; version: Generated<number> };
  /** `own` is 0 for one that stands only as long as a class of the person's has the course. `version` as in courses. */
  enrolments: { person_id: string; course_id: string; since: number; until: number | null; own: Generated<number>; version: Generated<number> };
  /** The one row counts every change of what anyone may see; each course and enrolment carries the count of its last. */
  catalog_count: { one: number; value: number };
  catalog_tombstones: { kind: 'course' | 'lesson'; id: string; course_id: string; version: number };
  classes: { id: string; name: string };
  class_members: { class_id: string; person_id: string };
  class_courses: { class_id: string; course_id: string };
  /** `file` is JSON of a PublishedFile. */
  attachments: { lesson_id: string; name: string; position: number; mime_type: string; file: string };
  /** `details` is JSON. */
  audit: { id: string; at: number; actor: string; action: string; target: string; details: string };
  /** What simple clients say of themselves. Never a source of progress. */
  plain_progress: { person_id: string; lesson_id: string; progress_percent: number; watch_duration_ms: number; updated_at: number };
  lessons: {
    id: string;
    course_id: string;
    position: number;
    title: string;
    description: string;
    duration_ms: number;
    timeline_id: string;
    revision: number;
    content_key: string;
    /** The manifest exactly as signed; null for a plain MP4. */
    manifest: string | null;
    signature: string | null;
    plain_sha256: string | null;
    plain_bytes: number | null;
    poster_sha256: string | null;
    poster_type: string | null;
    /** SHA-256 over what was published, so that the same lesson is not published twice. */
    source_hash: string;
    published_at: number;
    /** 0 hides it from students. */
    published: Generated<number>;
    /** Where the HLS of a lesson lies that is not of this school; null for one of its own. */
    video_url: string | null;
    /** Of such a lesson about how many bytes each quality has, as JSON. */
    video_bytes: string | null;
  };
  /** The content key of a lesson from the moment somebody begins to publish it: of two who begin at once, both encrypt with the same. */
  lesson_keys: { lesson_id: string; content_key: string };
  /** Which plaintext a published file came from, so that an unchanged one keeps key and bytes in a new revision. */
  published_files: { lesson_id: string; plain_sha256: string; sha256: string; bytes: number; key_id: string | null; piece_table: string | null };
  refresh_tokens: { hash: string; family: string; person_id: string; device_id: string; issued_at: number; expires_at: number; used_at: number | null; successor: string | null };
  /** `family` is that of the sign-in a code opened; null for one that was not used. */
  authorization_codes: { hash: string; person_id: string; client_id: string; redirect_uri: string; challenge: string; expires_at: number; family: string | null };
  revoked_families: { family: string; revoked_at: number };
  /** One row per (install, sequence), forever. */
  progress_events: { install_id: string; sequence: number; person_id: string; body_hash: string; received_at: number };
  progress: { person_id: string; timeline_id: string; lesson_id: string; state: string; version: number };
  /** `note` is JSON of a StampedNote; versions are of the same count as those of progress. */
  notes: { person_id: string; note_id: string; note: string; version: number };
  /** What was watched in one sitting; `ranges` is JSON. Never a source of progress. */
  sittings: { person_id: string; timeline_id: string; session_id: string; epoch: number; ranges: string; watched_ms: number; seen_at: number };
  /** `choice` is JSON of a StampedChoice. */
  choices: { person_id: string; name: string; choice: string; version: number };
  progress_versions: { person_id: string; version: number };
  settings: { name: string; value: string };
  /** Only where several servers share a database; see school-keys.ts. */
  school_keys: { name: string; value: string };
  leases: { id: string; person_id: string; device_id: string; lesson_id: string; issued_at: number; expires_at: number };
  jobs: {
    id: string;
    kind: string;
    payload: string;
    state: 'queued' | 'running' | 'done' | 'failed' | 'cancelled';
    /** 0 to 1. */
    progress: number;
    attempts: number;
    /** Of the worker that runs it, new with each claim; it holds until `leased_until`. */
    lease: string | null;
    leased_until: number | null;
    error: string | null;
    waiting_for: Generated<WaitingFor | null>;
    created_at: number;
    updated_at: number;
  };
  /** What pg-boss has no word for; see boss-jobs.ts. Its own tables are in a schema of its own. */
  job_claims: { id: string; kind: string; lease: string | null; progress: number; error: string | null; waiting_for: Generated<WaitingFor | null>; created_at: number; updated_at: number };
  /** Files of a lesson that no manifest names since then, not yet or not any more; `doomed_at` is set while one is being removed. See loose-media.ts. */
  loose_media: { sha256: string; lesson_id: string; since: number; doomed_at: number | null };
  /** Files that a move to another storage has copied and verified. */
  media_copies: { storage: string; sha256: string };
  /** What uploads under way take of their owner's quota, until `until`. */
  upload_reservations: { id: string; owner: string; bytes: number; until: number };
  migrations: { version: Generated<number>; name: string };
}
