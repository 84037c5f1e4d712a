import type { JsonWebKey } from 'node:crypto';
import { verifyReceipt, type Receipt } from '../domain/receipt.ts';
import { check, type EvidenceCheck } from './checks.ts';
import { evidenceLog, partNames, receiptKeySet, type EvidenceManifest } from './format.ts';
import { readJson, type Parts } from './parts.ts';

/** Each receipt is genuine, is about this envelope, and is what the list says; and none that the record tells of is missing. */
export function checkReceipts(manifest: EvidenceManifest, parts: Parts): EvidenceCheck[] {
  const keys = receiptKeySet.safeParse(readJson(parts.get(partNames.receiptKeys)));
  // safe because a JWK is a record, and a malformed one verifies nothing
  const jwks = (keys.success ? keys.data.keys : []) as (JsonWebKey & { kid?: string })[];
  const wrong: EvidenceCheck[] = [];
  const genuine: Receipt[] = [];
  for (const listed of manifest.receipts) {
    const verdict = verifyReceipt(parts.get(listed.part)?.toString('utf8') ?? '', jwks);
    if (!verdict.ok) wrong.push(check('receipt.forged', 'failed', listed.part));
    else if (verdict.receipt.envelopeId !== manifest.envelopeId || verdict.receipt.contentHash !== manifest.contentHash) wrong.push(check('receipt.other', 'failed', listed.part));
    else if (verdict.receipt.status !== listed.status || new Date(verdict.receipt.at).getTime() !== secondOf(listed.at)) wrong.push(check('receipt.mislabelled', 'failed', listed.part));
    else genuine.push(verdict.receipt);
  }
  wrong.push(...missingReceipts(manifest, parts, genuine));
  if (wrong.length > 0) return wrong;
  return [manifest.receipts.length === 0 ? check('receipt.none', 'warned') : check('receipt.valid', 'passed', String(manifest.receipts.length))];
}

/** Receipts tell the second. */
function secondOf(instant: string): number {
  return Math.floor(new Date(instant).getTime() / 1000) * 1000;
}

/** The sender's record tells of each answer: whoever takes a receipt away, or out of the database, is found by it. */
function missingReceipts(manifest: EvidenceManifest, parts: Parts, genuine: readonly Receipt[]): EvidenceCheck[] {
  const log = evidenceLog.safeParse(readJson(parts.get(partNames.log)));
  if (!log.success) return [];
  const has = (status: unknown, recipient: unknown): boolean =>
    genuine.some((receipt) => receipt.status === status && (receipt.addressed?.agencyId ?? receipt.recipient.agencyId) === recipient);
  return log.data.entries.flatMap(({ entry: { id, type, data } }) => {
    if (data['envelopeId'] !== manifest.envelopeId) return [];
    const isMissing =
      (type === 'exchange.delivery-answered' && !has(data['status'], data['recipientAgencyId'])) ||
      (type === 'exchange.message-answered' && !genuine.some((receipt) => receipt.status === data['status']));
    return isMissing ? [check('receipt.missing', 'failed', `${type} ${id}`)] : [];
  });
}
