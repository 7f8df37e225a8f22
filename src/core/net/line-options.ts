import nodeTls, { rootCertificates } from 'node:tls';

/** A name is looked up and a connection made within so long, or not at all. */
export const connectTimeoutMs = 15_000;
export const defaultIdleTimeoutMs = 30_000;
export const maxRedirects = 5;

export interface LineOptions {
  readonly userAgent: string;
  /** Where HTTP_PROXY, HTTPS_PROXY and NO_PROXY are read (Node's own meaning of them). */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** PEM certificates of authorities to trust besides Node's own and the system's: those of a school's filtering proxy. */
  readonly extraCa?: readonly string[];
}

/** No proxy stands between a program and its own machine. */
const thisMachine = ['localhost', '127.0.0.1', '[::1]'] as const;

/** The hosts that are asked past the proxy, as NO_PROXY writes them. */
export function withoutProxy(env: NonNullable<LineOptions['env']>): string {
  return [env['NO_PROXY'] ?? env['no_proxy'], ...thisMachine].filter(Boolean).join(',');
}

/** Node's authorities, the system's (among them those a school installed; older Nodes cannot say) and those given. */
export function trustedAuthorities(extraCa: readonly string[]): string[] {
  const tls = nodeTls as Partial<typeof nodeTls>;
  return [...rootCertificates, ...(tls.getCACertificates?.('system') ?? []), ...extraCa];
}
