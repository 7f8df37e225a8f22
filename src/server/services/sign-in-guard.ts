import { TeachifyError } from '../../shared/errors.ts';
import type { Limiter } from '../limits/ports.ts';

/** Held against one account, from wherever it is tried; a password that was right clears it. */
const perAccount = { max: 10, windowMs: 60_000 };
/** A class of sixty behind one address signs in at once. */
const perAddress = { max: 300, windowMs: 60_000 };

/** Holds back whoever guesses passwords. */
export interface SignInGuard {
  /** Does the work, which throws when the password is wrong. Throws rate_limited, with seconds to wait, instead of doing it too often. */
  attempt<Result>(who: { readonly email: string; readonly address: string }, work: () => Promise<Result>): Promise<Result>;
}

export function createSignInGuard(limiter: Limiter): SignInGuard {
  return {
    attempt: async ({ email, address }, work) => {
      const account = `sign-in account ${email.trim().toLowerCase().slice(0, 320)}`;
      // The address first: whoever is held back there holds nobody's account back.
      const wait = (await limiter.take(`sign-in address ${address}`, perAddress)) || (await limiter.take(account, perAccount));
      if (wait > 0) throw new TeachifyError('rate_limited', 'Too many attempts to sign in', { retryAfter: wait });
      const result = await work();
      await limiter.forget(account);
      return result;
    },
  };
}
