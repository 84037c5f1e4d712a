import type { JsonWebKey } from 'node:crypto';
import { z } from 'zod';
import { verifyReceipt, type Receipt, type ReceiptVerdict } from '../domain/receipt.ts';
import { check, type EvidenceCheck } from './checks.ts';
import { evidenceLog, partNames, receiptKeySet, type EvidenceManifest } from './format.ts';
import { readJson, type Parts } from './parts.ts';

/** Whoever has a key may have signed anything. */
const named = z.object({ agencyId: z.string(), code: z.string().nullable() });
const signedReceipt = z.object({ envelopeId: z.string(), contentHash: z.string(), status: z.string(), at: z.iso.datetime({ offset: true }), recipient: named, addressed: named.optional() });

type Listed = EvidenceManifest['receipts'][number];
type Genuine = { receipt: Receipt; listed: Listed; /** Whether what was signed names the very recipient under whom it is listed. */ isBound: boolean };
type Keys = readonly (JsonWebKey & { kid?: string })[];

/** Each receipt is genuine, stands there once, is about this envelope and what the list says; and none that the record tells of is missing. */
export function checkReceipts(manifest: EvidenceManifest, parts: Parts): EvidenceCheck[] {
  const keys = receiptKeySet.safeParse(readJson(parts.get(partNames.receiptKeys)));
  // safe because a JWK is a record, and a malformed one verifies nothing
  const jwks = (keys.success ? keys.data.keys : []) as Keys;
  const wrong: EvidenceCheck[] = [];
  const genuine: Genuine[] = [];
  const seen = new Set<string>();
  for (const listed of manifest.receipts) {
    const text = parts.get(listed.part)?.toString('utf8') ?? '';
    const verdict = verdictOf(text, jwks);
    if (!verdict.ok) wrong.push(check('receipt.forged', 'failed', listed.part));
    else if (seen.has(`${listed.recipient?.agencyIds[0] ?? ''} ${text}`)) wrong.push(check('receipt.doubled', 'failed', listed.part));
    else if (verdict.receipt.envelopeId !== manifest.envelopeId || verdict.receipt.contentHash !== manifest.contentHash) wrong.push(check('receipt.other', 'failed', listed.part));
    else {
      const label = labelOf(manifest, listed, verdict.receipt);
      if (label === 'wrong') wrong.push(check('receipt.mislabelled', 'failed', listed.part));
      else genuine.push({ receipt: verdict.receipt, listed, isBound: label === 'right' });
    }
    // One agency that succeeded several answered for all of them with one receipt, before each got its own.
    seen.add(`${listed.recipient?.agencyIds[0] ?? ''} ${text}`);
  }
  wrong.push(...missingReceipts(manifest, parts, genuine));
  const unsigned = manifest.unsigned.map(({ recipientName, status }) => check('receipt.unsigned', 'warned', `${recipientName} ${status}`));
  const unbound = genuine.filter(({ isBound }) => !isBound).map(({ listed }) => check('receipt.unbound', 'warned', listed.part));
  if (wrong.length > 0) return [...wrong, ...unbound, ...unsigned];
  if (manifest.receipts.length > 0) return [check('receipt.valid', 'passed', String(manifest.receipts.length - unbound.length)), ...unbound, ...unsigned];
  return unsigned.length > 0 ? unsigned : [check('receipt.none', 'warned')];
}

function verdictOf(text: string, keys: Keys): ReceiptVerdict {
  try {
    const verdict = verifyReceipt(text, keys);
    return verdict.ok && !signedReceipt.safeParse(verdict.receipt).success ? { ok: false, problem: 'malformed' } : verdict;
  } catch {
    // A key that is none makes no receipt genuine.
    return { ok: false, problem: 'unknown-key' };
  }
}

/**
 * The list is what people read: its status, time and recipient are those that were signed. `unbound`: a successor's receipt that names another
 * agency which it succeeded too, as they were before each got its own: nothing signed says that it is this recipient's.
 */
function labelOf({ side }: EvidenceManifest, { status, at, recipient }: Listed, receipt: Receipt): 'right' | 'unbound' | 'wrong' {
  if (receipt.status !== status || new Date(receipt.at).getTime() !== secondOf(at)) return 'wrong';
  if (recipient === undefined) return 'right';
  // The sender reads whom it wrote to; the receiver is whoever answers.
  const answerer = side === 'sender' ? (receipt.addressed ?? receipt.recipient) : receipt.recipient;
  if (recipient.agencyIds.includes(answerer.agencyId) || (recipient.code !== null && answerer.code === recipient.code)) return 'right';
  // How agencies became one elsewhere is not known here.
  return receipt.addressed !== undefined && (recipient.deliveredTo === receipt.recipient.agencyId || recipient.agencyIds.length > 1) ? 'unbound' : 'wrong';
}

/** Receipts tell the second. */
function secondOf(instant: string): number {
  return Math.floor(new Date(instant).getTime() / 1000) * 1000;
}

const answered = new Set(['exchange.delivery-answered', 'exchange.notice-refused']);

/** The record tells of each answer: whoever takes a receipt away, or out of the database, is found by it. */
function missingReceipts(manifest: EvidenceManifest, parts: Parts, genuine: readonly Genuine[]): EvidenceCheck[] {
  const log = evidenceLog.safeParse(readJson(parts.get(partNames.log)));
  if (!log.success) return [];
  const { envelopeId, recipientAgencyId: only } = manifest;
  const told = manifest.unsigned.map(({ status, recipient }) => ({ status, agencyId: recipient?.agencyIds[0] }));
  const held = genuine.map(({ receipt, listed }) => ({ status: receipt.status, agencyId: listed.recipient?.agencyIds[0] ?? receipt.addressed?.agencyId ?? receipt.recipient.agencyId }));
  const has = (status: unknown, agencyId: unknown): boolean => [...held, ...told].some((each) => each.status === status && each.agencyId === agencyId);
  const hasStatus = (status: unknown): boolean => held.some((each) => each.status === status);
  const messageIds = new Set<unknown>(log.data.entries.flatMap(({ entry: { data } }) => (data['envelopeId'] === envelopeId && data['messageId'] !== undefined ? [data['messageId']] : [])));
  return log.data.entries.flatMap(({ entry: { id, type, data } }) => {
    const isOwn = data['envelopeId'] === envelopeId;
    const isMissing =
      (isOwn && answered.has(type) && !has(data['status'], data['recipientAgencyId'])) ||
      (isOwn && type === 'exchange.deliveries-arrived' && arrivals(data['recipients']).some((agencyId) => (only === null || only === agencyId) && !has('01', agencyId))) ||
      (isOwn && type === 'exchange.message-arrived' && !hasStatus('01')) ||
      (isOwn && type === 'exchange.message-refused' && !hasStatus('02')) ||
      (type === 'exchange.message-answered' && messageIds.has(data['messageId']) && !hasStatus(data['status']));
    return isMissing ? [check('receipt.missing', 'failed', `${type} ${id}`)] : [];
  });
}

function arrivals(recipients: unknown): unknown[] {
  return Array.isArray(recipients) ? recipients : [];
}
