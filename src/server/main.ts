import { readFile } from 'node:fs/promises';
import process from 'node:process';
import { text } from 'node:stream/consumers';
import { addLesson } from './cli/add-lesson.ts';
import { backup } from './cli/backup.ts';
import { migrateStorage } from './cli/migrate-storage.ts';
import { restore } from './cli/restore.ts';
import { isSchoolCommand, runSchoolCommand, schoolCommandsHelp } from './cli/school-commands.ts';
import { work } from './cli/worker.ts';
import { helpText, readOptions, type ownCommands } from './options.ts';

/** Electron's utility process has a port to its parent; plain Node has none. */
interface UtilityProcess {
  readonly parentPort?: { postMessage(message: unknown): void };
}

const version = '0.1.0';
/** So long a signal that comes again is the echo of the first. */
const echoMs = 1000;

const own: Record<(typeof ownCommands)[number], (argv: readonly string[], surroundings: ReturnType<typeof untilStopped>) => Promise<void>> = {
  'add-lesson': addLesson,
  worker: work,
  backup,
  restore,
  'migrate-storage': migrateStorage,
};

async function main([command = '', ...rest]: readonly string[]): Promise<void> {
  const isOwn = (name: string): name is keyof typeof own => Object.hasOwn(own, name);
  if (isOwn(command)) return own[command](rest, untilStopped());
  if (isSchoolCommand([command])) return runSchoolCommand([command, ...rest], { env: process.env, now: () => Date.now(), print: (line) => console.log(line), read });
  return serve(command === 'serve' ? rest : process.argv.slice(2));
}

/** What commands that end by themselves or when they are stopped need of the process. */
function untilStopped() {
  const interrupted = new AbortController();
  process.once('SIGTERM', () => interrupted.abort());
  process.once('SIGINT', () => interrupted.abort());
  return { env: process.env, now: () => Date.now(), print: (line: string) => console.log(line), say: (sentence: string) => console.error(sentence), signal: interrupted.signal };
}

async function read(file: string | undefined): Promise<string> {
  return file === undefined ? text(process.stdin) : readFile(file, 'utf8');
}

async function serve(argv: readonly string[]): Promise<void> {
  const options = readOptions(argv, process.env);
  if (options === 'help') return void console.log(`${helpText()}\n\nCommands:\n${schoolCommandsHelp()}`);
  // All that answers requests: commands that end by themselves begin sooner without it.
  const { startServer } = await import('./compose.ts');
  const server = await startServer(options, {
    now: () => Date.now(),
    say: (sentence) => console.log(sentence),
    version,
    nativeBinding: process.env['TEACHIFY_SQLITE_BINDING'],
  });
  console.log(`Teachify course server listening on ${server.url}`);
  (process as UtilityProcess).parentPort?.postMessage({ type: 'listening', port: server.port });
  let toldAt: number | null = null;
  const stop = () => {
    // Ctrl-C in a terminal comes twice under npm: from the terminal, and handed on by the script. Later it means: now.
    if (toldAt !== null) return void (Date.now() - toldAt > echoMs && process.exit(1));
    toldAt = Date.now();
    void server.close().then(() => process.exit(0));
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
});
