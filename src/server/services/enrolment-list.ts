import { setImmediate as nextTurn } from 'node:timers/promises';
import { parse } from 'csv-parse/sync';
import { z } from 'zod';
import { emailSchema, newPasswordSchema, type EnrolmentReport } from '../../shared/api/school.ts';
import { TeachifyError } from '../../shared/errors.ts';
import type { Store } from '../store/database.ts';
import { inTransaction, takeTurn } from '../store/transactions.ts';
import type { Actor } from './audit.ts';
import { requireTeacherOf } from './course-access.ts';
import { enrolPerson } from './enrolments.ts';
import { hashPassword, noPassword } from './passwords.ts';
import { insertPerson, peopleTurn } from './people.ts';

const mostLines = 5000;
const linesATurn = 25;
/** As many sentences as someone reads. */
const mostReasons = 20;

const rowSchema = z.object({
  email: emailSchema,
  name: z.string().trim().max(200).default(''),
  password: z.union([z.literal(''), newPasswordSchema]).default(''),
});

interface Wanted extends z.output<typeof rowSchema> {
  readonly line: number;
}

/**
 * Enrols everyone of a list: CSV (RFC 4180) whose header names `email`, and `name` and `password` for people who are to be
 * created; only admins create people. All of it or nothing: one line that does not fit refuses the list, by its number.
 * Coming twice changes nothing, and nobody's password. Throws bad_request, not_enrolled.
 */
export async function enrolFromList(store: Store, now: () => number, actor: Actor, courseId: string, text: string): Promise<EnrolmentReport> {
  await requireTeacherOf(store, actor, courseId, now());
  const { wanted, refused } = readList(text);
  const known = new Set((await store.selectFrom('people').select('email').execute()).map(({ email }) => email));
  for (const { line, email, name } of wanted) {
    if (known.has(email)) continue;
    if (actor.role !== 'admin') refused.push({ line, reason: `nobody here is ${email}, and only admins create people` });
    else if (name === '') refused.push({ line, reason: `nobody here is ${email}, and without a name nobody is created` });
  }
  if (refused.length > 0) throw refusal(refused);
  const hashes = new Map<string, string>();
  for (const { email, password } of wanted) if (!known.has(email)) hashes.set(email, password === '' ? noPassword : await hashPassword(password));
  return inTransaction(store, async (db) => {
    await takeTurn(db, peopleTurn);
    const lines: EnrolmentReport['lines'] = [];
    for (const [index, { line, email, name }] of wanted.entries()) {
      // SQLite answers without a pause: who asks for something else would wait for the whole list.
      if (index % linesATurn === 0) await nextTurn();
      const person = await db.selectFrom('people').select('id').where('email', '=', email).executeTakeFirst();
      const { id } = person ?? (await insertPerson(db, now(), actor, { name, email, role: 'student' }, hashes.get(email) ?? noPassword));
      const isNew = await enrolPerson(db, now(), actor, courseId, id);
      lines.push({ line, email, outcome: person ? (isNew ? 'enrolled' : 'already') : 'created' });
    }
    return { lines };
  });
}

function readList(text: string): { wanted: Wanted[]; refused: { line: number; reason: string }[] } {
  const records = parseCsv(text);
  const [header, ...rest] = records;
  const columns = header?.record.map((name) => name.trim().toLowerCase()) ?? [];
  if (!columns.includes('email')) throw refusal([{ line: 1, reason: 'the first line has to name the columns, email among them' }]);
  if (rest.length > mostLines) throw refusal([{ line: mostLines + 2, reason: `a list has at most ${mostLines} lines` }]);
  const wanted: Wanted[] = [];
  const refused: { line: number; reason: string }[] = [];
  for (const { record, line } of rest) {
    const parsed = rowSchema.safeParse(Object.fromEntries(record.map((value, index) => [columns[index] ?? '', value])));
    const issue = parsed.error?.issues[0];
    if (record.length !== columns.length) refused.push({ line, reason: `it has ${record.length} fields and not ${columns.length}` });
    else if (issue) refused.push({ line, reason: `${String(issue.path[0])}: ${issue.message}` });
    else if (parsed.data) wanted.push({ ...parsed.data, line });
  }
  return { wanted, refused };
}

function parseCsv(text: string): { record: string[]; line: number }[] {
  try {
    const rows = parse(text, { bom: true, info: true, relax_column_count: true, skip_empty_lines: true, trim: true }) as unknown as { record: string[]; info: { lines: number } }[];
    return rows.map(({ record, info }) => ({ record, line: info.lines }));
  } catch (error) {
    const line = error instanceof Error && 'lines' in error ? Number(error.lines) : 1;
    throw refusal([{ line, reason: 'it is not CSV' }]);
  }
}

function refusal(reasons: readonly { line: number; reason: string }[]): TeachifyError {
  const told = reasons.toSorted((a, b) => a.line - b.line).slice(0, mostReasons).map(({ line, reason }) => `line ${line}: ${reason}`);
  const rest = reasons.length > mostReasons ? `; and ${reasons.length - mostReasons} more` : '';
  return new TeachifyError('bad_request', `Nobody was enrolled. ${told.join('; ')}${rest}`);
}
