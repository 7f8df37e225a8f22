import { parseArgs } from 'node:util';
import { restoreBackup } from '../backup/restore-backup.ts';
import { readEnvironment } from '../options.ts';

export const restoreHelp = `Usage: teachify-server restore FOLDER [flags]

Brings a school back from a backup, or from the newest of a folder of backups. Everything in it is verified before anything is
touched. The servers of the school are started afterwards.

  --check              verifies the backup, and changes nothing
  --replace            a school that is there already is set aside (SQLite) or dropped (PostgreSQL)
  --leave-out-damaged  restores without media files that are damaged in the backup
  --data FOLDER        the school's folder, also TEACHIFY_SERVER_DATA (default: ./data)
  --help

PostgreSQL and object storage are told by the environment, as for the server: the media go where STORAGE says (default: folder).
PostgreSQL's pg_restore and psql have to be installed.`;

const flags = { check: { type: 'boolean' }, replace: { type: 'boolean' }, 'leave-out-damaged': { type: 'boolean' }, data: { type: 'string' }, help: { type: 'boolean' } } as const;

interface Surroundings {
  readonly env: NodeJS.ProcessEnv;
  readonly now: () => number;
  readonly print: (line: string) => void;
  readonly say: (sentence: string) => void;
}

/** Throws with a sentence when it cannot be done. */
export async function restore(argv: readonly string[], { env, now, print, say }: Surroundings): Promise<void> {
  const { values, positionals } = parseArgs({ args: [...argv], options: flags, allowPositionals: true });
  if (values.help) return print(restoreHelp);
  const [from] = positionals;
  if (from === undefined || positionals.length > 1) throw new Error('Write it as: restore FOLDER');
  const options = readEnvironment(env, values.data);
  const wanted = { from, check: values.check ?? false, replace: values.replace ?? false, leaveOutDamaged: values['leave-out-damaged'] ?? false };
  const { backup, storage, damaged } = await restoreBackup(wanted, { options, nativeBinding: env['TEACHIFY_SQLITE_BINDING'], now, say });
  const { school, media, missing } = backup.manifest;
  const lost = [...damaged, ...missing];
  if (lost.length > 0) say(`Without ${lost.length} media files: ${lost.join(', ')}`);
  if (values.check) return print(`The backup ${backup.name} of ${school.name} is whole: ${media.length - damaged.length} media files.`);
  print(`${school.name} is back as it was at ${new Date(backup.manifest.madeAt).toISOString()}. Its media are in ${storage}: start its servers.`);
}
