import type { z } from 'zod';
import { classChangeSchema, courseEditSchema, lessonEditSchema, newAttachmentSchema, newClassSchema, newCourseSchema, newPersonSchema, orderSchema, personChangeSchema } from '../../shared/api/school.ts';
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { commandLine as us } from '../services/audit.ts';
import type { Command, Session } from './command.ts';

/** Parsed as the API parses it, so that both refuse the same. */
function fit<Schema extends z.ZodType>(schema: Schema, given: object): z.output<Schema> {
  const parsed = schema.safeParse(Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)));
  if (parsed.success) return parsed.data;
  throw new Error(parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'this'}: ${message}`).join('; '));
}

const idOf = async ({ keeping }: Session, email: string) => (await keeping.people.find(us, { email: email.toLowerCase() })).id;
const row = (...cells: readonly (string | number | boolean)[]) => cells.join('\t');
const firstLine = (text: string) => text.split(/\r?\n/, 1)[0] ?? '';

const people: readonly Command[] = [
  {
    name: 'person list',
    help: 'Everyone: id, e-mail, role, name.',
    run: async ({ keeping, print }) => {
      for (let after = '', more = true; more; ) {
        const page = await keeping.people.list(us, after);
        for (const { id, email, role, name, disabled } of page.people) print(row(id, email, role, name, disabled ? 'disabled' : ''));
        ({ more } = page);
        after = page.people.at(-1)?.id ?? '';
      }
    },
  },
  {
    ...{ name: 'person add', words: 'E-MAIL', fewest: 1, flags: ['name', 'role', 'id'], switches: ['password'] },
    help: 'A new student, or --role teacher or admin; with --password the first line of standard input is the password.',
    run: async (session) => {
      const [email = ''] = session.words;
      const password = session.isSet('password') ? firstLine(await session.read(undefined)) : undefined;
      const person = fit(newPersonSchema, { id: session.flag('id'), name: session.flag('name') ?? email, email, role: session.flag('role'), password });
      session.print((await session.keeping.people.create(us, person)).id);
    },
  },
  {
    ...{ name: 'person change', words: 'E-MAIL', fewest: 1, flags: ['name', 'role', 'email'], switches: ['password', 'disable', 'enable'] },
    help: 'Changes what is named; with --password the first line of standard input is the new one, and every sign-in ends.',
    run: async (session) => {
      const id = await idOf(session, session.words[0] ?? '');
      const password = session.isSet('password') ? firstLine(await session.read(undefined)) : undefined;
      const disabled = session.isSet('disable') ? true : session.isSet('enable') ? false : undefined;
      await session.keeping.people.change(us, id, fit(personChangeSchema, { name: session.flag('name'), role: session.flag('role'), email: session.flag('email'), password, disabled }));
    },
  },
  {
    ...{ name: 'enrol', words: 'COURSE [E-MAIL...]', fewest: 1, flags: ['file', 'class'] },
    help: 'Enrols people, or a class, or a list: CSV with the columns email, name, password, all of it or nothing.',
    run: async (session) => {
      const [course = '', ...emails] = session.words;
      const [file, group] = [session.flag('file'), session.flag('class')];
      for (const email of emails) await session.keeping.enrolments.enrol(us, course, { email: email.toLowerCase() });
      if (group) await session.keeping.classes.setCourse(us, group, course, true);
      if (!file) return;
      const { lines } = await session.keeping.enrolList(us, course, await session.read(file));
      for (const { line, email, outcome } of lines) session.print(row(line, email, outcome));
    },
  },
  {
    ...{ name: 'unenrol', words: 'COURSE [E-MAIL...]', fewest: 1, flags: ['class'] },
    help: 'Ends enrolments at once.',
    run: async (session) => {
      const [course = '', ...emails] = session.words;
      for (const email of emails) await session.keeping.enrolments.withdraw(us, course, await idOf(session, email));
      const group = session.flag('class');
      if (group) await session.keeping.classes.setCourse(us, group, course, false);
    },
  },
  { name: 'class list', help: 'Classes: id, name.', run: async ({ keeping, print }) => (await keeping.classes.list(us)).forEach(({ id, name }) => print(row(id, name))) },
  {
    ...{ name: 'class show', words: 'CLASS', fewest: 1, help: 'Who is in it, and its courses.' },
    run: async ({ keeping, words, print }) => {
      const { people: members, courseIds } = await keeping.classes.get(us, words[0] ?? '');
      for (const { email, name } of members) print(row('person', email, name));
      for (const id of courseIds) print(row('course', id));
    },
  },
  { ...{ name: 'class add', words: 'NAME', fewest: 1, flags: ['id'], help: 'A new class.' }, run: async ({ keeping, words, flag, print }) => print((await keeping.classes.create(us, fit(newClassSchema, { id: flag('id'), name: words[0] }))).id) },
  { ...{ name: 'class rename', words: 'CLASS NAME', fewest: 2, help: 'Another name.' }, run: async ({ keeping, words }) => void (await keeping.classes.rename(us, words[0] ?? '', fit(classChangeSchema, { name: words[1] }).name)) },
  { ...{ name: 'class remove', words: 'CLASS', fewest: 1, help: 'Dissolves it, and what its people had only by it.' }, run: async ({ keeping, words }) => keeping.classes.remove(us, words[0] ?? '') },
  ...[true, false].map((joins): Command => ({
    ...{ name: joins ? 'class join' : 'class leave', words: 'CLASS E-MAIL [E-MAIL...]', fewest: 2, help: joins ? 'People join it, and are in its courses.' : 'People leave it.' },
    run: async (session) => {
      const [group = '', ...emails] = session.words;
      for (const email of emails) await session.keeping.classes.setMember(us, group, await idOf(session, email), joins);
    },
  })),
];

const courses: readonly Command[] = [
  { name: 'course list', help: 'Courses in their order: id, language, title.', run: async ({ keeping, print }) => (await keeping.courses.list(us)).forEach(({ id, language, title }) => print(row(id, language, title))) },
  {
    ...{ name: 'course show', words: 'COURSE', fewest: 1, help: 'Its lessons in their order, their attachments, and who is in it.' },
    run: async ({ keeping, words: [course = ''], print }) => {
      for (const { id, title, published, attachments } of (await keeping.courses.get(us, course)).lessons) {
        print(row('lesson', id, title, published ? '' : 'hidden'));
        for (const { name, bytes } of attachments) print(row('attachment', id, name, bytes));
      }
      for (const { email, role, name } of await keeping.enrolments.list(us, course)) print(row(role, email, name));
    },
  },
  {
    ...{ name: 'course add', words: 'TITLE', fewest: 1, flags: ['id', 'description', 'language'], help: 'A new course, after the last; prints its id.' },
    run: async ({ keeping, words, flag, print }) => print((await keeping.courses.create(us, fit(newCourseSchema, { id: flag('id'), title: words[0], description: flag('description'), language: flag('language') }))).id),
  },
  {
    ...{ name: 'course edit', words: 'COURSE', fewest: 1, flags: ['title', 'description', 'language', 'done-percent'], help: 'Changes what is named.' },
    run: async ({ keeping, words, flag }) => {
      const share = flag('done-percent');
      await keeping.courses.edit(us, words[0] ?? '', fit(courseEditSchema, { title: flag('title'), description: flag('description'), language: flag('language'), donePercent: share === undefined ? undefined : Number(share) }));
    },
  },
  { ...{ name: 'course order', words: 'COURSE [COURSE...]', fewest: 1, help: 'The order of all courses.' }, run: async ({ keeping, words }) => keeping.courses.order(us, fit(orderSchema, { ids: words }).ids) },
  { ...{ name: 'course remove', words: 'COURSE', fewest: 1, help: 'Removes it, its lessons and media. What students watched stays on record.' }, run: async ({ keeping, words }) => keeping.courses.remove(us, words[0] ?? '') },
  { ...{ name: 'lesson order', words: 'COURSE LESSON [LESSON...]', fewest: 2, help: 'The order of all lessons of a course.' }, run: async ({ keeping, words: [course = '', ...ids] }) => keeping.courses.orderLessons(us, course, fit(orderSchema, { ids }).ids) },
  {
    ...{ name: 'lesson edit', words: 'LESSON', fewest: 1, flags: ['title', 'description'], switches: ['publish', 'unpublish'], help: 'Changes what is named; --unpublish hides it from students.' },
    run: async ({ keeping, words, flag, isSet }) => {
      const published = isSet('publish') ? true : isSet('unpublish') ? false : undefined;
      await keeping.courses.editLesson(us, words[0] ?? '', fit(lessonEditSchema, { title: flag('title'), description: flag('description'), published }));
    },
  },
  { ...{ name: 'lesson remove', words: 'LESSON', fewest: 1, help: 'Removes it and its media.' }, run: async ({ keeping, words }) => keeping.courses.removeLesson(us, words[0] ?? '') },
  {
    ...{ name: 'lesson attach', words: 'LESSON FILE [FILE...]', fewest: 2, help: 'Attaches PDFs, slides or pictures.' },
    run: async ({ keeping, words: [lesson = '', ...files] }) => {
      for (const file of files) await keeping.attachments.attach(us, lesson, newAttachmentSchema.shape.name.parse(basename(file)), await readFile(file));
    },
  },
  { ...{ name: 'lesson detach', words: 'LESSON NAME', fewest: 2, help: 'Takes an attachment away.' }, run: async ({ keeping, words }) => keeping.attachments.detach(us, words[0] ?? '', words[1] ?? '') },
];

export const keepingCommands: readonly Command[] = [...people, ...courses];
