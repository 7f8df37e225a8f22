import fc from 'fast-check';
import { CompactSign, exportJWK, generateKeyPair } from 'jose';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openKeyFile } from '../../src/core/accounts/key-file.ts';
import { pinFits } from '../../src/core/accounts/pin.ts';
import { isOpenToOthers, readServerAddress } from '../../src/core/accounts/server-address.ts';
import { Tokens } from '../../src/core/accounts/tokens.ts';
import { verifyLease } from '../../src/core/accounts/verify-lease.ts';
import { silentLogger } from '../../src/core/base/logger.ts';
import { systemRandom } from '../../src/core/base/random.ts';
import { createApiClient } from '../../src/core/net/api-client.ts';
import { readOwnSettings } from '../../src/core/settings/own-settings.ts';
import { createSettings } from '../../src/core/settings/settings.ts';
import { errorBodySchema, serverInfoSchema } from '../../src/shared/api/auth.ts';
import { toWire } from '../../src/shared/api/codec.ts';
import { isTeachifyError } from '../../src/shared/errors.ts';
import { deepLinkSchema, parseDeepLink } from '../../src/shared/models/deep-link.ts';
import { settingsSchema } from '../../src/shared/models/settings.ts';
import { manualClock } from './manual-clock.ts';

/** What anybody may put before the app: each is refused in words a student can act on, and costs nothing. */
export interface AccountProperty {
  readonly name: string;
  /** How many of the cases of a long run it gets. */
  readonly share: number;
  readonly property: fc.IAsyncProperty<unknown>;
}

export async function accountProperties(): Promise<{ properties: AccountProperty[]; close: () => void }> {
  const folder = mkdtempSync(join(tmpdir(), 'teachify-fuzz-'));
  const properties = [
    ...(await ofLeases()),
    ...ofTheKeyFile(folder),
    ofRefreshing(),
    ...ofSettings(),
    {
      name: 'an address from outside is read to the letter or not at all',
      share: 0.2,
      property: fc.asyncProperty(fc.oneof(fc.string(), fc.webUrl(), mutated('teachify://connect?server=https://school.example'), mutated('teachify://lesson/what-a-packet-is')), async (text) => {
        const link = parseDeepLink(text);
        if (link) deepLinkSchema.parse(link);
      }),
    },
    {
      name: "a server's address is one, or is refused",
      share: 0.1,
      property: fc.asyncProperty(fc.oneof(fc.string(), fc.webUrl({ withFragments: true, withQueryParameters: true }), mutated('http://192.168.1.2:8000/learn')), async (text) => {
        const address = expected(() => readServerAddress(text), 'bad_request');
        if (address === null) return;
        const url = new URL(address);
        if (url.username || url.password || url.search || url.hash || readServerAddress(address) !== address) throw new Error(`Taken: ${address}`);
        if (url.protocol === 'http:' && !isOpenToOthers(address) && !/^(localhost|127\.|\[::1\])/.test(url.hostname)) throw new Error(`Open: ${address}`);
      }),
    },
  ];
  return { properties, close: () => rmSync(folder, { recursive: true, force: true }) };
}

async function ofLeases(): Promise<AccountProperty[]> {
  const { privateKey, publicKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true });
  const key = serverInfoSchema.shape.signingKey.parse({ ...(await exportJWK(publicKey)), kid: 'school' });
  const whole = { leaseId: 'l', studentId: 's', deviceId: 'd', lessonId: 'a', contentKey: 'A'.repeat(22), issuedAt: 1, expiresAt: 2 };
  const sign = (payload: string) => new CompactSign(Buffer.from(payload)).setProtectedHeader({ alg: 'EdDSA', kid: 'school' }).sign(privateKey);
  const jws = await sign(JSON.stringify(toWire(whole)));
  const refused = async (text: string) => {
    await verifyLease(text, { keys: [key], studentId: 's', deviceId: 'd', lessonId: 'a' }).then(
      () => {
        throw new Error(`Opened by ${text}`);
      },
      (error: unknown) => {
        if (!isTeachifyError(error, 'lease_missing')) throw error;
      },
    );
  };
  await verifyLease(jws, { keys: [key], studentId: 's', deviceId: 'd', lessonId: 'a' });
  return [
    { name: 'a lease with any bit or letter changed opens nothing', share: 0.2, property: fc.asyncProperty(mutated(jws), async (text) => (text === jws ? undefined : refused(text))) },
    {
      name: 'what the school signed for somebody or something else opens nothing either',
      share: 0.05,
      property: fc.asyncProperty(fc.oneof(fc.json(), fc.string().map((studentId) => JSON.stringify(toWire({ ...whole, studentId })))), async (payload) => {
        if (payload !== JSON.stringify(toWire(whole))) await refused(await sign(payload));
      }),
    },
  ];
}

