/** The PAdES baseline level that a signature has reached (EN 319 142-1 clause 6), by what is there; trust is another matter. */
import type { Certificate } from '../pki/certificate.ts';
import { getCatalog } from '../pdf/reader/index.ts';
import type { CheckedSignature } from './integrity.ts';
import type { SignatureLevel } from './report.ts';
import type { RevocationMaterial } from './revocation.ts';
import { hasEmbeddedRevocation } from './validation-material.ts';

interface LevelInput {
  readonly all: readonly CheckedSignature[];
  readonly signer: Certificate | undefined;
  readonly material: RevocationMaterial;
}

export function levelOf(checked: CheckedSignature, { all, signer, material }: LevelInput): SignatureLevel {
  const { signature, check, timestamp, isIntact } = checked;
  if (signature.subFilter === 'ETSI.RFC3161') return 'DOC-TIMESTAMP';
  if (!isIntact || signer === undefined) return 'UNKNOWN';
  const isPades = signature.subFilter === 'ETSI.CAdES.detached';
  if (isPades && check?.ess !== 'match') return 'UNKNOWN';
  const later = all.filter((other) => other.signature.subFilter === 'ETSI.RFC3161' && other.isIntact && isCovering(other, checked));
  const hasTime = timestamp?.check.verdict === 'ok' || later.length > 0;
  const hasRevocation = hasTime && hasEmbeddedRevocation(signer, material);
  const isArchived = hasRevocation && later.some((other) => other.docAt && getCatalog(other.docAt).entries.has('DSS'));
  const step = isArchived ? 'LTA' : hasRevocation ? 'LT' : hasTime ? 'T' : 'B';
  return isPades ? `B-${step}` : `PKCS7-${step}`;
}

function isCovering(timestamp: CheckedSignature, signature: CheckedSignature): boolean {
  return timestamp.range !== undefined && signature.range !== undefined && timestamp.range.gapStart >= signature.range.end;
}
