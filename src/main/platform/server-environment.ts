/** What a real school's server is set up with, and never the one that runs beside the app: it has a folder of its own and nothing else. */
const ofSchools = /^(TEACHIFY_SERVER_.*|TEACHIFY_DEMO_SCHOOL|DATABASE_URL|DATABASE_REPLICA_URL|REDIS_URL|STORAGE|S3_.*|CLOUDINARY_URL|MEDIA_BASE_URL|ACCEL_REDIRECT|TRUST_PROXY)$/;

/** The app's environment without what names the database, storage and proxies of a school: a developer's may be a real one. */
export function environmentOfEmbeddedServer(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !ofSchools.test(name)));
}
