/** Every path of the course server, in one place, for the server's routes and for the app's requests alike. */
export const endpoints = {
  server: () => '/api/server',
  token: () => '/api/auth/token',
  refresh: () => '/api/auth/refresh',
  signOut: () => '/api/auth/sign-out',
  /** The page a student signs in on, in the system's browser. */
  authorize: () => '/api/auth/authorize',
  oauthToken: () => '/api/auth/oauth/token',
  /** What a client of OAuth finds all of it by (RFC 8414). */
  oauthMetadata: () => '/.well-known/oauth-authorization-server',
  /** The school's public keys (RFC 7517). */
  jwks: () => '/.well-known/jwks.json',
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
  /** What a machine could not send, from another one. */
  progressFiles: () => '/api/progress/files',
  /** For teachers of a course: JSON, two tables as CSV, xAPI statements. */
  teaching: (courseId: string) => `/api/teaching/courses/${courseId}`,
  teachingLessons: (courseId: string) => `${endpoints.teaching(courseId)}/lessons.csv`,
  teachingStudents: (courseId: string) => `${endpoints.teaching(courseId)}/students.csv`,
  teachingStatements: (courseId: string) => `${endpoints.teaching(courseId)}/xapi.json`,
  /** For clients that keep no ranges. */
  plainProgress: (lessonId: string) => `/api/progress/${lessonId}`,
  /** What of the catalogue is not as it was. */
  changes: () => '/api/changes',
  /** Which leases of this device still stand. */
  leases: () => '/api/leases',
  attachment: (lessonId: string, name: string) => `/api/lessons/${lessonId}/attachments/${name}`,
  /** People, classes and courses, for those who keep them. */
  people: () => '/api/school/people',
  person: (personId: string) => `${endpoints.people()}/${personId}`,
  classes: () => '/api/school/classes',
  class: (classId: string) => `${endpoints.classes()}/${classId}`,
  classMember: (classId: string, personId: string) => `${endpoints.class(classId)}/people/${personId}`,
  classCourse: (classId: string, courseId: string) => `${endpoints.class(classId)}/courses/${courseId}`,
  audit: () => '/api/school/audit',
  managedCourses: () => '/api/school/courses',
  courseOrder: () => '/api/school/course-order',
  managedCourse: (courseId: string) => `${endpoints.managedCourses()}/${courseId}`,
  lessonOrder: (courseId: string) => `${endpoints.managedCourse(courseId)}/lesson-order`,
  enrolments: (courseId: string) => `${endpoints.managedCourse(courseId)}/enrolments`,
  /** Many at once, as text/csv. */
  enrolmentList: (courseId: string) => `${endpoints.managedCourse(courseId)}/enrolment-list`,
  enrolment: (courseId: string, personId: string) => `${endpoints.enrolments(courseId)}/${personId}`,
  managedLesson: (lessonId: string) => `/api/school/lessons/${lessonId}`,
  managedAttachments: (lessonId: string) => `${endpoints.managedLesson(lessonId)}/attachments`,
  managedAttachment: (lessonId: string, name: string) => `${endpoints.managedAttachments(lessonId)}/${name}`,
  /** By tus 1.0. */
  uploads: () => '/api/uploads',
  job: (jobId: string) => `/api/jobs/${encodeURIComponent(jobId)}`,
} as const;

/** The absolute URL of an endpoint path on a server, whose address may itself have a path (`https://school.example/learn`). */
export function endpointUrl(serverUrl: string, path: string): string {
  return `${serverUrl.replace(/\/+$/, '')}${path}`;
}

/** The absolute URL of what a server names by a path of its own or by an absolute address elsewhere. */
export function addressOf(serverUrl: string, named: string): string {
  return /^https?:\/\//i.test(named) ? named : endpointUrl(serverUrl, named);
}

/** Whether an absolute URL is of the server's own scheme, host and port, so that a token may go there. */
export function isSameOrigin(url: string, serverUrl: string): boolean {
  return URL.parse(url)?.origin === URL.parse(serverUrl)?.origin;
}
