import { z } from 'zod';
import { endpoints } from '../../shared/api/endpoints.ts';
import type { Logger } from '../base/logger.ts';
import type { Schools } from './schools.ts';

const patienceMs = 5_000;

interface Dependencies {
  readonly schools: Pick<Schools, 'apiAt'>;
  readonly logger: Logger;
}

/** Has a school close the session that this refresh token belongs to, a spent one too. Never throws: offline, the session simply ends here. */
export async function endSession(server: string, refreshToken: string, { schools, logger }: Dependencies): Promise<void> {
  const request = { method: 'POST' as const, path: endpoints.signOut(), body: { refreshToken }, output: z.undefined(), signal: AbortSignal.timeout(patienceMs) };
  await schools.apiAt(server).request(request).catch((error: unknown) => logger.info('a session ended without the server', { error }));
}
