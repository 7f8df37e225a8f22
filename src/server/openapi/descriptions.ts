import * as auth from '../../shared/api/auth.ts';
import { changesQuerySchema, changesResponseSchema, leaseStandingsSchema } from '../../shared/api/changes.ts';
import { courseResponseSchema, coursesResponseSchema, leaseRequestSchema, leaseResponseSchema, lessonSchema, signedManifestSchema } from '../../shared/api/catalog.ts';
import { jobSchema } from '../../shared/api/jobs.ts';
import { plainProgressChangeSchema, plainProgressSchema } from '../../shared/api/progress-plain.ts';
import { progressBatchResponseSchema, progressBatchSchema, progressPullSchema, progressQuerySchema, progressReceiptResponseSchema } from '../../shared/api/progress.ts';
import { courseChangeSchema, courseReportSchema } from '../../shared/api/teaching.ts';
import { lessonOrderRequestSchema } from '../../shared/api/uploads.ts';
import { progressFileSchema } from '../../shared/models/progress-file.ts';
import { area, type RouteDescription } from './route-description.ts';
import { keepingDescriptions } from './keeping-descriptions.ts';

const form = 'application/x-www-form-urlencoded';
const page = 'text/html';
const binary = 'application/octet-stream';
const playlist = 'application/vnd.apple.mpegurl';

const watching = area('The server itself', [
  ['GET /healthz', 'anyone', 'Whether the process lives', { answers: { 200: 'application/json' } }],
  ['GET /readyz', 'anyone', 'Whether it can answer, database included', { answers: { 200: 'application/json' } }],
  ['GET /metrics', 'anyone', 'Prometheus’ text format', { answers: { 200: 'text/plain' } }],
  ['GET /openapi.json', 'anyone', 'This description', { answers: { 200: 'application/json' } }],
  ['GET /api', 'anyone', 'This description as a page', { answers: { 200: page } }],
]);

const signingIn = area('Signing in', [
  ['GET /api/server', 'anyone', 'Who is speaking', { answers: { 200: auth.serverInfoSchema } }],
  ['GET /.well-known/jwks.json', 'anyone', 'The school’s public keys (RFC 7517)', { answers: { 200: 'application/jwk-set+json' } }],
  ['GET /.well-known/oauth-authorization-server', 'anyone', 'Where a client of OAuth finds what (RFC 8414)', { answers: { 200: 'application/json' } }],
  ['POST /api/auth/token', 'anyone', 'Sign in by e-mail and password', { body: auth.signInRequestSchema, answers: { 200: auth.tokenResponseSchema } }],
  ['POST /api/auth/refresh', 'anyone', 'New tokens for a refresh token, which is spent by it', { body: auth.refreshRequestSchema, answers: { 200: auth.tokenResponseSchema } }],
  ['POST /api/auth/sign-out', 'anyone', 'End a sign-in', { body: auth.refreshRequestSchema, answers: { 204: null } }],
  ['GET /api/auth/authorize', 'anyone', 'The page a student signs in on', { query: auth.authorizationRequestSchema, answers: { 200: page, 303: null } }],
  ['POST /api/auth/authorize', 'anyone', 'Its form; the answer sends the browser back to the app', { body: form, answers: { 303: null } }],
  ['POST /api/auth/oauth/token', 'anyone', 'Tokens for the page’s code (RFC 6749 4.1.3)', { body: form, answers: { 200: auth.oauthTokenResponseSchema, 400: auth.oauthErrorSchema } }],
]);

const learning = area('Learning', [
  ['GET /api/courses', 'person', 'Courses of the student', { answers: { 200: coursesResponseSchema, 304: null } }],
  ['GET /api/courses/:courseId', 'enrolled', 'A course and its lessons', { answers: { 200: courseResponseSchema, 304: null } }],
  ['GET /api/changes', 'person', 'What of the catalogue is not as it was', { query: changesQuerySchema, answers: { 200: changesResponseSchema, 304: null } }],
  ['GET /api/lessons/:lessonId', 'enrolled', 'A lesson', { answers: { 200: lessonSchema, 304: null } }],
  ['GET /api/lessons/:lessonId/manifest', 'enrolled', 'Its signed manifest', { answers: { 200: signedManifestSchema } }],
  ['POST /api/lessons/:lessonId/lease', 'enrolled', 'A lease of it for this device', { body: leaseRequestSchema, example: { device_id: 'laptop' }, answers: { 200: leaseResponseSchema } }],
  ['GET /api/leases', 'person', 'Which leases of this device still stand', { answers: { 200: leaseStandingsSchema } }],
  ['GET /api/lessons/:lessonId/keys/:keyId', 'enrolled', 'The AES-128 key of a file', { answers: { 200: binary } }],
  ['GET /api/lessons/:lessonId/video.mp4', 'enrolled', 'A plain film, by Range', { answers: { 200: 'video/mp4', 206: 'video/mp4' } }],
  ['GET /api/lessons/:lessonId/attachments/:name', 'enrolled', 'An attachment, in clear', { answers: { 200: binary } }],
  ['GET /api/lessons/:lessonId/:name', 'enrolled', 'A playlist (playlist.m3u8, playlist_720p.m3u8) or captions (captions_en.vtt)', { answers: { 200: playlist } }],
  ['GET /media/:sha256', 'anyone', 'A published file, by Range; ciphertext, but for posters', { answers: { 200: binary, 206: binary, 304: null } }],
  ['GET /media/:sha256/leave', 'anyone', 'For a proxy with the media folder at hand: whether it may send this file as bytes, to anyone, without asking again for so long', { answers: { 204: null } }],
  ['GET /media/:sha256/:part', 'anyone', 'A stretch of one, as in 0-1023.m4s', { answers: { 200: binary, 206: binary, 304: null } }],
  ['OPTIONS /media/:sha256', 'anyone', 'Whether pages from elsewhere may ask for a Range: they may', { answers: { 204: null } }],
  ['OPTIONS /media/:sha256/:part', 'anyone', 'The same of a stretch', { answers: { 204: null } }],
]);

