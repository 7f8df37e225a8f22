import { expect, it } from 'vitest';
import { Sittings } from '../../../../src/core/accounts/sittings.ts';
import { systemClock } from '../../../../src/core/base/clock.ts';
import { silentLogger } from '../../../../src/core/base/logger.ts';
import type { ApiClient } from '../../../../src/core/net/ports.ts';
import { endpoints } from '../../../../src/shared/api/endpoints.ts';

const account = { id: 'https://school.example#of-tea', server: 'https://school.example', student: { id: 'of-tea', name: 'Tea', email: 'tea@school.example' } } as const;

/** What the school is told to end, of a student who signs in with each of these refresh tokens in turn. */
function ended(refreshTokens: readonly string[]): unknown[] {
  const told: unknown[] = [];
  const request = async ({ path, body }: { path: string; body?: unknown }) => void (path === endpoints.signOut() && told.push(body));
  const sittings = new Sittings({
    writes: { saveRefreshToken: async () => {} },
    schools: { apiAt: () => ({ request }) as unknown as ApiClient },
    vault: () => ({ kind: 'memory', wrap: () => null, unwrap: () => null }),
    clock: systemClock(),
    logger: silentLogger(),
    refused: () => {},
  });
  for (const [nth, refreshToken] of refreshTokens.entries()) {
    sittings.begin(account, { accessToken: `access ${nth}`, refreshToken, expiresIn: 900, student: account.student });
  }
  return told;
}

it('who signs in once more leaves the session of before, which the school is told to end', () => {
  expect(ended(['one', 'two'])).toEqual([{ refreshToken: 'one' }]);
});

it('a school that gives the same session again is not told to end it', () => {
  expect(ended(['one', 'one'])).toEqual([]);
});
