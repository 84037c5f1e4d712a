import { createPrivateKey, X509Certificate } from 'node:crypto';
import { z } from 'zod';
import { anchorView, type AnchorView } from './contract.ts';

/** So many certificates are trusted for one connection. */
export const MOST_ANCHORS = 10;

/** Settings of every protocol that calls a partner over TLS. */
export const anchorSettings = {
  /** Private certificate authorities that the partner's TLS certificate comes from, as PEM, one after the other. Without any, those that the machine trusts. */
  certificateAuthority: z.string().max(40_000).optional(),
  /** By the fingerprint: who added it, when, and where it came from. What an operator wrote into the settings otherwise has none. */
  anchorNotes: z.record(z.string(), z.object({ addedAt: z.string(), addedBy: z.string(), source: z.string() })).default({}),
};
const settings = z.looseObject(anchorSettings);

/** The certificate with which we show ourselves to a gateway that asks for one, and its key, as PEM. */
export const tlsPair = z.object({ certificate: z.string(), key: z.string() });
export type TlsPair = z.output<typeof tlsPair>;

/** Whether a key belongs to a certificate. */
export function isPair({ certificate, key }: TlsPair): boolean {
  try {
    return new X509Certificate(certificate).checkPrivateKey(createPrivateKey(key));
  } catch {
    // What is no certificate or no key is no pair.
    return false;
  }
}

const PEM = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/** The certificates in a text of PEM blocks; one that cannot be read is left out, as it vouches for nobody. */
export function certificatesIn(text: string): { pem: string; certificate: X509Certificate }[] {
  return (text.match(PEM) ?? []).flatMap((pem) => {
    const certificate = readOne(pem);
    return certificate === undefined ? [] : [{ pem, certificate }];
  });
}

/** One certificate, PEM or DER; undefined for anything else. */
export function readOne(content: string | Buffer): X509Certificate | undefined {
  try {
    return new X509Certificate(content);
  } catch {
    return undefined;
  }
}

/** A name as people read it: its common name, otherwise all of it on one line. */
export function nameIn(distinguished: string): string {
  const parts = distinguished.split('\n');
  return (parts.find((part) => part.startsWith('CN='))?.slice(3) ?? parts.join(', ')) || '–';
}

/** What people tell certificates by. */
export function factsOf(certificate: X509Certificate): Pick<AnchorView, 'fingerprint' | 'subject' | 'issuer' | 'validFrom' | 'validTo'> {
  return {
    fingerprint: certificate.fingerprint256,
    subject: nameIn(certificate.subject),
    issuer: nameIn(certificate.issuer),
    validFrom: certificate.validFromDate.toISOString(),
    validTo: certificate.validToDate.toISOString(),
  };
}

/** What is trusted for a connection, with who added each. */
export function anchorsOf(config: unknown): AnchorView[] {
  const { certificateAuthority = '', anchorNotes } = settings.parse(config);
  return certificatesIn(certificateAuthority).map(({ certificate }) => anchorView.parse({ ...factsOf(certificate), addedAt: null, addedBy: null, source: null, ...anchorNotes[certificate.fingerprint256] }));
}

/** The settings with another list of anchors: PEM blocks, and what is noted of them. */
export function withAnchors(config: unknown, change: (present: { pems: string[]; notes: z.output<typeof settings>['anchorNotes'] }) => { pems: string[]; notes: z.output<typeof settings>['anchorNotes'] }): Record<string, unknown> {
  const { certificateAuthority = '', anchorNotes, ...rest } = settings.parse(config);
  const next = change({ pems: certificatesIn(certificateAuthority).map(({ pem }) => pem), notes: anchorNotes });
  return { ...rest, ...(next.pems.length === 0 ? {} : { certificateAuthority: next.pems.join('\n') }), anchorNotes: next.notes };
}
