import { CompactSign, FlattenedSign, importJWK, type CryptoKey } from 'jose';
import type { SigningKey } from '../../shared/api/auth.ts';
import type { Store } from '../store/database.ts';
import { isPostgres } from '../store/transactions.ts';
import { keysInDatabase, keysInFile, readKeys, type KeyPlace } from './key-place.ts';
import { publicPart, type KeyPair, type KeyRing } from './key-ring.ts';

export interface SchoolKeys {
  /** Names the school for good, wherever it is asked: its first signing key, which rotated ones follow. */
  readonly schoolId: string;
  /** What clients pin. */
  readonly publicKey: SigningKey;
  /** Each former signing key's word for the one after it, oldest first: compact JWS over the successor's JWK. */
  readonly successions: readonly string[];
  /** Every public key that something of this school may be signed by (RFC 7517). */
  readonly published: readonly (SigningKey & { readonly alg: 'EdDSA'; readonly use: 'sig' })[];
  /** Compact JWS, EdDSA. */
  signCompact(payload: string, type: string): Promise<string>;
  /** Detached JWS (RFC 7515 appendix F): `header..signature` over the payload's bytes. */
  signDetached(payload: string): Promise<string>;
  /** What access tokens are signed with now. */
  readonly accessKey: { readonly kid: string; readonly key: CryptoKey };
  /** What an access token may have been signed with; null for a key that is not, or no longer, of this school. */
  accessKeyNamed(kid: string): CryptoKey | null;
  /** Takes in what was rotated since. */
  refresh(): Promise<void>;
}

interface Loaded {
  readonly ring: KeyRing;
  readonly signing: CryptoKey;
  readonly access: { readonly kid: string; readonly key: CryptoKey };
  readonly verifying: ReadonlyMap<string, CryptoKey>;
}

/**
 * The school's keys, made at the first start. Beside SQLite they lie in a file only its user can read; in PostgreSQL they lie
 * in the database, so that all servers of the school sign with the same ones. A file that is there already is taken over.
 */
export async function openSchoolKeys(store: Store, file: string, now: () => number = Date.now): Promise<SchoolKeys> {
  return loadSchoolKeys(schoolKeyPlace(store, file), now);
}

export function schoolKeyPlace(store: Store, file: string): KeyPlace {
  return isPostgres(store) ? keysInDatabase(store, keysInFile(file)) : keysInFile(file);
}

export async function loadSchoolKeys(place: KeyPlace, now: () => number = Date.now): Promise<SchoolKeys> {
  let loaded = await load(await readKeys(place, now));
  const header = () => ({ alg: 'EdDSA', kid: loaded.ring.signing.kid });
  const encode = (payload: string) => new TextEncoder().encode(payload);
  return {
    get schoolId() {
      const { signing, former } = loaded.ring;
      return former[0]?.key.kid ?? signing.kid;
    },
    get publicKey() {
      return publicPart(loaded.ring.signing);
    },
    get successions() {
      return loaded.ring.former.map(({ succession }) => succession);
    },
    get published() {
      const { signing, former, access } = loaded.ring;
      return [signing, ...former.map(({ key }) => key), ...access].map((key) => ({ ...publicPart(key), alg: 'EdDSA' as const, use: 'sig' as const }));
    },
    get accessKey() {
      return loaded.access;
    },
    accessKeyNamed: (kid) => loaded.verifying.get(kid) ?? null,
    signCompact: (payload, typ) => new CompactSign(encode(payload)).setProtectedHeader({ ...header(), typ }).sign(loaded.signing),
    signDetached: async (payload) => {
      const signed = await new FlattenedSign(encode(payload)).setProtectedHeader(header()).sign(loaded.signing);
      return `${signed.protected}..${signed.signature}`;
    },
    refresh: async () => void (loaded = await load(await readKeys(place, now))),
  };
}

async function load(ring: KeyRing): Promise<Loaded> {
  const [newest] = ring.access;
  const verifying = await Promise.all(ring.access.map(async (pair) => [pair.kid, await imported(publicPart(pair))] as const));
  return { ring, signing: await imported(ring.signing), access: { kid: newest.kid, key: await imported(newest) }, verifying: new Map(verifying) };
}

async function imported({ kty, crv, x, ...rest }: SigningKey | KeyPair): Promise<CryptoKey> {
  return (await importJWK({ kty, crv, x, ...('d' in rest ? { d: rest.d } : {}) }, 'EdDSA')) as CryptoKey;
}
