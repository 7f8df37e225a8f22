/** Every path of the course server, in one place, for the server's routes and for the app's requests alike. */
export const endpoints = {
  server: () => '/api/server',
  token: () => '/api/auth/token',
  refresh: () => '/api/auth/refresh',
  signOut: () => '/api/auth/sign-out',
  courses: () => '/api/courses',
  course: (courseId: string) => `/api/courses/${encodeURIComponent(courseId)}`,
  lesson: (lessonId: string) => `/api/lessons/${encodeURIComponent(lessonId)}`,
  manifest: (lessonId: string) => `${endpoints.lesson(lessonId)}/manifest`,
  lease: (lessonId: string) => `${endpoints.lesson(lessonId)}/lease`,
  key: (lessonId: string, keyId: string) => `${endpoints.lesson(lessonId)}/keys/${encodeURIComponent(keyId)}`,
  /** `name` is `playlist.m3u8` for the multivariant playlist, `playlist_720p.m3u8` for one rendition. */
  playlist: (lessonId: string, name: string) => `${endpoints.lesson(lessonId)}/${encodeURIComponent(name)}`,
  plainVideo: (lessonId: string) => `${endpoints.lesson(lessonId)}/video.mp4`,
  /** A published file, named by the SHA-256 of its bytes; the same for every student, cacheable anywhere. */
  media: (fileId: string) => `/media/${encodeURIComponent(fileId)}`,
  progress: () => '/api/progress',
  progressBatches: () => '/api/progress/batches',
  /** By tus 1.0. */
  uploads: () => '/api/uploads',
  job: (jobId: string) => `/api/jobs/${encodeURIComponent(jobId)}`,
} as const;

/** The absolute URL of an endpoint path on a server, whose address may itself have a path (`https://school.example/learn`). */
export function endpointUrl(serverUrl: string, path: string): string {
  return `${serverUrl.replace(/\/+$/, '')}${path}`;
}

/** Whether an absolute URL is of the server's own scheme, host and port, so that a token may go there. */
export function isSameOrigin(url: string, serverUrl: string): boolean {
  return URL.parse(url)?.origin === URL.parse(serverUrl)?.origin;
}
