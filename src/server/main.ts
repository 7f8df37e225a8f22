import process from 'node:process';
import { addLesson } from './cli/add-lesson.ts';
import { startServer } from './compose.ts';
import { helpText, readOptions } from './options.ts';

/** Electron's utility process has a port to its parent; plain Node has none. */
interface UtilityProcess {
  readonly parentPort?: { postMessage(message: unknown): void };
}

const version = '0.1.0';

async function main([command, ...rest]: readonly string[]): Promise<void> {
  if (command === 'add-lesson') return addLessonHere(rest);
  return serve(command === 'serve' ? rest : process.argv.slice(2));
}

async function addLessonHere(argv: readonly string[]): Promise<void> {
  const interrupted = new AbortController();
  process.once('SIGTERM', () => interrupted.abort());
  process.once('SIGINT', () => interrupted.abort());
  const { signal } = interrupted;
  await addLesson(argv, { env: process.env, now: () => Date.now(), print: (line) => console.log(line), say: (sentence) => console.error(sentence), signal });
}

async function serve(argv: readonly string[]): Promise<void> {
  const options = readOptions(argv, process.env);
  if (options === 'help') return void console.log(helpText());
  const server = await startServer(options, {
    now: () => Date.now(),
    say: (sentence) => console.log(sentence),
    version,
    nativeBinding: process.env['TEACHIFY_SQLITE_BINDING'],
  });
  console.log(`Teachify course server listening on ${server.url}`);
  (process as UtilityProcess).parentPort?.postMessage({ type: 'listening', port: server.port });
  const stop = () => void server.close().then(() => process.exit(0));
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
});
