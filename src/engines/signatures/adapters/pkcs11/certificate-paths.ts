import { X509Certificate } from 'node:crypto';
import type { TokenCertificate } from './token.ts';

export type PlacedCertificate = TokenCertificate & { /** From its issuer upwards, as far as the token goes. */ chain: Buffer[] };

type Parsed = TokenCertificate & { x509: X509Certificate };

/**
 * The certificates to choose from, each with its path. Issuers of tokens put those of their authorities beside the person's: what
 * has issued another one there is no choice but part of its path. What cannot be read as a certificate is left out.
 */
export function withPaths(found: readonly TokenCertificate[]): PlacedCertificate[] {
  const parsed = found.flatMap(parse);
  const authorities = Map.groupBy(parsed.filter(({ x509 }) => x509.ca), ({ x509 }) => x509.subject);
  const issuerOf = (each: Parsed): Parsed | undefined => authorities.get(each.x509.issuer)?.find((other) => !other.x509.raw.equals(each.x509.raw) && each.x509.checkIssued(other.x509));
  const issuers = new Set(parsed.map(issuerOf));
  return parsed.filter((each) => !issuers.has(each)).map((each) => ({ certificate: each.certificate, keyId: each.keyId, chain: pathOf(each, issuerOf) }));
}

/** Two authorities that certify each other would lead around for ever. */
const LONGEST_PATH = 5;

function pathOf(start: Parsed, issuerOf: (each: Parsed) => Parsed | undefined): Buffer[] {
  const path: Buffer[] = [];
  for (let next = issuerOf(start); next !== undefined && path.length < LONGEST_PATH; next = issuerOf(next)) path.push(next.x509.raw);
  return path;
}

function parse(found: TokenCertificate): Parsed[] {
  try {
    return [{ ...found, x509: new X509Certificate(found.certificate) }];
  } catch {
    // An attribute certificate, or what some other program keeps there.
    return [];
  }
}
