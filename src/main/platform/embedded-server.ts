import { utilityProcess, type UtilityProcess } from 'electron';
import { z } from 'zod';
import { serverInfoSchema } from '../../shared/api/auth.ts';
import { endpoints, endpointUrl } from '../../shared/api/endpoints.ts';
import type { Logger } from '../../core/base/logger.ts';
import { environmentOfEmbeddedServer } from './server-environment.ts';

const listeningSchema = z.object({ type: z.literal('listening'), port: z.int().positive() });
const restartPauseMs = 2_000;

interface Options {
  /** out/server/main.js */
  readonly script: string;
  readonly dataFolder: string;
  readonly demoSchool: string;
  readonly port: number;
  /** Beyond the app's own environment. */
  readonly env: Readonly<Record<string, string>>;
  readonly logger: Logger;
}

export interface EmbeddedServer {
  /** Resolves when the server listens (after publishing the demo school at the first start). */
  readonly url: Promise<string>;
  stop(): Promise<void>;
}

/**
 * The course server in its own process, from its own bundle, for this machine only. Another copy that already listens on
 * the port is used as it is; a stranger there makes us take a free port. Restarted when it crashes.
 */
export function startEmbeddedServer(options: Options): EmbeddedServer {
  const { logger } = options;
  let stopping = false;
  let child: UtilityProcess | null = null;
  const launch = (port: number): Promise<string> =>
    new Promise((resolve) => {
      const args = ['--port', String(port), '--host', '127.0.0.1', '--data', options.dataFolder, '--demo-school', options.demoSchool, '--log-level', 'warn'];
      child = utilityProcess.fork(options.script, args, {
        serviceName: 'Teachify course server',
        stdio: 'pipe',
        env: { ...environmentOfEmbeddedServer(process.env), ...options.env },
      });
      child.stdout?.on('data', (text: Buffer) => logger.info('course server', { text: text.toString().trim() }));
      child.stderr?.on('data', (text: Buffer) => logger.warn('course server', { text: text.toString().trim() }));
      child.on('message', (message: unknown) => {
        const parsed = listeningSchema.safeParse(message);
        if (parsed.success) resolve(`http://127.0.0.1:${parsed.data.port}`);
      });
      child.once('exit', (code) => {
        child = null;
        if (stopping) return;
        logger.error('the course server ended and is started again', { code });
        setTimeout(() => void (!stopping && launch(port).then(resolve)), restartPauseMs);
      });
    });

  const url = (async () => {
    const found = await whoListens(options.port);
    if (found === 'teachify') return `http://127.0.0.1:${options.port}`;
    return launch(found === 'nobody' ? options.port : 0);
  })();
  return {
    url,
    stop: async () => {
      stopping = true;
      const running = child;
      if (!running) return;
      const ended = new Promise<void>((resolve) => running.once('exit', () => resolve()));
      running.kill();
      await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, 3_000))]);
    },
  };
}

async function whoListens(port: number): Promise<'nobody' | 'teachify' | 'stranger'> {
  try {
    const response = await fetch(endpointUrl(`http://127.0.0.1:${port}`, endpoints.server()), { signal: AbortSignal.timeout(2_000) });
    const body = (await response.json()) as { service?: unknown };
    return body.service === serverInfoSchema.shape.service.value ? 'teachify' : 'stranger';
  } catch (error) {
    const code = error instanceof TypeError && error.cause instanceof Error ? (error.cause as NodeJS.ErrnoException).code : undefined;
    return code === 'ECONNREFUSED' ? 'nobody' : 'stranger';
  }
}
