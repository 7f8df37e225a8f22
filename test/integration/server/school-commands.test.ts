import { createHash } from 'node:crypto';
import { cpSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runSchoolCommand } from '../../../src/server/cli/school-commands.ts';
import { schoolClient } from '../../harness/school-client.ts';
import { startSchoolServer, type SchoolServer } from '../../harness/school-server.ts';
import { everyRow } from '../../harness/staff.ts';
import { temporaryFolder } from '../../harness/temporary-folder.ts';

let school: SchoolServer;
let other: SchoolServer;
beforeAll(async () => {
  school = await startSchoolServer();
  other = await startSchoolServer();
});
afterAll(async () => {
  await school.close();
  await other.close();
});

/** What a command prints. */
async function command(line: readonly string[], input = '', at = school): Promise<string[]> {
  const printed: string[] = [];
  const env = { TEACHIFY_SERVER_DATA: at.folder };
  await runSchoolCommand(line, { env, now: () => at.clock.now(), print: (text) => printed.push(text), read: async (file) => (file === undefined ? input : readFileSync(file, 'utf8')) });
  return printed;
}

/** Every file of a folder, by the SHA-256 of its bytes. */
function filesIn(folder: string): Record<string, string> {
  const names = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return Object.fromEntries(names.map(({ parentPath, name }) => [join(parentPath, name).slice(folder.length), createHash('sha256').update(readFileSync(join(parentPath, name))).digest('hex')]).toSorted());
}

describe('at the server’s command line', () => {
  it('the first admin is made, whose password never stands on it', async () => {
    const [id] = await command(['person', 'add', 'head@school.test', '--name', 'Head', '--role', 'admin', '--password'], 'chalk and slate\n');
    const { status, json } = await schoolClient(school.url).post('/api/auth/token', { email: 'head@school.test', password: 'chalk and slate', device_id: 'desk' });
    expect([status, json()]).toMatchObject([200, { student: { id, name: 'Head' } }]);
    expect(await command(['person', 'list'])).toContain(`${id}\thead@school.test\tadmin\tHead\t`);
  });

  it('people are enrolled one by one, by list and by class', async () => {
    await command(['course', 'add', 'Coffee', '--id', 'coffee']);
    const list = join(temporaryFolder(), 'people.csv');
    writeFileSync(list, 'email,name\nzoe@school.test,Zoe\n');
    await command(['class', 'add', 'Seven B', '--id', '7b']);
    await command(['class', 'join', '7b', 'letters@school.test']);
    await command(['enrol', 'coffee', 'tea@school.test', '--class', '7b']);
    expect(await command(['enrol', 'coffee', '--file', list])).toEqual(['2\tzoe@school.test\tcreated']);
    expect((await command(['course', 'show', 'coffee'])).toSorted()).toEqual(['student\tletters@school.test\tStudent of letters', 'student\ttea@school.test\tStudent of tea', 'student\tzoe@school.test\tZoe']);
    await command(['unenrol', 'coffee', 'tea@school.test', '--class', '7b']);
    expect(await command(['course', 'show', 'coffee'])).toEqual(['student\tzoe@school.test\tZoe']);
    expect((await command(['audit'])).some((line) => line.includes('command-line\tenrolment.end\tcoffee'))).toBe(true);
  });

  it('what does not fit is told in a sentence, and help is given', async () => {
    await expect(command(['person', 'add'])).rejects.toThrow('Write it as: person add E-MAIL');
    await expect(command(['person', 'add', 'nobody'])).rejects.toThrow('email: must be an e-mail address');
    await expect(command(['course', 'show', 'nowhere'])).rejects.toThrow('Access denied');
    expect((await command(['course'])).join('\n')).toContain('course export COURSE FOLDER');
    expect((await command(['person', 'add', '--help'])).join('\n')).toContain('person add E-MAIL');
    await expect(runSchoolCommand(['audit'], { env: { TEACHIFY_SERVER_DATA: temporaryFolder() }, now: Date.now, print: () => {}, read: async () => '' })).rejects.toThrow('There is no school in');
  });

  it('keys are rotated while the server runs: manifests are by the new one at once, and sign-ins last', async () => {
    const student = await school.signIn('tea');
    const { kid } = (await (await student.get('/.well-known/jwks.json')).json() as { keys: { kid: string }[] }).keys[0] ?? {};
    const [next] = await command(['keys', 'rotate-signing']);
    expect(next).not.toBe(kid);
    const { signature } = (await (await student.get('/api/lessons/making-tea/manifest')).json()) as { signature: string };
    expect(JSON.parse(Buffer.from(signature.split('.')[0] ?? '', 'base64url').toString())).toMatchObject({ kid: next });
    await command(['keys', 'rotate-access']);
    await expect.poll(async () => ((await (await student.get('/api/server')).json()) as { signing_key: { kid: string } }).signing_key.kid).toBe(next);
    expect((await student.get('/api/courses')).status).toBe(200);
    await command(['keys', 'rotate-access', '--forget-old']);
    await expect.poll(async () => (await student.get('/api/courses')).status).toBe(401);
  });
});

