import type { JsonWebKey } from 'node:crypto';
import type { Queryable } from '#kernel/database.ts';
import type { Id } from '#kernel/ids.ts';
import type { Kernel } from '#kernel/kernel.ts';
import { vietnamDay } from '#kernel/time.ts';
import { describeHead, describeProof, inclusionProofs, isOwnHead, latestTreeHead, sealNow, stampedHeads, type TreeHead } from '#engines/audit/index.ts';
import { agenciesOn } from '#engines/identity/index.ts';
import { timestampTreeHeads, validationMaterialOf, validationOf, type StoredReport, type ValidationMaterial } from '#engines/signatures/index.ts';
import type { Envelope } from '../contract.ts';
import { readEnvelope } from '../envelope.ts';
import { exchangeErrors } from '../errors.ts';
import { partnerReceiptKeys, receiptKeys } from '../receipt-key.ts';
import type { EvidenceLog, ListedRecipient } from './format.ts';

type AgencyId = Id<'agency'>;

/** The envelope of a sender, with what one recipient or all of them answered; or a message of a receiver. */
export type EvidenceOf =
  | { side: 'sender'; agencyId: AgencyId; envelopeId: string; recipientAgencyId?: AgencyId | undefined }
  | { side: 'receiver'; agencyId: AgencyId; messageId: string };

export type HeldReceipt = { recipientName: string; ordinal: number; status: string; at: Date; receipt: string; recipient: ListedRecipient };

export type Evidence = {
  side: 'sender' | 'receiver';
  agency: { agencyId: AgencyId; name: string; code: string | null };
  /** What the agency's record of it hangs on: the sender's document, or the message. */
  subject: { type: string; id: string };
  /** The text to the byte, its hash, and what it says. */
  original: string;
  contentHash: string;
  envelope: Envelope;
  recipientAgencyId: AgencyId | null;
  receipts: HeldReceipt[];
  /** Answers of systems outside that give no receipt. */
  unsigned: HeldReceipt[];
  keys: JsonWebKey[];
  log: EvidenceLog;
  /** By the file's hash; a file that was never validated has none. */
  reports: Map<string, { report: StoredReport; material: ValidationMaterial[] }>;
};

type Held = { envelopeId: string; original: string; contentHash: string; subject: { type: string; id: string }; receipts: HeldReceipt[] };

/** More entries than this tell of no envelope: one that goes to every agency of a country has about three a recipient. */
const MOST_ENTRIES = 20_000;

/**
 * Collects what an agency's own record holds about an envelope. The record is sealed and time-stamped first, so that what has just happened
 * is in it too.
 * @throws `exchange.deliveryNotFound`, `exchange.messageNotFound` also for whoever belongs to another agency; `exchange.recordOfOtherKey`, `audit.treeRewritten`
 */
export async function gatherEvidence(kernel: Kernel, of: EvidenceOf): Promise<Evidence> {
  const q = kernel.database.pool;
  const { held, log } = await heldAndRecorded(kernel, of);
  const read = readEnvelope(held.original);
  if (!read.ok) throw exchangeErrors.messageNotFound({ internal: read.problem });
  const agency = (await agenciesOn(q, [of.agencyId], vietnamDay(kernel.clock.now()))).get(of.agencyId);
  return {
    side: of.side,
    agency: { agencyId: of.agencyId, name: agency?.name ?? '', code: agency?.code ?? null },
    subject: held.subject,
    original: held.original,
    contentHash: held.contentHash,
    envelope: read.envelope,
    recipientAgencyId: (of.side === 'sender' ? of.recipientAgencyId : undefined) ?? null,
    receipts: held.receipts.filter(isSigned),
    unsigned: held.receipts.filter((each) => !isSigned(each)),
    keys: [...(await receiptKeys(q)), ...(await partnerReceiptKeys(q))],
    log,
    reports: await reportsOf(q, read.envelope),
  };
}

/** So often an answer may come in between. */
const MOST_TRIES = 20;

/** What the tables hold and what the record tells of it, as of one moment: an answer that comes in between would stand in one of them alone. */
async function heldAndRecorded(kernel: Kernel, of: EvidenceOf): Promise<{ held: Held; log: EvidenceLog }> {
  const q = kernel.database.pool;
  const hold = (): Promise<Held> => (of.side === 'sender' ? heldBySender(q, of) : heldByReceiver(q, of));
  for (let held = await hold(), tries = 1; ; tries += 1) {
    await sealNow(kernel);
    await timestampTreeHeads(kernel);
    const head = await latestTreeHead(q);
    if (head === undefined) throw new Error('a record that was just sealed has a signed tree');
    if (!isOwnHead(kernel, head)) throw exchangeErrors.recordOfOtherKey({ internal: { size: head.size, keyId: head.keyId } });
    const entries = await provenEntries(q, { of, held, head });
    const again = await hold();
    if (again.receipts.length !== held.receipts.length && tries < MOST_TRIES) {
      held = again;
      continue;
    }
    const stamped = await stampedHeads(q, { leafIndexes: entries.map(({ leafIndex }) => leafIndex), head });
    return { held, log: { treeHead: describeHead(head), entries, stamped: stamped.map((each) => ({ head: describeHead(each.head), path: each.path.map((hash) => hash.toString('base64')) })) } };
  }
}

