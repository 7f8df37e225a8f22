import { createDecipheriv, createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Upload } from 'tus-js-client';
import { schoolClient, type SchoolClient } from '../../harness/school-client.ts';
import { startSchoolServer, type SchoolServer } from '../../harness/school-server.ts';
import { everyRow, signInAs } from '../../harness/staff.ts';

let school: SchoolServer;
let admin: SchoolClient;
let teacher: SchoolClient;
let student: SchoolClient;

beforeAll(async () => {
  school = await startSchoolServer();
  admin = await signInAs(school, 'admin', 'both');
  teacher = await signInAs(school, 'teacher', 'tea');
  student = await signInAs(school, 'student', 'letters');
});
afterAll(() => school.close());

const json = { 'content-type': 'application/json' };
const send = (client: SchoolClient, method: string, path: string, body?: unknown) =>
  client.ask(path, { method, ...(body === undefined ? {} : { body: JSON.stringify(body), headers: json }) });
const list = (client: SchoolClient, course: string, text: string) => client.ask(`/api/school/courses/${course}/enrolment-list`, { method: 'POST', body: text, headers: { 'content-type': 'text/csv' } });
const signIn = async (email: string, password: string) => schoolClient(school.url).post('/api/auth/token', { email, password, device_id: 'desk' });
const coursesOf = async (client: SchoolClient) => (await client.ask('/api/courses')).json<{ courses: { id: string }[] }>().courses.map(({ id }) => id);

const pdf = Buffer.from('%PDF-1.7\nnot much of a handout\n%%EOF\n');
const uploaded = async (bytes: Buffer) => {
  const token = (await school.signIn('tea')).tokens?.accessToken ?? '';
  const url = await new Promise<string>((resolve, reject) => {
    const upload: Upload = new Upload(bytes, { endpoint: `${school.url}/api/uploads`, headers: { authorization: `Bearer ${token}` }, onSuccess: () => resolve(upload.url ?? ''), onError: reject });
    upload.start();
  });
  return url.slice(url.lastIndexOf('/') + 1);
};

describe('people', () => {
  it('are created, changed, given a password, and disabled; each ends what the one before allowed', async () => {
    const made = await send(admin, 'POST', '/api/school/people', { id: 'ada', name: 'Ada', email: 'Ada@School.test' });
    expect([made.status, made.json()]).toEqual([201, { id: 'ada', name: 'Ada', email: 'ada@school.test', role: 'student', disabled: false }]);
    expect((await signIn('ada@school.test', '-')).status).toBe(401);
    await send(admin, 'PATCH', '/api/school/people/ada', { password: 'analytical' });
    const first = await signIn('ada@school.test', 'analytical');
    const ada = schoolClient(school.url, first.json<{ access_token: string }>().access_token);
    expect((await ada.ask('/api/courses')).status).toBe(200);
    await send(admin, 'PATCH', '/api/school/people/ada', { password: 'difference engine' });
    expect((await ada.ask('/api/courses')).status).toBe(401);
    const second = await signIn('ada@school.test', 'difference engine');
    expect((await send(admin, 'PATCH', '/api/school/people/ada', { disabled: true })).json()).toMatchObject({ disabled: true });
    expect((await schoolClient(school.url, second.json<{ access_token: string }>().access_token).ask('/api/courses')).status).toBe(401);
    expect((await signIn('ada@school.test', 'difference engine')).json()).toMatchObject({ code: 'wrong_credentials' });
    await send(admin, 'PATCH', '/api/school/people/ada', { disabled: false });
    expect((await signIn('ada@school.test', 'difference engine')).status).toBe(200);
  });

  it.each([
    ['an address that is taken', { name: 'Other', email: 'tea@school.test' }, 409, 'conflict'],
    ['an id that is taken', { id: 'of-tea', name: 'Other', email: 'other@school.test' }, 409, 'conflict'],
    ['no address', { name: 'Other', email: 'school.test' }, 400, 'bad_request'],
    ['a short password', { name: 'Other', email: 'other@school.test', password: 'short' }, 400, 'bad_request'],
  ])('%s makes nobody', async (_, body, status, code) => {
    const before = await everyRow(school);
    const answer = await send(admin, 'POST', '/api/school/people', body);
    expect([answer.status, answer.json()]).toEqual([status, expect.objectContaining({ code })]);
    expect(await everyRow(school)).toBe(before);
  });

  it('the last admin stays one', async () => {
    for (const change of [{ disabled: true }, { role: 'teacher' }]) {
      expect((await send(admin, 'PATCH', '/api/school/people/of-both', change)).json()).toMatchObject({ code: 'conflict' });
    }
  });

  it('are found by address, and listed in order', async () => {
    expect((await admin.ask('/api/school/people?email=TEA@school.test')).json()).toMatchObject({ people: [{ id: 'of-tea' }], more: false });
    const { people } = (await admin.ask('/api/school/people?after=of-both')).json<{ people: { id: string }[] }>();
    expect(people.map(({ id }) => id)).toEqual(['of-letters', 'of-tea']);
  });
});

