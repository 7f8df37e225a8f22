import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { mkdirSync } from 'node:fs';
import { dataFolder } from '../core/base/data-folder.ts';
import { silentLogger } from '../core/base/logger.ts';
import { courses } from './commands/courses.ts';
import { login, logout } from './commands/account.ts';
import { doctor } from './commands/doctor.ts';
import { download } from './commands/download.ts';
import { list, move, remove, verify } from './commands/downloads.ts';
import { handInProgress, saveProgress } from './commands/progress.ts';
import { plan } from './commands/plan.ts';
import type { Context } from './context.ts';
import { exitCodeOf, exitCodes, type ExitCode } from './exit-codes.ts';
import type { Shell } from './open-core.ts';
import { humanOutput, jsonOutput } from './output.ts';

export interface Terminal {
  readonly stdout: (text: string) => void;
  readonly stderr: (text: string) => void;
  /** Everything on standard input. */
  readonly stdin: () => Promise<string>;
  /** Aborted by ctrl-C. */
  readonly signal: AbortSignal;
  readonly platform: NodeJS.Platform;
  readonly home: string;
}

const defaultPatienceSeconds = 60;

const environmentHelp = `
Environment: TEACHIFY_EMAIL and TEACHIFY_PASSWORD sign in for a command; TEACHIFY_ACCESS_TOKEN is used as it is, comes
before them, and is never written down or renewed (refresh tokens change with each use, so none is taken); TEACHIFY_DATA is
the data folder, VITE_API_URL the school's server.`;

const exitHelp = `
Exit status: 0 done; 1 internal; 2 usage; 3 sign in; 4 line or server, the same command goes on later;
5 not yours or not there; 6 disk or databases; 7 what came is not what the school signed; 8 the data folder
is in use by the app; 9 verify or doctor found something; 130 stopped.`;

/** The command line. Resolves to the exit status; every failure was told before. */
export async function runCli(args: readonly string[], shell: Shell, terminal: Terminal): Promise<ExitCode> {
  let code: ExitCode = exitCodes.ok;
  const act = async (work: (context: Context) => Promise<ExitCode | void>) => {
    const context = contextOf(program.opts(), shell, terminal);
    try {
      code = (await work(context)) ?? exitCodes.ok;
    } catch (error) {
      context.output.fail(error);
      code = exitCodeOf(error);
    }
  };
  const program = commands(act, terminal, shell);
  try {
    await program.parseAsync([...args], { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
    throw error;
  }
  return code;
}

type Act = (work: (context: Context) => Promise<ExitCode | void>) => Promise<void>;

function commands(act: Act, terminal: Terminal, { env, version }: Shell): Command {
  const program = new Command('teachify')
    .description('Lessons on this computer, without a window.')
    .version(version)
    .option('--json', 'one JSON object a line on standard output, progress included')
    .option('--data <folder>', 'data folder (default: the app\'s own; TEACHIFY_DATA)')
    .option('--server <url>', 'address of the school\'s server')
    .addHelpText('after', environmentHelp)
    .addHelpText('after', exitHelp)
    .exitOverride()
    .configureOutput({ writeOut: terminal.stdout, writeErr: terminal.stderr });
  const quality = ['--quality <quality>', 'such as 480p; the nearest one a lesson has is taken'] as const;
  const patience = ['--wait <seconds>', 'give up when nothing came for so long; what came stays', seconds, defaultPatienceSeconds] as const;

  program
    .command('login')
    .description('sign in; the password comes on standard input or from TEACHIFY_PASSWORD')
    .option('--email <address>', 'or TEACHIFY_EMAIL')
    .action((options: { email?: string }) =>
      act(async (context) => {
        const password = env['TEACHIFY_PASSWORD'] || (await terminal.stdin()).replace(/\r?\n$/, '');
        await login(context, { email: options.email ?? env['TEACHIFY_EMAIL'], password });
      }),
    );
  program.command('logout').description('sign out; what is here and what waits to be sent stays').action(() => act(logout));
  program.command('courses').description('courses, lessons, sizes').action(() => act(courses));
  program
    .command('plan <ids...>')
    .description('what taking lessons or courses home would mean')
    .option(...quality)
    .action((ids: string[], options: { quality?: string }) => act((context) => plan(context, ids, options.quality)));
  program
    .command('download [ids...]')
    .description('take lessons or courses home; without any, go on with what is queued')
    .option(...quality)
    .option(...patience)
    .action((ids: string[], options: { quality?: string; wait: number }) => act((context) => download(context, ids, { quality: options.quality, patienceSeconds: options.wait })));
  program.command('list').description('what is here and what waits').action(() => act(list));
  program
    .command('verify [ids...]')
    .description('hash lessons again and fetch what is bad; without a name, all that you have whole here')
    .option('--no-repair', 'only look')
    .option(...patience)
    .action((ids: string[], options: { repair: boolean; wait: number }) => act((context) => verify(context, ids, { repair: options.repair, patienceSeconds: options.wait })));
  program
    .command('delete [ids...]')
    .description('give the bytes of lessons or courses back')
    .option('--watched', 'those watched to the end whose progress the school has')
    .action((ids: string[], options: { watched?: boolean }) => act((context) => remove(context, ids, options.watched ?? false)));
  program.command('move <folder>').description('keep lessons in another place').action((folder: string) => act((context) => move(context, folder)));
  program.command('export-progress <file>').description('write what waits to be sent into a file').action((file: string) => act((context) => saveProgress(context, file)));
  program.command('send-progress <file>').description('hand in what another computer wrote into a file').action((file: string) => act((context) => handInProgress(context, file)));
  program.command('doctor').description('check network, clock, proxy, disk, databases, keyring, graphics').action(() => act(doctor));
  return program;
}

function contextOf(options: { json?: boolean; data?: string; server?: string }, shell: Shell, terminal: Terminal): Context {
  const env = { ...shell.env, ...(options.data ? { TEACHIFY_DATA: options.data } : {}) };
  const folder = dataFolder({ platform: terminal.platform, env, home: terminal.home });
  mkdirSync(folder, { recursive: true });
  return {
    shell,
    dataFolder: folder,
    serverUrl: options.server?.replace(/\/+$/, ''),
    logger: silentLogger(),
    output: options.json ? jsonOutput(terminal) : humanOutput(terminal),
    signal: terminal.signal,
  };
}

function seconds(text: string): number {
  const value = Number(text);
  if (!Number.isFinite(value) || value < 0) throw new InvalidArgumentError('must be a number of seconds');
  return value;
}
