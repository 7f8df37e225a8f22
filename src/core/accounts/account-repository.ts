import { z } from 'zod';
import { serverInfoSchema, studentSchema, type SigningKey, type Student } from '../../shared/api/auth.ts';
import type { Connection } from '../database/connection.ts';
import { guarded } from '../database/failures.ts';
import type { AccountId } from './ports.ts';

export interface KnownServer {
  readonly url: string;
  readonly name: string;
  readonly signingKey: SigningKey;
}

export interface StoredAccount {
  readonly id: AccountId;
  readonly server: string;
  readonly student: Student;
  /** Wrapped; null when it lies in memory only, or after signing out. */
  readonly refreshToken: Uint8Array | null;
}

const deviceRow = z.object({ id: z.string() });
const serverRow = z.object({ url: z.string(), name: z.string(), signing_key: z.string() });
const accountRow = z.object({ id: z.string(), server: z.string(), student: z.string(), refresh_token: z.instanceof(Uint8Array).nullable() });
const anchorRow = z.object({ at: z.int() });

export class AccountReads {
  readonly #db: Connection;

  constructor(db: Connection) {
    this.#db = db;
  }

  async server(url: string): Promise<KnownServer | null> {
    const row = guarded('ledger', () => this.#db.prepare('SELECT url, name, signing_key FROM servers WHERE url = ?').get(url));
    if (row === undefined) return null;
    const { name, signing_key } = serverRow.parse(row);
    return { url, name, signingKey: serverInfoSchema.shape.signingKey.parse(JSON.parse(signing_key)) };
  }

  /** The student at the machine. */
  async current(): Promise<StoredAccount | null> {
    const row = guarded('ledger', () => this.#db.prepare('SELECT id, server, student, refresh_token FROM accounts WHERE current = 1').get());
    if (row === undefined) return null;
    const { id, server, student, refresh_token } = accountRow.parse(row);
    return { id, server, student: studentSchema.parse(JSON.parse(student)), refreshToken: refresh_token };
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

  /** Pins a school's key; one that is pinned stays. */
  async saveServer({ url, name, signingKey }: KnownServer): Promise<void> {
    const sql = 'INSERT INTO servers (url, name, signing_key) VALUES (?, ?, ?) ON CONFLICT (url) DO UPDATE SET name = excluded.name';
    guarded('ledger', () => this.#db.prepare(sql).run(url, name, JSON.stringify(signingKey)));
  }

  /** Makes this the student at the machine. */
  async enter({ id, server, student, refreshToken }: StoredAccount): Promise<void> {
    const sql = `INSERT INTO accounts (id, server, student, refresh_token, current) VALUES (?, ?, ?, ?, 1)
      ON CONFLICT (id) DO UPDATE SET student = excluded.student, refresh_token = excluded.refresh_token, current = 1`;
    const work = () => {
      this.#db.prepare('UPDATE accounts SET current = 0, refresh_token = NULL WHERE current = 1').run();
      this.#db.prepare(sql).run(id, server, JSON.stringify(student), refreshToken);
    };
    guarded('ledger', () => this.#db.transaction(work).immediate());
  }

  async saveRefreshToken(id: AccountId, refreshToken: Uint8Array | null): Promise<void> {
    guarded('ledger', () => this.#db.prepare('UPDATE accounts SET refresh_token = ? WHERE id = ?').run(refreshToken, id));
  }

  /** Nobody is at the machine; what belongs to the student stays. */
  async leave(): Promise<void> {
    guarded('ledger', () => this.#db.prepare('UPDATE accounts SET current = 0, refresh_token = NULL WHERE current = 1').run());
  }

  async saveClockAnchor(at: number): Promise<void> {
    const sql = 'INSERT INTO clock_anchor (one, at) VALUES (1, ?) ON CONFLICT (one) DO UPDATE SET at = excluded.at';
    guarded('ledger', () => this.#db.prepare(sql).run(at));
  }
}