const progress = area('Progress', [
  ['POST /api/progress/batches', 'person', 'What was watched, noted and chosen', { body: progressBatchSchema, answers: { 200: progressBatchResponseSchema } }],
  ['POST /api/progress/files', 'person', 'The same from a machine that could not send it', { body: progressFileSchema, answers: { 200: progressReceiptResponseSchema } }],
  ['GET /api/progress', 'person', 'What changed since a cursor', { query: progressQuerySchema, answers: { 200: progressPullSchema } }],
  ['PATCH /api/progress/:lessonId', 'enrolled', 'What a client without ranges says of itself; never merged into progress', { body: plainProgressChangeSchema, example: { progress_percent: 40, watch_duration: 12.5 }, answers: { 200: plainProgressSchema } }],
]);

const teaching = area('Teaching', [
  ['GET /api/teaching/courses/:courseId', 'teaches', 'How a course fares', { answers: { 200: courseReportSchema } }],
  ['PATCH /api/teaching/courses/:courseId', 'teaches', 'How much of a lesson makes it done', { body: courseChangeSchema, example: { done_percent: 90 }, answers: { 200: courseReportSchema } }],
  ['GET /api/teaching/courses/:courseId/lessons.csv', 'teaches', 'The lessons as a table', { answers: { 200: 'text/csv' } }],
  ['GET /api/teaching/courses/:courseId/students.csv', 'teaches', 'The students as a table', { answers: { 200: 'text/csv' } }],
  ['GET /api/teaching/courses/:courseId/xapi.json', 'teaches', 'xAPI statements', { answers: { 200: 'application/json' } }],
  ['POST /api/uploads', 'teacher', 'Begin an upload (tus 1.0)', { answers: { 201: null } }],
  ['HEAD /api/uploads', 'teacher', 'Of no use, by tus 1.0', { answers: { 404: null } }],
  ['PATCH /api/uploads', 'teacher', 'Of no use, by tus 1.0', { answers: { 404: null } }],
  ['DELETE /api/uploads', 'teacher', 'Of no use, by tus 1.0', { answers: { 404: null } }],
  ['POST /api/uploads/:uploadId', 'teacher', 'Of no use, by tus 1.0', { answers: { 404: null } }],
  ['HEAD /api/uploads/:uploadId', 'teacher', 'How far an upload is', { answers: { 200: null } }],
  ['PATCH /api/uploads/:uploadId', 'teacher', 'Its next bytes', { body: 'application/offset+octet-stream', answers: { 204: null } }],
  ['DELETE /api/uploads/:uploadId', 'teacher', 'Give it up', { answers: { 204: null } }],
  ['POST /api/uploads/:uploadId/lesson', 'teacher', 'Make a lesson of it', { body: lessonOrderRequestSchema, example: { course_id: 'tea', title: 'A lesson', language: 'en' }, answers: { 202: jobSchema } }],
  ['GET /api/jobs/:jobId', 'teacher', 'How far a lesson in the making is', { answers: { 200: jobSchema } }],
  ['GET /api/jobs/:jobId/events', 'teacher', 'The same as it changes', { answers: { 200: 'text/event-stream' } }],
  ['POST /api/jobs/:jobId/cancel', 'teacher', 'Give it up', { answers: { 200: jobSchema } }],
  ['POST /api/jobs/:jobId/retry', 'teacher', 'Try it again', { answers: { 200: jobSchema } }],
]);

/** Every route of the course server. A test compares it with what is served. */
export const routeDescriptions: readonly RouteDescription[] = [...watching, ...signingIn, ...learning, ...progress, ...teaching, ...keepingDescriptions];
