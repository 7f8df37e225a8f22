import type { Session } from 'electron';
import type { DroppableTransport, TransportRequest } from '../../core/net/ports.ts';
import { createChromiumTransport } from './chromium-transport.ts';

/** A script that names the proxy is not run again for every piece. */
const rememberedMs = 60_000;

/**
 * The line as the system has it set up: what its settings (a proxy script included) send straight to the server goes by
 * `direct`, everything else by Chromium, as a browser would go.
 */
export function systemLine({ session, userAgent, now }: { readonly session: Session; readonly userAgent: string; readonly now: () => number }) {
  const byChromium = createChromiumTransport({ session, userAgent });
  const known = new Map<string, { readonly isDirect: Promise<boolean>; readonly until: number }>();
  const isDirect = (url: string): Promise<boolean> => {
    const { origin } = new URL(url);
    const remembered = known.get(origin);
    if (remembered && remembered.until > now()) return remembered.isDirect;
    const asked = session.resolveProxy(url).then(
      (answer) => /^\s*(DIRECT\b|$)/i.test(answer),
      () => true,
    );
    known.set(origin, { isDirect: asked, until: now() + rememberedMs });
    return asked;
  };
  return (direct: DroppableTransport): DroppableTransport =>
    Object.assign(async (request: TransportRequest) => ((await isDirect(request.url)) ? direct : byChromium)(request), {
      dropConnections: () => {
        known.clear();
        direct.dropConnections();
        byChromium.dropConnections();
      },
    });
}
