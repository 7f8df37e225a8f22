import { isTeachifyError } from '../../shared/errors.ts';
import type { Announcements } from './announcements.ts';
import { Puller, type PullerSurroundings } from './puller.ts';
import { Sender, type SenderSurroundings } from './sender.ts';

type Dependencies = SenderSurroundings & PullerSurroundings & { readonly announcements: Pick<Announcements, 'tell' | 'tellNotes' | 'tellChoices'> };

/** One round with the school: what waits goes, what other machines said comes, and whoever is here is told what is other than before. */
export class Exchange {
  readonly #sender: Sender;
  readonly #puller: Puller;

  constructor({ announcements, ...dependencies }: Dependencies) {
    this.#sender = new Sender({ ...dependencies, onSettled: (account, timelineIds) => announcements.tell(account, timelineIds) });
    this.#puller = new Puller({
      ...dependencies,
      onProgress: (account, timelineIds) => announcements.tell(account, timelineIds),
      onNotes: () => announcements.tellNotes(),
      onChoices: () => announcements.tellChoices(),
    });
  }

  /** Throws what kept it from sending or hearing all, with everything still in the ledger. */
  async run(account: string, signal: AbortSignal): Promise<void> {
    // What cannot be sent is no reason to know nothing of other machines.
    const unsent = await this.#sender.sendAll(account, signal).then(() => null, (error: unknown) => ({ error }));
    if (unsent && !isOfOneEvent(unsent.error)) throw unsent.error;
    if (await this.#puller.pullAll(account, signal)) await this.#sender.sendAll(account, signal);
    if (unsent) throw unsent.error;
  }
}

/** The server is there and took others; one event it fails on. */
function isOfOneEvent(error: unknown): boolean {
  return isTeachifyError(error) && error.code === 'server_error';
}
