import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import type { Logger } from '../base/logger.ts';

const pem = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/**
 * Certificates of authorities (PEM) in the file that TEACHIFY_EXTRA_CA_FILE or NODE_EXTRA_CA_CERTS names, to trust besides the
 * system's. A file that cannot be read, or has none, adds no trust and is written to the log.
 */
export function readExtraAuthorities(env: Readonly<Record<string, string | undefined>>, logger: Logger): string[] {
  const file = env['TEACHIFY_EXTRA_CA_FILE'] || env['NODE_EXTRA_CA_CERTS'];
  if (!file) return [];
  try {
    const found = [...readFileSync(file, 'utf8').matchAll(pem)].map(([text]) => new X509Certificate(text).toString());
    if (found.length === 0) logger.warn('the file of extra certificates has none', { file });
    return found;
  } catch (error) {
    logger.warn('the file of extra certificates cannot be used', { file, error });
    return [];
  }
}

/**
 * Whether one of these authorities vouches for a server's certificate (RFC 5280 section 6, for a chain without policies):
 * each certificate is of its time and signed by the next, the first is for this host, and an authority ends it.
 * @param chain PEM, the server's own first
 */
export function isVouchedFor(chain: readonly string[], { host, authorities, now }: { readonly host: string; readonly authorities: readonly string[]; readonly now: number }): boolean {
  const certificates = chain.map((text) => new X509Certificate(text));
  const trusted = authorities.map((text) => new X509Certificate(text));
  const isOfItsTime = ({ validFrom, validTo }: X509Certificate) => Date.parse(validFrom) <= now && now <= Date.parse(validTo);
  const isIssuedBy = (one: X509Certificate, issuer: X509Certificate) => issuer.ca && isOfItsTime(issuer) && one.checkIssued(issuer) && one.verify(issuer.publicKey);
  const [own] = certificates;
  if (!own || (isIP(host) ? own.checkIP(host) : own.checkHost(host)) === undefined) return false;
  for (const [index, one] of certificates.entries()) {
    if (!isOfItsTime(one)) return false;
    if (trusted.some((authority) => authority.fingerprint256 === one.fingerprint256 || isIssuedBy(one, authority))) return true;
    const next = certificates[index + 1];
    if (!next || !isIssuedBy(one, next)) return false;
  }
  return false;
}
