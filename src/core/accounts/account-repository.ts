import { z } from 'zod';
import { studentSchema, serverInfoSchema, type SigningKey, type Student } from '../../shared/api/auth.ts';
import type { Connection } from '../database/connection.ts';
import type { AccountId } from './ports.ts';

export interface KnownServer {
  readonly url: string;
  readonly name: string;
  readonly signingKey: SigningKey;
  readonly lastSeen: number;
}

export interface StoredAccount {
  readonly id: AccountId;
  readonly server: string;
  readonly student: Student;
  readonly refreshToken: Uint8Array | null;
}

const serverRow = z.object({ url: z.string(), name: z.string(), signing_key: z.string(), last_seen: z.int() });
const accountRow = z.object({ id: z.string(), server: z.string(), student: z.string(), refresh_token: z.instanceof(Uint8Array).nullable() });

/** Who was here, which schools are known, and this installation's own names. */
export class AccountRepository {
  readonly #db: Connection;

  constructor(db: Connection) {
    this.#db = db;
  }

  /** This installation's device id, made by `create` the first time. */
  deviceId(create: () => string): string {
    const [device, install] = [create(), create()];
    this.#db.prepare('INSERT OR IGNORE INTO installation (one, device_id, install_id, next_sequence) VALUES (1, ?, ?, 1)').run(device, install);
    return z.object({ device_id: z.string() }).parse(this.#db.prepare('SELECT device_id FROM installation').get()).device_id;
  }

  server(url: string): KnownServer | null {
    const row = this.#db.prepare('SELECT * FROM servers WHERE url = ?').get(url);
    if (row === undefined) return null;
    const { name, signing_key, last_seen } = serverRow.parse(row);
    return { url, name, signingKey: serverInfoSchema.shape.signingKey.parse(JSON.parse(signing_key)), lastSeen: last_seen };
  }

  saveServer({ url, name, signingKey, lastSeen }: KnownServer): void {
    this.#db
      .prepare(
        `INSERT INTO servers (url, name, signing_key, last_seen) VALUES (?, ?, ?, ?)
         ON CONFLICT (url) DO UPDATE SET name = excluded.name, signing_key = excluded.signing_key, last_seen = max(last_seen, excluded.last_seen)`,
      )
      .run(url, name, JSON.stringify(signingKey), lastSeen);
  }

  sawServer(url: string, at: number): void {
    this.#db.prepare('UPDATE servers SET last_seen = max(last_seen, ?) WHERE url = ?').run(at, url);
  }

  current(): StoredAccount | null {
    const row = this.#db.prepare('SELECT * FROM accounts WHERE current = 1').get();
    if (row === undefined) return null;
    const { id, server, student, refresh_token } = accountRow.parse(row);
    return { id, server, student: studentSchema.parse(JSON.parse(student)), refreshToken: refresh_token };
  }

  /** Makes this the student at the machine. */
  enter({ id, server, student, refreshToken }: StoredAccount): void {
    this.#db
      .transaction(() => {
        this.#db.prepare('UPDATE accounts SET current = 0 WHERE current = 1').run();
        this.#db
          .prepare(
            `INSERT INTO accounts (id, server, student, refresh_token, current) VALUES (?, ?, ?, ?, 1)
             ON CONFLICT (id) DO UPDATE SET student = excluded.student, refresh_token = excluded.refresh_token, current = 1`,
          )
          .run(id, server, JSON.stringify(student), refreshToken);
      })
      .immediate();
  }

  saveRefreshToken(id: AccountId, refreshToken: Uint8Array | null): void {
    this.#db.prepare('UPDATE accounts SET refresh_token = ? WHERE id = ?').run(refreshToken, id);
  }

  /** Nobody is at the machine; what belongs to the student stays. */
  leave(): void {
    this.#db.prepare('UPDATE accounts SET current = 0, refresh_token = NULL WHERE current = 1').run();
  }
}
