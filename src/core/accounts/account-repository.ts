import { dirname } from 'node:path';
import { z } from 'zod';
import { serverInfoSchema, studentSchema, type SigningKey, type Student } from '../../shared/api/auth.ts';
import { TeachifyError } from '../../shared/errors.ts';
import type { Connection } from '../database/connection.ts';
import { guarded } from '../database/failures.ts';
import { wipeSetAside } from '../database/set-aside.ts';
import type { AccountId } from './ports.ts';

export interface KnownServer {
  readonly url: string;
  readonly name: string;
  readonly signingKey: SigningKey;
  /** Oldest first; what they signed still counts. */
  readonly earlierKeys: readonly SigningKey[];
}

export interface StoredAccount {
  readonly id: AccountId;
  readonly server: string;
  readonly student: Student;
  /** Wrapped; null when it lies in memory only, or after signing out. */
  readonly refreshToken: Uint8Array | null;
  /** As `hashPin` made it; null where there is none. */
  readonly pin: string | null;
}

const signingKeySchema = serverInfoSchema.shape.signingKey;
const deviceRow = z.object({ id: z.string() });
const serverRow = z.object({ url: z.string(), name: z.string(), signing_key: z.string(), earlier_keys: z.string() });
const accountRow = z
  .object({ id: z.string(), server: z.string(), student: z.string(), refresh_token: z.instanceof(Uint8Array).nullable(), pin: z.string().nullable() })
  .transform(({ id, server, student, refresh_token, pin }): StoredAccount => ({
    ...{ id, server, pin, refreshToken: refresh_token },
    student: studentSchema.parse(JSON.parse(student)),
  }));
const failuresRow = z.object({ pin_failures: z.int() });
const anchorRow = z.object({ at: z.int() });

const sharedRow = z.object({ shared: z.literal([0, 1]) });

const accountColumns = 'id, server, student, refresh_token, pin';

/** A row that was never written so is damage, and the student is offered the repair. */
function sound<Value>(read: () => Value): Value {
  try {
    return read();
  } catch (cause) {
    throw new TeachifyError('database_damaged', 'ledger.db holds what was never written', { cause, details: { database: 'ledger' } });
  }
}

export class AccountReads {
  readonly #db: Connection;

  constructor(db: Connection) {
    this.#db = db;
  }

