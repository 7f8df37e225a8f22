import { join } from 'node:path';

interface Surroundings {
  readonly platform: NodeJS.Platform;
  readonly env: NodeJS.ProcessEnv;
  readonly home: string;
}

/** Where lessons and databases lie: local, never roaming. `TEACHIFY_DATA` overrides it. */
export function dataFolder({ platform, env, home }: Surroundings): string {
  if (env['TEACHIFY_DATA']) return env['TEACHIFY_DATA'];
  if (platform === 'win32') return join(env['LOCALAPPDATA'] ?? join(home, 'AppData', 'Local'), 'Teachify Desktop');
  if (platform === 'darwin') return join(home, 'Library', 'Application Support', 'Teachify Desktop');
  return join(env['XDG_DATA_HOME'] || join(home, '.local', 'share'), 'teachify-desktop');
}