describe('enrolling', () => {
  it('opens a course at once and closes it at once, its leases included', async () => {
    expect(await coursesOf(student)).toEqual(['letters']);
    const lesson = '/api/lessons/making-tea';
    expect((await send(teacher, 'POST', '/api/school/courses/tea/enrolments', { email: 'letters@school.test' })).json()).toMatchObject({ person_id: 'of-letters', own: true });
    expect((await student.post(`${lesson}/lease`, { device_id: 'device-of-letters' })).status).toBe(200);
    expect((await student.ask('/api/leases')).json()).toMatchObject({ leases: [{ lesson_id: 'making-tea', stands: true }] });
    expect((await send(teacher, 'DELETE', '/api/school/courses/tea/enrolments/of-letters')).status).toBe(204);
    expect((await student.ask('/api/leases')).json()).toMatchObject({ leases: [{ lesson_id: 'making-tea', stands: false }] });
    for (const path of [lesson, `${lesson}/manifest`, `${lesson}/playlist.m3u8`]) expect((await student.ask(path)).json()).toMatchObject({ code: 'not_enrolled' });
    expect((await student.post(`${lesson}/lease`, { device_id: 'device-of-letters' })).status).toBe(403);
  });

  it('a list does all at once, and coming twice changes nothing', async () => {
    const text = '\ufeffName,Email,Password\r\n"Lovelace, Grace",grace@school.test,cobol-is-fine\r\nStudent,letters@school.test,not-their-new-password\r\n\r\nAlan,ALAN@school.test,\r\n';
    const first = (await list(admin, 'tea', text)).json();
    expect(first).toEqual({
      lines: [
        { line: 2, email: 'grace@school.test', outcome: 'created' },
        { line: 3, email: 'letters@school.test', outcome: 'enrolled' },
        { line: 5, email: 'alan@school.test', outcome: 'created' },
      ],
    });
    expect((await signIn('grace@school.test', 'cobol-is-fine')).status).toBe(200);
    expect((await signIn('letters@school.test', 'not-their-new-password')).status).toBe(401);
    const before = await everyRow(school);
    expect((await list(admin, 'tea', text)).json<{ lines: { outcome: string }[] }>().lines.map(({ outcome }) => outcome)).toEqual(['already', 'already', 'already']);
    expect(await everyRow(school)).toBe(before);
  });

  it.each([
    ['a line that does not fit', 'email,name\nnew-1@school.test,New\nno address,Bad\nnew-2@school.test,\n', 'line 3: email: must be an e-mail address; line 4: nobody here is new-2@school.test, and without a name nobody is created'],
    ['too many fields', 'email\nletters@school.test,extra\n', 'line 2: it has 2 fields and not 1'],
    ['no header', 'letters@school.test\n', 'line 1: the first line has to name the columns'],
    ['an open quote', 'email\n"letters@school.test\n', 'it is not CSV'],
    ['nothing', '', 'line 1: '],
  ])('%s refuses the whole list by its number', async (_, text, sentence) => {
    const before = await everyRow(school);
    const answer = await list(admin, 'tea', text);
    expect([answer.status, answer.json()]).toEqual([400, { code: 'bad_request', error: expect.stringContaining(sentence) as string }]);
    expect(await everyRow(school)).toBe(before);
  });

  it('only admins make people of a list', async () => {
    const answer = await list(teacher, 'tea', 'email,name\nnobody@school.test,Nobody\n');
    expect(answer.json()).toMatchObject({ code: 'bad_request', error: expect.stringContaining('only admins create people') as string });
  });

  it('a class is enrolled together, and leaving it ends what was by it alone', async () => {
    await send(admin, 'POST', '/api/school/classes', { id: '7b', name: '7b' });
    await send(admin, 'PUT', '/api/school/classes/7b/people/ada');
    await send(admin, 'PUT', '/api/school/classes/7b/courses/letters');
    await send(admin, 'PUT', '/api/school/classes/7b/people/of-letters');
    await send(admin, 'PUT', '/api/school/classes/7b/people/of-tea');
    expect((await admin.ask('/api/school/classes/7b')).json()).toMatchObject({ course_ids: ['letters'], people: [{ id: 'ada' }, { id: 'of-letters' }, { id: 'of-tea' }] });
    expect(await coursesOf(teacher)).toEqual(['tea', 'letters']);
    expect((await send(admin, 'DELETE', '/api/school/courses/letters/enrolments/of-tea')).json()).toMatchObject({ code: 'conflict' });
    await send(admin, 'DELETE', '/api/school/classes/7b/people/of-tea');
    expect(await coursesOf(teacher)).toEqual(['tea']);
    await send(admin, 'DELETE', '/api/school/classes/7b');
    // Theirs by themselves before the class was.
    expect((await student.ask('/api/courses/letters')).status).toBe(200);
    const { enrolments } = (await admin.ask('/api/school/courses/letters/enrolments')).json<{ enrolments: { person_id: string }[] }>();
    expect(enrolments.map(({ person_id: id }) => id)).not.toContain('ada');
  });
});

