import type { JsonWebKey } from 'node:crypto';
import { z } from 'zod';
import { verifyReceipt, type Receipt, type ReceiptVerdict } from '../domain/receipt.ts';
import { check, type EvidenceCheck } from './checks.ts';
import { evidenceLog, partNames, receiptKeySet, type EvidenceLog, type EvidenceManifest } from './format.ts';
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
    else if (seen.has(saidBy(listed, text))) wrong.push(check('receipt.doubled', 'failed', listed.part));
    else if (verdict.receipt.envelopeId !== manifest.envelopeId || verdict.receipt.contentHash !== manifest.contentHash) wrong.push(check('receipt.other', 'failed', listed.part));
    else {
      const label = labelOf(manifest, listed, verdict.receipt);
      if (label === 'wrong') wrong.push(check('receipt.mislabelled', 'failed', listed.part));
      else genuine.push({ receipt: verdict.receipt, listed, isBound: label === 'right' });
    }
    // One agency that succeeded several answered for all of them with one receipt, before each got its own.
    seen.add(saidBy(listed, text));
  }
  wrong.push(...missingReceipts(manifest, parts, genuine), ...untoldReceipts(manifest, parts, genuine));
  const unsigned = manifest.unsigned.map(({ recipientName, status }) => check('receipt.unsigned', 'warned', `${recipientName} ${status}`));
  const unbound = genuine.filter(({ isBound }) => !isBound).map(({ listed }) => check('receipt.unbound', 'warned', listed.part));
  if (wrong.length > 0) return [...wrong, ...unbound, ...unsigned];
  if (manifest.receipts.length > 0) return [check('receipt.valid', 'passed', String(manifest.receipts.length - unbound.length)), ...unbound, ...unsigned];
  return unsigned.length > 0 ? unsigned : [check('receipt.none', 'warned')];
}

/** What was signed, for whom: the same answer in another spelling of path and signature is the same answer. */
function saidBy({ recipient }: Listed, text: string): string {
  return `${recipient?.agencyIds[0] ?? ''} ${text.split('.').slice(0, 2).join('.')}`;
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
/** At the receiver: of a document, of a notice. */
const arrived = new Set(['exchange.message-arrived', 'exchange.notice-received']);

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
      (isOwn && arrived.has(type) && !hasStatus('01')) ||
      (isOwn && type === 'exchange.message-refused' && !hasStatus('02')) ||
      (type === 'exchange.message-answered' && messageIds.has(data['messageId']) && !hasStatus(data['status']));
    return isMissing ? [check('receipt.missing', 'failed', `${type} ${id}`)] : [];
  });
}

type Told = { status: unknown; /** Undefined where the record tells how many and not who. */ agencyId?: unknown; second?: number };

/**
 * The other way round: each receipt is told of by the record, once and with its time. Whoever owns the database can put in a key and a receipt that
 * it signed, and cannot put the answer into the record of that day.
 */
function untoldReceipts({ side, envelopeId }: EvidenceManifest, parts: Parts, genuine: readonly Genuine[]): EvidenceCheck[] {
  const log = evidenceLog.safeParse(readJson(parts.get(partNames.log)));
  if (!log.success) return [];
  const told = log.data.entries.flatMap(({ entry }) => (side === 'sender' ? toldToSender(entry, envelopeId) : toldByReceiver(entry)));
  return genuine.flatMap(({ receipt, listed }) => {
    if (listed.recipient === undefined) return [];
    const [agencyId] = listed.recipient.agencyIds;
    const place = told.findIndex((each) => each.status === receipt.status && (each.agencyId ?? agencyId) === agencyId && (each.second ?? secondOf(receipt.at)) === secondOf(receipt.at));
    if (place === -1) return [check('receipt.untold', 'failed', listed.part)];
    told.splice(place, 1);
    return [];
  });
}

type Entry = EvidenceLog['entries'][number]['entry'];

function toldToSender({ type, data }: Entry, envelopeId: string): Told[] {
  if (data['envelopeId'] !== envelopeId) return [];
  if (type === 'exchange.deliveries-arrived') return arrivals(data['recipients']).map((agencyId) => ({ status: '01', agencyId }));
  if (type === 'exchange.notices-arrived') return Array.from({ length: Math.min(MOST_RECIPIENTS, Number(data['count'])) }, () => ({ status: '01' }));
  if (!answered.has(type)) return [];
  // A refusal on arrival is recorded when it is heard of.
  return [{ status: data['status'], agencyId: data['recipientAgencyId'], ...(data['status'] === '02' || typeof data['at'] !== 'string' ? {} : { second: secondOf(data['at']) }) }];
}

function toldByReceiver({ type, data, at }: Entry): Told[] {
  if (arrived.has(type)) return [{ status: '01' }];
  if (type === 'exchange.message-refused') return [{ status: '02' }];
  return type === 'exchange.message-answered' ? [{ status: data['status'], second: secondOf(at) }] : [];
}

const MOST_RECIPIENTS = 200_000;

function arrivals(recipients: unknown): unknown[] {
  return Array.isArray(recipients) ? recipients : [];
}
