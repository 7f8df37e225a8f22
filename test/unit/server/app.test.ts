import { expect, it } from 'vitest';
import { createApp } from '../../../src/server/app.ts';
import { TeachifyError } from '../../../src/shared/errors.ts';

it.each([
  ['a visitor', undefined, '192.0.2.7'],
  ['a proxy that is trusted', '192.0.2.0/24', '203.0.113.9'],
  ['a proxy that is not', '10.0.0.0/8', '192.0.2.7'],
])('an address written by %s counts for what it is worth', async (_, trustProxy, counted) => {
  const addresses: string[] = [];
  const guard = {
    attempt: async ({ address }: { address: string }) => {
      addresses.push(address);
      throw new TeachifyError('rate_limited', 'Too many attempts to sign in', { retryAfter: 7 });
    },
  };
  const app = await createApp({ guard } as never, { logLevel: 'silent', trustProxy });
  const answer = await app.inject({
    ...{ method: 'POST', url: '/api/auth/token', remoteAddress: '192.0.2.7', headers: { 'x-forwarded-for': '203.0.113.9' } },
    payload: { email: 'a@school.test', password: 'b', device_id: 'c' },
  });
  await app.close();
  expect([answer.statusCode, answer.headers['retry-after'], addresses]).toEqual([429, '7', [counted]]);
});