describe('courses', () => {
  it('are made by who teaches them, edited, ordered and removed, and students see it', async () => {
    expect((await send(teacher, 'POST', '/api/school/courses', { id: 'coffee', title: 'Coffee' })).json()).toMatchObject({ id: 'coffee', title: 'Coffee', language: 'en' });
    await send(teacher, 'POST', '/api/school/courses/coffee/enrolments', { person_id: 'of-letters' });
    const { cursor } = (await student.ask('/api/changes')).json<{ cursor: number }>();
    await send(teacher, 'PATCH', '/api/school/courses/coffee', { title: 'Better coffee', done_percent: 80 });
    expect((await student.ask('/api/courses/coffee')).json()).toMatchObject({ course: { title: 'Better coffee' } });
    const { courses } = (await admin.ask('/api/school/courses')).json<{ courses: { id: string }[] }>();
    const turned = courses.map(({ id }) => id).toReversed();
    expect((await send(admin, 'PUT', '/api/school/course-order', { ids: turned })).status).toBe(204);
    expect((await send(admin, 'PUT', '/api/school/course-order', { ids: turned.slice(1) })).status).toBe(409);
    expect((await coursesOf(student))[0]).toBe('coffee');
    expect((await send(teacher, 'DELETE', '/api/school/courses/coffee')).status).toBe(204);
    const changes = (await student.ask(`/api/changes?since=${cursor}`)).json<{ course_ids: string[]; gone: unknown[] }>();
    expect(changes.gone).toContainEqual({ kind: 'course', id: 'coffee', course_id: 'coffee' });
    expect(changes.course_ids).not.toContain('coffee');
  });

  it('a lesson that is hidden is gone for students until it is shown again; nothing changed costs a few bytes', async () => {
    const start = (await student.ask('/api/changes')).json<{ cursor: number; courses: unknown[] }>();
    expect(start.courses).toHaveLength(2);
    const again = await student.ask(`/api/changes?since=${start.cursor}`);
    expect(again.json()).toMatchObject({ courses: [], gone: [] });
    const etag = again.headers.get('etag') ?? '';
    expect((await student.ask(`/api/changes?since=${start.cursor}`, { headers: { 'if-none-match': etag } })).status).toBe(304);

    expect((await send(teacher, 'PATCH', '/api/school/lessons/making-tea', { published: false })).json()).toMatchObject({ published: false });
    expect((await student.ask('/api/lessons/making-tea')).status).toBe(403);
    const hidden = (await student.ask(`/api/changes?since=${start.cursor}`)).json<{ cursor: number; courses: { lessons: { id: string }[] }[]; gone: unknown[] }>();
    expect(hidden.gone).toEqual([{ kind: 'lesson', id: 'making-tea', course_id: 'tea' }]);
    expect(hidden.courses.flatMap(({ lessons }) => lessons.map(({ id }) => id))).not.toContain('making-tea');
    await send(teacher, 'PATCH', '/api/school/lessons/making-tea', { published: true, title: 'Making more tea' });
    const shown = (await student.ask(`/api/changes?since=${hidden.cursor}`)).json<{ courses: { lessons: { title: string }[] }[]; gone: unknown[] }>();
    expect(shown.gone).toEqual([]);
    expect(shown.courses[0]?.lessons.map(({ title }) => title)).toContain('Making more tea');
  });

  it('lessons stand in the order they are given, all of them or none', async () => {
    const ids = async () => (await teacher.ask('/api/school/courses/tea')).json<{ lessons: { id: string }[] }>().lessons.map(({ id }) => id);
    const turned = (await ids()).toReversed();
    expect((await send(teacher, 'PUT', '/api/school/courses/tea/lesson-order', { ids: turned })).status).toBe(204);
    expect(await ids()).toEqual(turned);
    for (const wrong of [turned.slice(1), [...turned, 'capital-letters'], [turned[0], turned[0]]]) {
      expect((await send(teacher, 'PUT', '/api/school/courses/tea/lesson-order', { ids: wrong })).status).toBe(409);
    }
  });
});

