import { app } from 'electron';
import { deepLinkScheme } from '../../shared/models/deep-link-scheme.ts';

export interface DeepLinks {
  /** Addresses that came and were not taken, the latest first; whoever takes them parses them. */
  take(): string[];
}

/**
 * Addresses of our scheme, however the system brings them: with the start, through a second start, or by macOS' own event.
 * Call it before Electron is ready. They are read late: what reads them takes long to load.
 */
export function receiveDeepLinks({ argv, announce }: { readonly argv: readonly string[]; readonly announce: () => void }): DeepLinks {
  // A checkout must not take the place of the app that is installed.
  if (app.isPackaged) app.setAsDefaultProtocolClient(deepLinkScheme);
  let waiting = linksIn(argv);
  const receive = (links: readonly string[]) => {
    if (links.length === 0) return;
    waiting.unshift(...links);
    announce();
  };
  app.on('second-instance', (_, arguments_) => receive(linksIn(arguments_)));
  app.on('open-url', (event, url) => {
    event.preventDefault();
    receive(linksIn([url]));
  });
  return {
    take: () => {
      const links = waiting;
      waiting = [];
      return links;
    },
  };
}

function linksIn(argv: readonly string[]): string[] {
  return argv.filter((argument) => argument.startsWith(`${deepLinkScheme}:`)).toReversed();
}
