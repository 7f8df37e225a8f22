import type { Certificate, Session } from 'electron';
import { isVouchedFor } from '../../core/net/extra-authorities.ts';

const leaveToChromium = -3;
const trusted = 0;

/** Chromium trusts what the system trusts; with extra authorities also what they vouch for, and nothing else it refused. */
export function trustExtraAuthorities(session: Session, authorities: readonly string[], now: () => number): void {
  if (authorities.length === 0) return;
  session.setCertificateVerifyProc(({ hostname, certificate, verificationResult }, answer) => {
    const isUnknown = verificationResult === 'net::ERR_CERT_AUTHORITY_INVALID';
    answer(isUnknown && isVouchedFor(chainOf(certificate), { host: hostname, authorities, now: now() }) ? trusted : leaveToChromium);
  });
}

function chainOf(certificate: Certificate): string[] {
  const chain: string[] = [];
  // A self-signed one names itself as its issuer.
  for (let one: Certificate | undefined = certificate; one && !chain.includes(one.data); one = one.issuerCert) chain.push(one.data);
  return chain;
}
