import { generateKeyPair, type CryptoKey } from 'jose';
import { beforeEach, describe, expect, it } from 'vitest';
import { accessSeconds, createAccessTokens, type AccessTokens } from '../../../../src/server/services/access-tokens.ts';
import { manualClock, type ManualClock } from '../../../harness/manual-clock.ts';

const claims = { personId: 'ada', deviceId: 'laptop', role: 'student', family: 'a-sign-in' };
const refused = expect.objectContaining({ code: 'session_expired' }) as unknown;

let clock: ManualClock;
/** By their names, public halves. */
let known: Map<string, CryptoKey>;
let tokens: AccessTokens;
let token: string;

beforeEach(async () => {
  clock = manualClock();
  const { privateKey, publicKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519' });
  known = new Map([['first', publicKey]]);
  tokens = createAccessTokens({ accessKey: { kid: 'first', key: privateKey }, accessKeyNamed: (kid) => known.get(kid) ?? null }, () => clock.now());
  token = await tokens.sign(claims);
});

describe('a token that was verified', () => {
  /** A key of the same name that signed nothing: whoever verifies anew refuses. */
  const swapKey = async () => void known.set('first', (await generateKeyPair('EdDSA', { crv: 'Ed25519' })).publicKey);

  it('is not verified again for ten seconds, and then it is', async () => {
    expect(await tokens.read(token)).toEqual(claims);
    await swapKey();
    await clock.advance(9_999);
    expect(await tokens.read(token)).toEqual(claims);
    await clock.advance(1);
    await expect(tokens.read(token)).rejects.toEqual(refused);
  });

  it('is not kept the longer for being asked for often', async () => {
    await tokens.read(token);
    await swapKey();
    for (let second = 0; second < 9; second += 1) {
      await clock.advance(1_000);
      expect(await tokens.read(token)).toEqual(claims);
    }
    await clock.advance(1_000);
    await expect(tokens.read(token)).rejects.toEqual(refused);
  });

  it('ends when it says, not ten seconds later', async () => {
    await clock.advance(accessSeconds * 1000 - 3_000);
    expect(await tokens.read(token)).toEqual(claims);
    await clock.advance(2_999);
    expect(await tokens.read(token)).toEqual(claims);
    await clock.advance(1);
    await expect(tokens.read(token)).rejects.toEqual(refused);
  });

  it('ends at once with the key it is signed by', async () => {
    await tokens.read(token);
    known.delete('first');
    await expect(tokens.read(token)).rejects.toEqual(refused);
  });

  it('vouches for no other: not one that differs in its last letters, not one of its words under another signature', async () => {
    await tokens.read(token);
    const [header, payload] = token.split('.');
    const other = (await tokens.sign({ ...claims, personId: 'grace' })).split('.');
    for (const forged of [`${token.slice(0, -4)}AAAA`, `${header}.${payload}.${other[2]}`, `${header}.${other[1]}.${token.split('.')[2]}`]) {
      await expect(tokens.read(forged)).rejects.toEqual(refused);
    }
  });
});
