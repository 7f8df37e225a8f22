import type { AccountId } from '../accounts/ports.ts';

/** More than anybody opens between two words of one player. */
const remembered = 200;

/** Whose lessons were opened in this run: the last words of a player come when another student may sit here already. */
export class SittingsOf {
  readonly #owners = new Map<string, AccountId>();

  begin(sessionId: string, account: AccountId): void {
    this.#owners.set(sessionId, account);
    for (const oldest of [...this.#owners.keys()].slice(0, -remembered)) this.#owners.delete(oldest);
  }

  /** Null for a session that was not begun here. */
  owner(sessionId: string): AccountId | null {
    return this.#owners.get(sessionId) ?? null;
  }
}
