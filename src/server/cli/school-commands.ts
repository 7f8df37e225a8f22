import { commandLine as us, recordAction } from '../services/audit.ts';
import { exportCourse } from '../services/course-export.ts';
import { importCourse } from '../services/course-import.ts';
import { changeKeys } from '../services/key-place.ts';
import { withNewAccessKey, withNewSigningKey } from '../services/key-ring.ts';
import { createPublication } from '../services/publication.ts';
import { signManifestsAnew } from '../services/sign-manifests-anew.ts';
import { commandHelp, readCommand, type Command } from './command.ts';
import { keepingCommands } from './keeping-commands.ts';
import { openSchool } from './open-school.ts';
import { createKeeping } from '../services/keeping.ts';

const others: readonly Command[] = [
  {
    ...{ name: 'course export', words: 'COURSE FOLDER', fewest: 2, help: 'Writes a whole course into a new folder: lessons, captions, attachments, order. Nothing in it is encrypted.' },
    run: async ({ store, media, words: [course = '', folder = ''] }) => exportCourse({ store, media }, course, folder),
  },
  {
    ...{ name: 'course import', words: 'FOLDER', fewest: 1, help: 'Takes in what another school exported. Begun again after a crash, it does what is left.' },
    run: async (session) => {
      const { store, media, keys, now, keeping, words, print } = session;
      const publication = createPublication({ store, media, keys, now });
      print(await importCourse({ store, publication, keeping, now }, words[0] ?? ''));
    },
  },
  {
    ...{ name: 'audit', flags: ['before'], help: 'Who did what, the latest first; --before a date for what was earlier.' },
    run: async ({ keeping, flag, print }) => {
      const before = flag('before');
      for (const { at, actor, action, target, details } of await keeping.audit(before === undefined ? undefined : Date.parse(before))) {
        print([new Date(at).toISOString(), actor, action, target, details].join('\t'));
      }
    },
  },
  {
    ...{ name: 'keys rotate-signing', help: 'A new key for manifests and leases, signed for by the one before; every manifest is signed anew. Apps follow by themselves.' },
    run: async ({ store, keyPlace, keys, now, print }) => {
      const { signing } = await changeKeys(keyPlace, now, withNewSigningKey);
      await keys.refresh();
      await signManifestsAnew(store, keys);
      await recordAction(store, now(), us, 'keys.rotate-signing', signing.kid);
      print(signing.kid);
    },
  },
  {
    ...{ name: 'keys rotate-access', switches: ['forget-old'], help: 'A new key for access tokens; with --forget-old those that are out end at once, and apps ask for new ones.' },
    run: async ({ store, keyPlace, now, isSet, print }) => {
      const { access } = await changeKeys(keyPlace, now, (ring) => withNewAccessKey(ring, now, isSet('forget-old')));
      await recordAction(store, now(), us, 'keys.rotate-access', access[0].kid);
      print(access[0].kid);
    },
  },
];

const commands: readonly Command[] = [...keepingCommands, ...others];
const groups = new Set(commands.map(({ name }) => name.split(' ')[0] ?? ''));

interface Surroundings {
  readonly env: NodeJS.ProcessEnv;
  readonly now: () => number;
  readonly print: (line: string) => void;
  readonly read: (file: string | undefined) => Promise<string>;
}

/** All commands with a line on each. */
export function schoolCommandsHelp(): string {
  return commandHelp(commands);
}

/** Whether these words begin a command of these. */
export function isSchoolCommand([first = '']: readonly string[]): boolean {
  return groups.has(first);
}

/** Throws with a sentence when it cannot be done. */
export async function runSchoolCommand(argv: readonly string[], { env, now, print, read }: Surroundings): Promise<void> {
  const [first = '', second = ''] = argv;
  const command = commands.find(({ name }) => name === `${first} ${second}`) ?? commands.find(({ name }) => name === first);
  if (!command) return print(commandHelp(commands.filter(({ name }) => name.startsWith(`${first} `))));
  const { isHelp, ...given } = readCommand(command, argv.slice(command.name.split(' ').length));
  if (isHelp) return print(commandHelp([command]));
  const opened = await openSchool(env, given.flag('data'), now);
  try {
    await command.run({ ...opened, ...given, keeping: createKeeping({ ...opened, now }), print, read, now });
  } finally {
    await opened.store.destroy();
  }
}