/** What a system of another maker told is kept with the name of the packet that it came in. */
function isSigned({ receipt }: HeldReceipt): boolean {
  return !receipt.startsWith('inbound:');
}

async function heldBySender(q: Queryable, of: Extract<EvidenceOf, { side: 'sender' }>): Promise<Held> {
  const { rows } = await q.query(
    `select e.id as "envelopeId", e.original, encode(e.content_hash, 'hex') as "contentHash", e.subject_type as type, e.subject_id as id from exchange.envelope e
      where e.agency_id = $1 and e.id = $2
        and ($3::uuid is null or exists (select from exchange.delivery d where d.agency_id = e.agency_id and d.envelope_id = e.id and d.recipient_agency_id = $3))`,
    [of.agencyId, of.envelopeId, of.recipientAgencyId ?? null],
  );
  // safe because the statement selects exactly these columns
  const row = rows[0] as { envelopeId: string; original: string; contentHash: string; type: string; id: string } | undefined;
  if (row === undefined) throw exchangeErrors.deliveryNotFound();
  const answers = await q.query(
    `select d.recipient_name as "recipientName", a.ordinal, a.status, a.at, a.receipt,
            json_build_object('code', d.recipient_code, 'deliveredTo', d.delivered_to_agency_id, 'agencyIds', array[d.recipient_agency_id::text] || array(select distinct l.remote_id from exchange.partner_agency l where l.agency_id = d.recipient_agency_id)) as recipient
       from exchange.delivery_answer a
       join exchange.delivery d on d.agency_id = a.agency_id and d.envelope_id = a.envelope_id and d.recipient_agency_id = a.recipient_agency_id
      where a.agency_id = $1 and a.envelope_id = $2 and ($3::uuid is null or a.recipient_agency_id = $3) order by d.position, a.ordinal`,
    [of.agencyId, of.envelopeId, of.recipientAgencyId ?? null],
  );
  // safe because the statement selects exactly these columns
  return { ...row, subject: { type: row.type, id: row.id }, receipts: answers.rows as HeldReceipt[] };
}

async function heldByReceiver(q: Queryable, of: Extract<EvidenceOf, { side: 'receiver' }>): Promise<Held> {
  const { rows } = await q.query(
    `select envelope_id as "envelopeId", original, encode(content_hash, 'hex') as "contentHash" from exchange.message where agency_id = $1 and id = $2`,
    [of.agencyId, of.messageId],
  );
  // safe because the statement selects exactly these columns
  const row = rows[0] as { envelopeId: string; original: string; contentHash: string } | undefined;
  if (row === undefined) throw exchangeErrors.messageNotFound();
  const answers = await q.query(
    `select '' as "recipientName", ordinal, status, at, receipt, json_build_object('code', null, 'deliveredTo', null, 'agencyIds', array[agency_id::text]) as recipient from exchange.message_answer where agency_id = $1 and message_id = $2 order by ordinal`,
    [of.agencyId, of.messageId],
  );
  // safe because the statement selects exactly these columns
  return { ...row, subject: { type: 'message', id: of.messageId }, receipts: answers.rows as HeldReceipt[] };
}

/** What the agency's own record says of the envelope: everything about the document, and of other recipients nothing. */
async function provenEntries(q: Queryable, { of, held, head }: { of: EvidenceOf; held: Held; head: TreeHead }): Promise<EvidenceLog['entries']> {
  const recipient = of.side === 'sender' && of.recipientAgencyId !== undefined ? { recipientAgencyId: of.recipientAgencyId } : {};
  const proofs = await inclusionProofs(q, { agencyId: of.agencyId, subjects: [held.subject], matching: { envelopeId: held.envelopeId, ...recipient }, head, limit: MOST_ENTRIES });
  return proofs.map((proof) => {
    const { entry, leafHash, leafIndex, path } = describeProof(proof);
    return { entry, leafHash, leafIndex, path };
  });
}

async function reportsOf(q: Queryable, envelope: Envelope): Promise<Evidence['reports']> {
  const reports: Evidence['reports'] = new Map();
  for (const { sha256 } of envelope.files) {
    const report = await validationOf(q, sha256);
    if (report !== undefined) reports.set(sha256, { report, material: await validationMaterialOf(q, sha256) });
  }
  return reports;
}
