import { X509Certificate } from 'node:crypto';
import { offersPss } from '#engines/signatures/index.ts';
import type { Credential } from './ownership.ts';
import type { CscVersion } from './csc-input.ts';
import { signatureAlgorithms, type KeyWays } from './domain/activation.ts';
import { MOST_HASHES } from './limits.ts';

const isEcKey = ({ certificate }: Pick<Credential, 'certificate'>): boolean => new X509Certificate(certificate).publicKey.asymmetricKeyType === 'ec';

/** In which ways the key of a certificate signs here. */
export const waysOf = (credential: Pick<Credential, 'driver' | 'certificate'>): KeyWays => ({ isEc: isEcKey(credential), hasPss: offersPss(credential) });

const curveOids: Readonly<Record<string, { oid: string; bits: number }>> = { prime256v1: { oid: '1.2.840.10045.3.1.7', bits: 256 }, secp384r1: { oid: '1.3.132.0.34', bits: 384 } };

/** Usable for a signature now, as far as the certificate and its key say. */
export const isUsable = ({ state, locked_at: lockedAt, valid_from: from, valid_to: to }: Pick<Credential, 'state' | 'locked_at' | 'valid_from' | 'valid_to'>, now: Date): boolean =>
  state === 'active' && lockedAt === null && from <= now && now < to;

export type Described = { version: CscVersion; certificates: 'none' | 'single' | 'chain' | undefined; /** Whether issuer, holder, number and validity are wanted. */ hasNames: boolean; now: Date };

/** What credentials/info says (section 11.5 of version 2, 11.5 of version 1.0.4). */
export function describeCredential(credential: Credential, { version, certificates, hasNames, now }: Described): object {
  const { asymmetricKeyDetails: details } = new X509Certificate(credential.certificate).publicKey;
  const curve = details?.namedCurve === undefined ? undefined : curveOids[details.namedCurve];
  const wanted = certificates === 'none' ? [] : certificates === 'chain' ? [credential.certificate, ...credential.chain] : [credential.certificate];
  const named = { issuerDN: credential.issuer, serialNumber: credential.serial, subjectDN: credential.subject, validFrom: generalizedTime(credential.valid_from), validTo: generalizedTime(credential.valid_to) };
  return {
    description: credential.label,
    key: {
      status: isUsable(credential, now) ? 'enabled' : 'disabled',
      algo: signatureAlgorithms(waysOf(credential)),
      len: curve?.bits ?? details?.modulusLength ?? 0,
      ...(curve === undefined ? {} : { curve: curve.oid }),
    },
    cert: {
      status: statusOf(credential, now),
      ...(wanted.length === 0 ? {} : { certificates: wanted.map((each) => each.toString('base64')) }),
      ...(hasNames ? named : {}),
    },
    // The owner proves presence to us and not through the application, which never sees a PIN.
    ...(version === 1 ? { authMode: 'implicit' } : { auth: { mode: 'implicit' } }),
    SCAL: '2',
    multisign: MOST_HASHES,
    lang: 'vi-VN',
  };
}

function statusOf({ state, valid_from: from, valid_to: to }: Credential, now: Date): string {
  if (state === 'revoked') return 'revoked';
  if (now >= to) return 'expired';
  return now < from ? 'suspended' : 'valid';
}

/** YYYYMMDDHHMMSSZ (RFC 2459). */
const generalizedTime = (instant: Date): string => `${instant.toISOString().slice(0, 19).replaceAll(/[-:T]/g, '')}Z`;
