import type { Domains } from './handlers.ts';
import { eventsWhileClosed } from '../../shared/contracts/events-while-closed.ts';
import type { Announce } from './channel.ts';

/** What happens in the core, told to the window; nothing about a student while nobody may see anything. The page asks anew afterwards. */
export function forwardEvents({ accounts, catalog, connectivity, downloads, leases, notes, playback, progress, settings }: Domains, tell: Announce): void {
  const announce: Announce = (name, payload) => {
    if (!accounts.closed() || eventsWhileClosed.has(name)) tell(name, payload);
  };
  accounts.changed((state) => announce('accounts.changed', state));
  catalog.changed((view) => announce('catalog.changed', view));
  connectivity.changed((state) => announce('connection.changed', state));
  downloads.folderMoving((moving) => announce('downloads.folderMoving', moving));
  downloads.changes((changes) => announce('downloads.changed', changes));
  leases.changed((ending) => announce('leases.changed', ending));
  notes.changed(() => announce('notes.changed', {}));
  playback.available((media) => announce('playback.available', media));
  playback.blocked((media) => announce('playback.blocked', media));
  playback.availabilityChanged((availability) => announce('playback.availabilityChanged', availability));
  progress.changed((lessons) => announce('progress.changed', lessons));
  progress.outboxChanged((view) => announce('progress.outboxChanged', view));
  settings.changed((all) => announce('settings.changed', all));
}