  async server(url: string): Promise<KnownServer | null> {
    const row = guarded('ledger', () => this.#db.prepare('SELECT url, name, signing_key, earlier_keys FROM servers WHERE url = ?').get(url));
    if (row === undefined) return null;
    return sound(() => {
      const { name, signing_key, earlier_keys } = serverRow.parse(row);
      return { url, name, signingKey: signingKeySchema.parse(JSON.parse(signing_key)), earlierKeys: z.array(signingKeySchema).parse(JSON.parse(earlier_keys)) };
    });
  }

  /** The student at the machine. */
  async current(): Promise<StoredAccount | null> {
    const row = guarded('ledger', () => this.#db.prepare(`SELECT ${accountColumns} FROM accounts WHERE current = 1`).get());
    return row === undefined ? null : sound(() => accountRow.parse(row));
  }

  /** Everybody who may sit down here without signing in anew. */
  async listed(): Promise<StoredAccount[]> {
    const rows = guarded('ledger', () => this.#db.prepare(`SELECT ${accountColumns} FROM accounts WHERE listed = 1 ORDER BY rowid`).all());
    return rows.map((row) => sound(() => accountRow.parse(row)));
  }

  /** Whether this is marked as a shared computer. A row that was never written so counts as the mark. */
  async shared(): Promise<boolean> {
    const row = guarded('ledger', () => this.#db.prepare('SELECT shared FROM shared_computer').get());
    return row !== undefined && sharedRow.safeParse(row).data?.shared !== 0;
  }

  /** The latest moment this machine knows of; null before it knew any. */
  async clockAnchor(): Promise<number | null> {
    const row = guarded('ledger', () => this.#db.prepare('SELECT at FROM clock_anchor').get());
    return row === undefined ? null : anchorRow.parse(row).at;
  }
}

export class AccountWrites {
  readonly #db: Connection;

  constructor(db: Connection) {
    this.#db = db;
  }

  /** This installation's device id, taken from `create` the first time. */
  async deviceId(create: () => string): Promise<string> {
    const work = () => {
      this.#db.prepare('INSERT OR IGNORE INTO device (one, id) VALUES (1, ?)').run(create());
      return deviceRow.parse(this.#db.prepare('SELECT id FROM device').get()).id;
    };
    return guarded('ledger', () => this.#db.transaction(work).immediate());
  }

  /** Pins a school's key. Whoever calls has seen that it is the one of before, or its successor. */
  async saveServer({ url, name, signingKey, earlierKeys }: KnownServer): Promise<void> {
    const sql = `INSERT INTO servers (url, name, signing_key, earlier_keys) VALUES (?, ?, ?, ?)
      ON CONFLICT (url) DO UPDATE SET name = excluded.name, signing_key = excluded.signing_key, earlier_keys = excluded.earlier_keys`;
    guarded('ledger', () => this.#db.prepare(sql).run(url, name, JSON.stringify(signingKey), JSON.stringify(earlierKeys)));
  }

  /** Makes this the student at the machine, after a sign-in. */
  async enter({ id, server, student, refreshToken }: Omit<StoredAccount, 'pin'>): Promise<void> {
    const sql = `INSERT INTO accounts (id, server, student, refresh_token, current, listed) VALUES (?, ?, ?, ?, 1, 1)
      ON CONFLICT (id) DO UPDATE SET student = excluded.student, refresh_token = excluded.refresh_token, current = 1, listed = 1, pin_failures = 0`;
    const work = () => {
      this.#db.prepare('UPDATE accounts SET current = 0 WHERE current = 1').run();
      this.#db.prepare(sql).run(id, server, JSON.stringify(student), refreshToken);
    };
    guarded('ledger', () => this.#db.transaction(work).immediate());
  }

  /** Makes a student whose name is not known yet the one at the machine; what is known of them stays. */
  async enterUnnamed(id: AccountId, server: string, studentId: string): Promise<void> {
    const student: Student = { id: studentId, name: studentId, email: '' };
    const sql = `INSERT INTO accounts (id, server, student, refresh_token, current, listed) VALUES (?, ?, ?, NULL, 1, 1)
      ON CONFLICT (id) DO UPDATE SET current = 1, listed = 1`;
    const work = () => {
      this.#db.prepare('UPDATE accounts SET current = 0 WHERE current = 1').run();
      this.#db.prepare(sql).run(id, server, JSON.stringify(student));
    };
    guarded('ledger', () => this.#db.transaction(work).immediate());
  }

  /** Makes one of those who are listed the student at the machine; null for nobody. */
  async choose(id: AccountId | null): Promise<void> {
    const work = () => {
      this.#db.prepare('UPDATE accounts SET current = 0 WHERE current = 1').run();
      this.#db.prepare('UPDATE accounts SET current = 1 WHERE id = ?').run(id);
    };
    guarded('ledger', () => this.#db.transaction(work).immediate());
  }

  async saveRefreshToken(id: AccountId, refreshToken: Uint8Array | null): Promise<void> {
    guarded('ledger', () => this.#db.prepare('UPDATE accounts SET refresh_token = ? WHERE id = ?').run(refreshToken, id));
  }

  /** What belongs to the student stays, hidden until the next sign-in; with `wipe` all that opens lessons goes too, from the file as well. */
  async leave(id: AccountId, { wipe }: { readonly wipe: boolean }): Promise<void> {
    const work = () => {
      this.#db.prepare('UPDATE accounts SET current = 0, listed = 0, refresh_token = NULL, pin = NULL, pin_failures = 0 WHERE id = ?').run(id);
      if (wipe) this.#db.prepare('DELETE FROM leases WHERE account = ?').run(id);
    };
    guarded('ledger', () => this.#db.transaction(work).immediate());
    if (wipe) this.#emptyLog();
  }

  async markShared(): Promise<void> {
    guarded('ledger', () => this.#mark(1));
  }

  async takeBackMark(): Promise<void> {
    guarded('ledger', () => this.#mark(0));
  }

  /** Whoever is not here signs in anew, since nothing asks for their PINs any more; what is theirs stays, hidden until then. */
  async unmarkShared(): Promise<void> {
    const work = () => {
      this.#db.prepare('UPDATE accounts SET listed = 0, refresh_token = NULL, pin = NULL, pin_failures = 0 WHERE current = 0').run();
      this.#mark(0);
    };
    guarded('ledger', () => this.#db.transaction(work).immediate());
  }

  /** Databases that were once set aside still hold what everybody's lessons were opened by. */
  wipeSetAside(): void {
    for (const database of ['ledger', 'content'] as const) wipeSetAside(dirname(this.#db.name), database);
  }

  /** When this becomes a shared computer: what opens lessons of students who signed out before, while it was not, goes, from the file as well. */
  async forgetLeasesOfLeft(): Promise<void> {
    guarded('ledger', () => this.#db.prepare('DELETE FROM leases WHERE account NOT IN (SELECT id FROM accounts WHERE listed = 1)').run());
    this.#emptyLog();
  }

  /** Of everybody, when this becomes a shared computer. */
  async forgetRefreshTokens(): Promise<void> {
    guarded('ledger', () => this.#db.prepare('UPDATE accounts SET refresh_token = NULL').run());
    this.#emptyLog();
  }

  async savePin(id: AccountId, pin: string | null): Promise<void> {
    guarded('ledger', () => this.#db.prepare('UPDATE accounts SET pin = ?, pin_failures = 0 WHERE id = ?').run(pin, id));
  }

  /** Counted before the PIN is looked at, so that no restart gives another try. Gives how often in a row, this one included. */
  async countPinFailure(id: AccountId): Promise<number> {
    const sql = 'UPDATE accounts SET pin_failures = pin_failures + 1 WHERE id = ? RETURNING pin_failures';
    return failuresRow.parse(guarded('ledger', () => this.#db.prepare(sql).get(id))).pin_failures;
  }

  async forgivePinFailures(id: AccountId): Promise<void> {
    guarded('ledger', () => this.#db.prepare('UPDATE accounts SET pin_failures = 0 WHERE id = ?').run(id));
  }

  async saveClockAnchor(at: number): Promise<void> {
    const sql = 'INSERT INTO clock_anchor (one, at) VALUES (1, ?) ON CONFLICT (one) DO UPDATE SET at = excluded.at';
    guarded('ledger', () => this.#db.prepare(sql).run(at));
  }

  #mark(shared: 0 | 1): void {
    this.#db.prepare('INSERT INTO shared_computer (one, shared) VALUES (1, ?) ON CONFLICT (one) DO UPDATE SET shared = excluded.shared').run(shared);
  }

  /** What was wiped must not go on lying in the write-ahead log. */
  #emptyLog(): void {
    guarded('ledger', () => this.#db.pragma('wal_checkpoint(TRUNCATE)'));
  }
}