describe('a course in a folder', () => {
  it('comes out of another school as it went in: lessons, captions, attachments, order, what is hidden', async () => {
    const folders = temporaryFolder();
    const handout = join(folders, 'Handout.pdf');
    writeFileSync(handout, '%PDF-1.7\nnot much of a handout\n%%EOF\n');
    await command(['lesson', 'attach', 'making-tea', handout]);
    await command(['lesson', 'order', 'tea', 'drinking-tea', 'making-tea']);
    await command(['lesson', 'edit', 'drinking-tea', '--unpublish']);
    await command(['course', 'edit', 'tea', '--title', 'All of tea', '--done-percent', '70']);
    await command(['course', 'export', 'tea', join(folders, 'first')]);

    await command(['course', 'remove', 'tea'], '', other);
    expect(await command(['course', 'import', join(folders, 'first')], '', other)).toEqual(['tea']);
    await command(['course', 'export', 'tea', join(folders, 'second')], '', other);
    expect(filesIn(join(folders, 'second'))).toEqual(filesIn(join(folders, 'first')));
    expect(Object.keys(filesIn(join(folders, 'first'))).length).toBeGreaterThan(8);
    expect((await command(['course', 'show', 'tea'], '', other)).filter((line) => line.startsWith('lesson')).map((line) => line.split('\t').at(-1))).toEqual(['hidden', '']);

    await command(['enrol', 'tea', 'tea@school.test'], '', other);
    const student = await other.signIn('tea');
    expect((await student.get('/api/lessons/making-tea/playlist.m3u8')).status).toBe(200);
    expect(await (await student.get('/api/lessons/making-tea/attachments/Handout.pdf')).text()).toContain('not much of a handout');
    // Once more changes nothing that a student would fetch again.
    const before = await (await student.get('/api/lessons/making-tea')).text();
    await command(['course', 'import', join(folders, 'first')], '', other);
    expect(await (await student.get('/api/lessons/making-tea')).text()).toBe(before);
  });

  it('what is no such folder is refused, and nothing is made of it', async () => {
    const folder = temporaryFolder();
    await expect(command(['course', 'import', folder])).rejects.toThrow('There is no exported course in');
    writeFileSync(join(folder, 'course.json'), JSON.stringify({ format: 'teachify-course/1', course: { id: 'new', title: 'New', description: '', language: 'en', donePercent: 90, poster: '../../keys.json' }, lessons: [] }));
    await expect(command(['course', 'import', folder])).rejects.toThrow('must be a plain file name');
    expect((await command(['course', 'list'])).some((line) => line.startsWith('new\t'))).toBe(false);
  });

  const exported = async (): Promise<string> => {
    const folder = join(temporaryFolder(), 'tea');
    await command(['course', 'export', 'tea', folder]);
    return folder;
  };
  const lessonOf = (folder: string): string => join(folder, 'lessons', 'making-tea');
  /** Of this machine, and not of the folder. */
  const secret = import.meta.filename;

  it.each([
    ['a picture that leads out of the folder', (folder: string) => swap(join(folder, 'poster.jpg'), secret)],
    ['captions that lead out of the folder', (folder: string) => swap(join(lessonOf(folder), readdirSync(lessonOf(folder)).find((name) => name.endsWith('.vtt')) ?? 'captions.vtt'), secret)],
    ['a lesson that leads out of the folder', (folder: string) => moveAway(lessonOf(folder))],
    ['a file that is not there', (folder: string) => rmSync(join(lessonOf(folder), JSON.parse(readFileSync(join(lessonOf(folder), 'lesson.json'), 'utf8')).renditions[0].file as string))],
    ['an attachment whose name is a path', (folder: string) => addAttachment(folder, '../../../.bashrc.pdf')],
  ])('with %s it is refused, and nothing is made of it', async (_, damage) => {
    const folder = await exported();
    const described = JSON.parse(readFileSync(join(folder, 'course.json'), 'utf8')) as { course: { title: string; poster: string | null } };
    writeFileSync(join(folder, 'poster.jpg'), 'a picture');
    writeFileSync(join(folder, 'course.json'), JSON.stringify({ ...described, course: { ...described.course, title: 'Brought along', poster: 'poster.jpg' } }));
    damage(folder);
    const before = await everyRow(other);
    await expect(command(['course', 'import', folder], '', other)).rejects.toThrow('There is no exported course in');
    expect(await everyRow(other)).toBe(before);
  });

  it('brings a handout that was changed up to date, and leaves one that was not as it is', async () => {
    const handout = join(temporaryFolder(), 'Leaves.pdf');
    writeFileSync(handout, '%PDF-1.7\nfirst edition\n%%EOF\n');
    await command(['lesson', 'attach', 'making-tea', handout]);
    await command(['course', 'import', await exported()], '', other);
    await command(['lesson', 'detach', 'making-tea', 'Leaves.pdf']);
    writeFileSync(handout, '%PDF-1.7\nsecond edition\n%%EOF\n');
    await command(['lesson', 'attach', 'making-tea', handout]);
    const folder = await exported();
    await command(['course', 'import', folder], '', other);
    const student = await other.signIn('tea');
    expect(await (await student.get('/api/lessons/making-tea/attachments/Leaves.pdf')).text()).toContain('second edition');
    const known = await (await student.get('/api/lessons/making-tea')).text();
    await command(['course', 'import', folder], '', other);
    expect(await (await student.get('/api/lessons/making-tea')).text()).toBe(known);
  });

  it('a course that was removed and comes again is not told of as gone', async () => {
    const folder = await exported();
    const student = await other.signIn('tea');
    const { cursor } = (await (await student.get('/api/changes')).json()) as { cursor: number };
    await command(['lesson', 'remove', 'making-tea'], '', other);
    await command(['course', 'import', folder], '', other);
    const again = (await (await student.get(`/api/changes?since=${cursor}`)).json()) as { gone: unknown[]; courses: { lessons: { id: string }[] }[] };
    expect(again.courses.flatMap(({ lessons }) => lessons.map(({ id }) => id))).toContain('making-tea');
    // Hidden, and so gone.
    const hidden = [{ kind: 'lesson', id: 'drinking-tea', course_id: 'tea' }];
    expect(again.gone).toEqual(hidden);
    await command(['course', 'remove', 'tea'], '', other);
    await command(['course', 'import', folder], '', other);
    await command(['enrol', 'tea', 'tea@school.test'], '', other);
    const back = (await (await student.get(`/api/changes?since=${cursor}`)).json()) as { gone: unknown[]; course_ids: string[] };
    expect(back.course_ids).toContain('tea');
    expect(back.gone).toEqual(hidden);
  });
});

function swap(place: string, target: string): void {
  rmSync(place, { force: true });
  symlinkSync(target, place);
}

function moveAway(folder: string): void {
  const elsewhere = join(temporaryFolder(), 'lesson');
  cpSync(folder, elsewhere, { recursive: true });
  rmSync(folder, { recursive: true });
  symlinkSync(elsewhere, folder);
}

function addAttachment(folder: string, name: string): void {
  const described = JSON.parse(readFileSync(join(folder, 'course.json'), 'utf8')) as { lessons: { id: string }[] };
  for (const { id } of described.lessons) writeFileSync(join(folder, 'lessons', id, 'attachment-1'), '%PDF-1.7\n%%EOF\n');
  writeFileSync(join(folder, 'course.json'), JSON.stringify({ ...described, lessons: described.lessons.map((lesson) => ({ ...lesson, attachments: [{ name, file: 'attachment-1' }] })) }));
}