describe('attachments', () => {
  const attach = async (name: string, bytes: Buffer, lesson = 'making-tea') => send(teacher, 'POST', `/api/school/lessons/${lesson}/attachments`, { upload_id: await uploaded(bytes), name });

  it('travel as encrypted side files of the lesson’s manifest, and are read in clear by who is enrolled', async () => {
    const before = (await student.ask('/api/lessons/making-tea')).json<{ revision: number; qualities: { bytes: number }[] }>();
    expect((await attach('Handout 1.pdf', pdf)).status).toBe(204);
    const after = (await student.ask('/api/lessons/making-tea')).json<{ revision: number; qualities: { bytes: number }[] }>();
    expect(after.revision).toBe(before.revision + 1);
    expect(after.qualities[0]?.bytes).toBeGreaterThan(before.qualities[0]?.bytes ?? 0);
    interface SideFile { role: string; name: string; mime_type: string; file: { sha256: string; key_id: string } }
    const { payload } = (await student.ask('/api/lessons/making-tea/manifest')).json<{ payload: string }>();
    const side = (JSON.parse(payload) as { side_files: SideFile[] }).side_files.find(({ role }) => role === 'attachment');
    expect(side).toMatchObject({ name: 'Handout 1.pdf', mime_type: 'application/pdf' });
    const stored = (await student.bytes(`/media/${side?.file.sha256}`)).body;
    expect(createHash('sha256').update(stored).digest('hex')).toBe(side?.file.sha256);
    expect(stored.includes('handout')).toBe(false);
    const key = (await student.bytes(`/api/lessons/making-tea/keys/${side?.file.key_id}`)).body;
    const decipher = createDecipheriv('aes-128-cbc', key, Buffer.alloc(16));
    expect(Buffer.concat([decipher.update(stored), decipher.final()])).toEqual(pdf);
    const read = await student.bytes('/api/lessons/making-tea/attachments/Handout%201.pdf');
    expect([read.headers.get('content-type'), read.headers.get('content-disposition'), read.body]).toEqual(['application/pdf', 'attachment', pdf]);
    expect((await teacher.ask('/api/school/courses/tea')).json()).toMatchObject({ lessons: expect.arrayContaining([expect.objectContaining({ attachments: [{ name: 'Handout 1.pdf', mime_type: 'application/pdf', bytes: stored.length }] })]) as unknown });
    expect((await attach('Handout 1.pdf', pdf)).status).toBe(409);
    expect((await send(teacher, 'DELETE', '/api/school/lessons/making-tea/attachments/Handout%201.pdf')).status).toBe(204);
    expect((await student.ask('/api/lessons/making-tea/attachments/Handout%201.pdf')).status).toBe(404);
  });

  it.each([
    ['a program called a PDF', 'handout.pdf', Buffer.from('MZ\x90\x00 this program cannot be run')],
    ['a page called a picture', 'picture.png', Buffer.from('<html><script>alert(1)</script></html>')],
    ['a PDF called slides', 'slides.pptx', pdf],
    ['slides with macros', 'slides.pptx', Buffer.from('PK\x03\x04........................ppt/presentation.xml....ppt/vbaProject.bin', 'latin1')],
    ['a name with a path', '../handout.pdf', pdf],
  ])('%s is refused, and the lesson stays as it is', async (_, name, bytes) => {
    const before = (await student.ask('/api/lessons/making-tea')).text;
    expect((await attach(name, bytes)).json()).toMatchObject({ code: 'bad_request' });
    expect((await student.ask('/api/lessons/making-tea')).text).toBe(before);
  });
});