function ofTheKeyFile(folder: string): AccountProperty[] {
  const wrapper = openKeyFile(join(folder, 'content.key'), systemRandom());
  const secret = 'a lease, signed';
  const wrapped = wrapper.wrap(secret, 'whose');
  return [
    {
      name: 'a wrapped secret with any bit turned over, cut or made longer gives nothing',
      share: 0.2,
      property: fc.asyncProperty(damaged(wrapped), async (bytes) => {
        if (!Buffer.from(bytes).equals(wrapped) && wrapper.unwrap(bytes, 'whose') !== null) throw new Error('Opened');
        if (wrapper.unwrap(wrapped, 'whose') !== secret || wrapper.unwrap(wrapped, 'another') !== null) throw new Error('The whole one must open, for its owner only');
      }),
    },
    {
      name: 'a PIN that cannot be read lets nobody in',
      share: 0.05,
      property: fc.asyncProperty(fc.oneof(fc.string(), fc.string().map((text) => `scrypt$${text}`)), fc.string(), async (stored, pin) => {
        if (await pinFits(stored, pin)) throw new Error(`Let in by ${stored}`);
      }),
    },
  ];
}

function ofRefreshing(): AccountProperty {
  const answer = fc.record({
    status: fc.constantFrom(200, 200, 204, 301, 400, 401, 403, 404, 429, 500, 502, 511),
    body: fc.oneof(fc.string(), fc.json(), fc.constant('<html>Log in</html>'), fc.record({ error: fc.string(), code: fc.constantFrom('session_expired', 'forbidden', 'not_enrolled', 'nonsense') }).map((body) => JSON.stringify(body))),
    type: fc.constantFrom('application/json', 'text/html', 'text/plain'),
  });
  return {
    name: 'whatever answers a refresh, only the refusal of the school ends the sitting',
    share: 0.2,
    property: fc.asyncProperty(answer, async ({ status, body, type }) => {
      const transport = async () => ({ status, headers: { 'content-type': type }, url: '', body: (async function* () { yield Buffer.from(body); })() });
      let refused = false;
      const tokens = new Tokens(() => 'kept', {
        api: createApiClient({ transport, serverUrl: () => 'https://school.example' }),
        clock: manualClock(),
        keep: async () => {},
        refused: async () => void (refused = true),
        unreadable: () => undefined,
      });
      await tokens.accessToken().catch((error: unknown) => {
        if (!isTeachifyError(error)) throw error;
      });
      const words = errorBodySchema.safeParse(jsonOf(body)).data;
      const isOurs = words !== undefined && type !== 'text/html';
      const mayEnd = isOurs && (status === 401 || status === 403 || words.code === 'session_expired' || words.code === 'forbidden') && status >= 400;
      if (refused && !mayEnd) throw new Error(`Signed out by ${status} ${body}`);
      if (!refused && !tokens.held) throw new Error('Lost without a word');
    }),
  };
}

function ofSettings(): AccountProperty[] {
  const field = fc.oneof(fc.anything(), fc.constantFrom('dark', 0.5, true, null, 'https://school.example', { fromMinute: 1, toMinute: 2 }));
  const stored = fc.oneof(fc.anything(), fc.dictionary(fc.constantFrom(...Object.keys(settingsSchema.shape), 'students', '__proto__'), fc.oneof(field, fc.dictionary(fc.string(), fc.dictionary(fc.constantFrom(...Object.keys(settingsSchema.shape)), field)))));
  return [
    {
      name: 'a settings file of any kind gives settings that fit, and only their own to a student',
      share: 0.2,
      property: fc.asyncProperty(stored, fc.string(), async (file, account) => {
        const settings = createSettings({ file: { read: () => file, write: () => {} }, logger: silentLogger() });
        const machine = settingsSchema.parse(settings.get());
        settings.sitDown(account);
        const { serverUrl, contentFolder, sharedComputer } = settingsSchema.parse(settings.get());
        if (serverUrl !== machine.serverUrl || contentFolder !== machine.contentFolder || sharedComputer !== machine.sharedComputer) throw new Error("A student has what is the machine's");
        for (const own of readOwnSettings(file).values()) if ('sharedComputer' in own) throw new Error('Not their own');
      }),
    },
  ];
}

/** A text with a few letters changed, left out or put in, and one with a single bit turned over. */
function mutated(text: string): fc.Arbitrary<string> {
  const place = fc.nat(text.length);
  return fc.oneof(
    fc.tuple(fc.nat(text.length - 1), fc.nat(6)).map(([at, bit]) => text.slice(0, at) + String.fromCharCode(text.charCodeAt(at) ^ (1 << bit)) + text.slice(at + 1)),
    fc.tuple(place, fc.nat(8), fc.string()).map(([at, cut, more]) => text.slice(0, at) + more + text.slice(at + cut)),
  );
}

function damaged(bytes: Uint8Array): fc.Arbitrary<Uint8Array> {
  return fc.oneof(
    fc.tuple(fc.nat(bytes.length - 1), fc.nat(7)).map(([at, bit]) => bytes.map((byte, index) => (index === at ? byte ^ (1 << bit) : byte))),
    fc.nat(bytes.length).map((length) => bytes.slice(0, length)),
    fc.uint8Array({ maxLength: 80 }),
    fc.uint8Array({ minLength: 1, maxLength: 4 }).map((more) => new Uint8Array([...bytes, ...more])),
  );
}

function expected<Value>(work: () => Value, code: 'bad_request'): Value | null {
  try {
    return work();
  } catch (error) {
    if (isTeachifyError(error, code)) return null;
    throw error;
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
