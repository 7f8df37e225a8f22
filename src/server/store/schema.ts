import type { Generated } from 'kysely';

/** Times are ms since the Unix epoch; booleans are 0 or 1; JSON is text. Everything here exists in SQLite and PostgreSQL alike. */
export interface Schema {
  people: { id: string; name: string; email: string; password_hash: string; role: 'student' | 'teacher' | 'admin' };
  courses: { id: string; position: number; title: string; description: string; language: string; poster_sha256: string | null; poster_type: string | null };
  enrolments: { person_id: string; course_id: string; since: number; until: number | null };
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
    /** Where the HLS of a lesson lies that is not of this school; null for one of its own. */
    video_url: string | null;
    /** Of such a lesson about how many bytes each quality has, as JSON. */
    video_bytes: string | null;
  };
  /** Which plaintext a published file came from, so that an unchanged one keeps key and bytes in a new revision. */
  published_files: { lesson_id: string; plain_sha256: string; sha256: string; bytes: number; key_id: string | null; piece_table: string | null };
  refresh_tokens: { hash: string; family: string; person_id: string; device_id: string; issued_at: number; expires_at: number; used_at: number | null; successor: string | null };
  revoked_families: { family: string; revoked_at: number };
  /** One row per (install, sequence), forever. */
  progress_events: { install_id: string; sequence: number; person_id: string; body_hash: string; received_at: number };
  progress: { person_id: string; timeline_id: string; lesson_id: string; state: string; version: number };
  /** `note` is JSON of a StampedNote; versions are of the same count as those of progress. */
  notes: { person_id: string; note_id: string; note: string; version: number };
  progress_versions: { person_id: string; version: number };
  settings: { name: string; value: string };
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
    created_at: number;
    updated_at: number;
  };
  migrations: { version: Generated<number>; name: string };
}
