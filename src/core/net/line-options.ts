import nodeTls, { rootCertificates } from 'node:tls';

/** A name is looked up and a connection made within so long, or not at all. */
const connectTimeoutMs = 15_000;
export const defaultIdleTimeoutMs = 30_000;
export const maxRedirects = 5;

/** What servers are told who asks. */
export function userAgent(version: string): string {
  return `TeachifyDesktop/${version}`;
}

export interface LineOptions {
  readonly userAgent: string;
  /** Where HTTP_PROXY, HTTPS_PROXY and NO_PROXY are read (Node's own meaning of them). */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** PEM certificates of authorities to trust besides Node's own and the system's: those of a school's filtering proxy. */
  readonly extraCa?: readonly string[];
  /** A line that is silent for so long is given up, connecting included; when left out, 30 s and 15 s. */
  readonly silenceMs?: number;
}

/** How long connecting may take, and how long an answer may be silent. */
export function patienceOf({ silenceMs = defaultIdleTimeoutMs }: LineOptions): { connectMs: number; idleMs: number } {
  return { connectMs: Math.min(connectTimeoutMs, silenceMs), idleMs: silenceMs };
}

/** No proxy stands between a program and its own machine. */
const thisMachine = ['localhost', '127.0.0.1', '[::1]'] as const;

/** The hosts that are asked past the proxy, as NO_PROXY writes them. */
export function withoutProxy(env: NonNullable<LineOptions['env']>): string {
  return [env['NO_PROXY'] ?? env['no_proxy'], ...thisMachine].filter(Boolean).join(',');
}

const proxyNames: ReadonlySet<string> = new Set(['HTTP_PROXY', 'http_proxy', 'HTTPS_PROXY', 'https_proxy']);

/** The environment without proxies whose address is none: Node refuses to start with one, and says its password when it does. */
export function withUsableProxies(env: NonNullable<LineOptions['env']>): NonNullable<LineOptions['env']> {
  const unreadable = new Set(unreadableProxies(env));
  return Object.fromEntries(Object.entries(env).filter(([name]) => !unreadable.has(name)));
}

/** The variables that name a proxy whose address cannot be read, so that none is used; never the address, which may hold a password. */
export function unreadableProxies(env: NonNullable<LineOptions['env']>): string[] {
  return Object.entries(env).flatMap(([name, value = '']) => (proxyNames.has(name) && value !== '' && !isProxy(value) ? [name] : []));
}

function isProxy(address: string): boolean {
  const url = URL.parse(address);
  if (!url || !/^(https?|socks5):$/.test(url.protocol)) return false;
  try {
    decodeURIComponent(url.username + url.password);
    return true;
  } catch {
    return false;
  }
}

/** Node's authorities, the system's (among them those a school installed; older Nodes cannot say) and those given. */
export function trustedAuthorities(extraCa: readonly string[]): string[] {
  const tls = nodeTls as Partial<typeof nodeTls>;
  return [...rootCertificates, ...(tls.getCACertificates?.('system') ?? []), ...extraCa];
}