describe('what simple clients say', () => {
  it('stands beside what was watched, and never goes back', async () => {
    const patch = (body: unknown) => send(student, 'PATCH', '/api/progress/making-tea', body);
    expect((await patch({ progress_percent: 40, watch_duration: 12.5 })).json()).toMatchObject({ lesson_id: 'making-tea', progress_percent: 40, watch_duration: 12.5 });
    expect((await patch({ progress_percent: 30 })).json()).toMatchObject({ progress_percent: 40, watch_duration: 12.5 });
    expect((await student.ask('/api/progress')).json()).toMatchObject({ progress: [] });
    for (const wrong of [{}, { progress_percent: 101 }, { progress_percent: '40' }, { watch_duration: -1 }]) expect((await patch(wrong)).status).toBe(400);
    expect((await send(student, 'PATCH', '/api/progress/nowhere', { progress_percent: 1 })).status).toBe(403);
  });
});

describe('what is asked at the same moment', () => {
  const together = <Item, Result>(items: readonly Item[], work: (item: Item) => Promise<Result>) => Promise.all(items.map(work));

  it('of what simple clients say the most stays', async () => {
    const patch = (percent: number) => send(student, 'PATCH', '/api/progress/making-tea', { progress_percent: percent });
    for (const most of [60, 80, 100]) {
      await together([most, ...Array.from({ length: 9 }, (_, index) => most - 19 + index)], patch);
      expect((await patch(0)).json()).toMatchObject({ progress_percent: most });
    }
  });

  it('every attachment is in the manifest that the lesson has then', async () => {
    const names = Array.from({ length: 6 }, (_, index) => `Together ${index}.pdf`);
    const uploads = await together(names, () => uploaded(pdf));
    const answers = await together(names, (name) => send(teacher, 'POST', '/api/school/lessons/making-tea/attachments', { upload_id: uploads[names.indexOf(name)], name }));
    expect(answers.map(({ status }) => status)).toEqual(names.map(() => 204));
    const { payload } = (await student.ask('/api/lessons/making-tea/manifest')).json<{ payload: string }>();
    const listed = (JSON.parse(payload) as { side_files: { role: string; name: string }[] }).side_files.filter(({ role }) => role === 'attachment');
    expect(listed.map(({ name }) => name).toSorted()).toEqual(names);
  });

  it('one address makes one person, and the others are told so', async () => {
    for (const email of ['eve-1@school.test', 'eve-2@school.test', 'eve-3@school.test']) {
      const answers = await together([1, 2, 3, 4], () => send(admin, 'POST', '/api/school/people', { name: 'Eve', email }));
      expect(answers.map(({ status }) => status).toSorted()).toEqual([201, 409, 409, 409]);
    }
  });

  it('who joins a class while it gets a course is in the course', async () => {
    const rounds = Array.from({ length: 6 }, (_, index) => `together-${index}`);
    for (const id of rounds) {
      await send(admin, 'POST', '/api/school/classes', { id, name: id });
      await send(admin, 'POST', '/api/school/courses', { id: `course-${id}`, title: id });
      await together([`people/ada`, `courses/course-${id}`], (part) => send(admin, 'PUT', `/api/school/classes/${id}/${part}`));
      const { enrolments } = (await admin.ask(`/api/school/courses/course-${id}/enrolments`)).json<{ enrolments: { person_id: string }[] }>();
      expect([id, enrolments.map(({ person_id: person }) => person)]).toEqual([id, ['ada']]);
    }
  });

  it('two admins who take each other’s part away leave one', async () => {
    for (let round = 0; round < 4; round += 1) {
      await send(admin, 'PATCH', '/api/school/people/ada', { role: 'admin' });
      await together(['ada', 'of-both'], (id) => send(admin, 'PATCH', `/api/school/people/${id}`, { role: 'teacher' }));
      await signInAs(school, 'admin', 'both');
      const left = JSON.parse(await everyRow(school)) as [string, { action: string; details: string }[]][];
      const taken = left.find(([table]) => table === 'audit')?.[1].filter(({ action, details }) => action === 'person.change' && details.includes('"role":"teacher"'));
      expect(taken).toHaveLength(round + 1);
    }
  });
});

it('who did what is on record, latest first, and no password is', async () => {
  const { entries } = (await admin.ask('/api/school/audit')).json<{ entries: { actor: string; action: string; target: string; details: string }[] }>();
  const kinds = new Set(entries.map(({ action }) => action));
  for (const action of ['person.create', 'person.change', 'enrolment.begin', 'enrolment.end', 'course.create', 'course.remove', 'lesson.edit', 'attachment.add', 'class.join']) expect(kinds).toContain(action);
  expect(entries.find(({ action }) => action === 'course.remove')).toMatchObject({ actor: 'of-tea', target: 'coffee' });
  expect(JSON.stringify(entries)).not.toMatch(/analytical|cobol/);
});
