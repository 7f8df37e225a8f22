import type { Page } from '@playwright/test';
import type { Outcome } from '../../src/shared/contracts/contract.ts';

interface Bridge {
  call(name: string, input: unknown): Promise<Outcome<unknown>>;
}

/** Calls main over the app's own bridge, as its renderer does. Throws when main refuses. */
export async function askApp<Value>(page: Page, name: string, input?: unknown): Promise<Value> {
  const outcome = await page.evaluate(
    (question) => (globalThis as unknown as { teachify: Bridge }).teachify.call(question.name, question.input),
    { name, input },
  );
  if (!outcome.ok) throw new Error(`${name}: ${outcome.error.code} (${outcome.error.message})`);
  return outcome.value as Value;
}
