import { TeachifyError } from '../../shared/errors.ts';
import type { AccountWrites, StoredAccount } from './account-repository.ts';
import { pinFits } from './pin.ts';

/** After so many wrong ones in a row the PIN is void, and only the password lets in. */
const attempts = 5;

/** Lets the owner of a PIN through. Throws wrong_pin (details.attemptsLeft), password_needed where there is no PIN, or none any more. */
export async function passPinGate({ id, pin: stored }: StoredAccount, pin: string | null, writes: AccountWrites): Promise<void> {
  if (stored === null || pin === null) throw new TeachifyError('password_needed', 'There is no PIN to come back with');
  const tries = await writes.countPinFailure(id);
  if (tries <= attempts && (await pinFits(stored, pin))) return writes.forgivePinFailures(id);
  const attemptsLeft = Math.max(0, attempts - tries);
  if (attemptsLeft > 0) throw new TeachifyError('wrong_pin', 'This is not the PIN', { details: { attemptsLeft } });
  await writes.savePin(id, null);
  throw new TeachifyError('password_needed', 'The PIN was tried too often');
}
