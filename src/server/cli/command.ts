import { parseArgs } from 'node:util';
import type { Keeping } from '../services/keeping.ts';
import type { OpenedSchool } from './open-school.ts';

/** What a command is handed. */
export interface Session extends OpenedSchool {
  readonly keeping: Keeping;
  readonly words: readonly string[];
  /** What was given of a flag. */
  readonly flag: (name: string) => string | undefined;
  readonly isSet: (name: string) => boolean;
  readonly print: (line: string) => void;
  /** All of standard input, or of a file. */
  readonly read: (file: string | undefined) => Promise<string>;
  readonly now: () => number;
}

/** What a command is handed that goes on for a while, or until it is stopped. */
export interface LongRun {
  readonly env: NodeJS.ProcessEnv;
  readonly now: () => number;
  readonly print: (line: string) => void;
  /** How far it is, and what went wrong. */
  readonly say: (sentence: string) => void;
  /** Ends the work; what each leaves then, its own words say. */
  readonly signal: AbortSignal;
}

/** One command of the server's command line, as in `person add`. */
export interface Command {
  readonly name: string;
  /** The words after it, as in `E-MAIL [E-MAIL...]`. */
  readonly words?: string;
  readonly help: string;
  /** Flags with a value, and flags without one. */
  readonly flags?: readonly string[];
  readonly switches?: readonly string[];
  readonly fewest?: number;
  readonly run: (session: Session) => Promise<void>;
}

/** The commands of one group, or of all. */
export function commandHelp(commands: readonly Command[]): string {
  const lines = commands.map(({ name, words = '', flags = [], switches = [], help }) => {
    const usage = [name, words, ...flags.map((flag) => `[--${flag} …]`), ...switches.map((flag) => `[--${flag}]`)].filter(Boolean).join(' ');
    return `  ${usage}\n      ${help}`;
  });
  return [...lines, '', 'Each takes --data FOLDER, the school’s folder (also TEACHIFY_SERVER_DATA, default ./data).'].join('\n');
}

/** What was meant by these arguments; throws with a sentence when it does not fit. */
export function readCommand(command: Command, argv: readonly string[]) {
  const flags = Object.fromEntries([...(command.flags ?? []), 'data'].map((flag) => [flag, { type: 'string' as const }]));
  const switches = Object.fromEntries([...(command.switches ?? []), 'help'].map((flag) => [flag, { type: 'boolean' as const }]));
  const { values, positionals } = parseArgs({ args: [...argv], options: { ...flags, ...switches }, allowPositionals: true });
  const given = values as Record<string, string | boolean | undefined>;
  const most = command.words?.includes('...') ? Infinity : (command.words?.split(' ').length ?? 0);
  const isHelp = given['help'] === true;
  if (!isHelp && (positionals.length < (command.fewest ?? 0) || positionals.length > most)) throw new Error(`Write it as: ${command.name} ${command.words ?? ''}`);
  return { isHelp, words: positionals, flag: (name: string) => (typeof given[name] === 'string' ? given[name] : undefined), isSet: (name: string) => given[name] === true };
}
