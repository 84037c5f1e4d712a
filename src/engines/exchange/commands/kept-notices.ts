import type { CommandContext } from '#kernel/command.ts';
import type { Id } from '#kernel/ids.ts';
import type { Business } from '../contract.ts';
import type { NoticeDecision } from '../domain/notice.ts';
import type { MessageState } from '../domain/status.ts';
import { readEnvelope } from '../envelope.ts';

type AgencyId = Id<'agency'>;

/** A notice, or a replacing document, as the receiver keeps it. */
export type KeptNotice = {
  agencyId: AgencyId;
  noticeId: Id<'message'>;
  addressedAgencyId: AgencyId;
  senderAgencyId: AgencyId;
  envelopeId: string;
  contentHash: string;
  answers: number;
  sender: { name: string; code: string };
  documentCode: string;
  /** Of the document that the envelope describes: for a replacement the new one. */
  numberAndNotation: string;
  business: Business;
};

/** The document that a notice is about, as the receiver has it. */
export type NoticeTarget = { agencyId: AgencyId; messageId: Id<'message'>; envelopeId: string; contentHash: string; state: MessageState; isOpened: boolean; sequence: number };

export type DecidedNotice = { notice: KeptNotice; target: NoticeTarget | undefined; decision: NoticeDecision | undefined };

const NOTICE_COLUMNS = `n.agency_id as "agencyId", n.id as "noticeId", n.addressed_agency_id as "addressedAgencyId", n.sender_agency_id as "senderAgencyId",
  n.envelope_id as "envelopeId", encode(n.content_hash, 'hex') as "contentHash", n.answer_ordinal as answers, n.original`;

type NoticeRow = Omit<KeptNotice, 'sender' | 'documentCode' | 'numberAndNotation' | 'business'> & { original: string };

/** The notices that came before their documents. A replacement that was taken at its arrival counts, also when it was refused by a person since: it would have replaced a document that was there. */
export async function noticesAhead(ctx: CommandContext, documents: readonly { agencyId: AgencyId; senderAgencyId: AgencyId; envelopeId: string }[]): Promise<KeptNotice[]> {
  if (documents.length === 0) return [];
  const { rows } = await ctx.query(
    `select ${NOTICE_COLUMNS}
       from unnest($1::uuid[], $2::uuid[], $3::uuid[]) as d (agency_id, sender_agency_id, envelope_id)
       join exchange.message n on n.agency_id = d.agency_id and n.sender_agency_id = d.sender_agency_id and n.of_envelope_id = d.envelope_id
      where n.target_message_id is null
        and (n.state <> 'refused' or exists (select from exchange.message_answer a where a.agency_id = n.agency_id and a.message_id = n.id and a.ordinal = 1 and a.status = '01'))`,
    [documents.map((each) => each.agencyId), documents.map((each) => each.senderAgencyId), documents.map((each) => each.envelopeId)],
  );
  // safe because the statement selects exactly these columns
  return (rows as NoticeRow[]).map(readNotice);
}

/** The notices about documents that still wait for a person's answer. */
export async function openNotices(ctx: CommandContext, targets: readonly NoticeTarget[]): Promise<KeptNotice[]> {
  if (targets.length === 0) return [];
  const { rows } = await ctx.query(
    `select ${NOTICE_COLUMNS}
       from unnest($1::uuid[], $2::uuid[]) as t (agency_id, message_id)
       join exchange.message d on d.agency_id = t.agency_id and d.id = t.message_id
       join exchange.message n on n.agency_id = t.agency_id and n.sender_agency_id = d.sender_agency_id and n.of_envelope_id = d.envelope_id
      where n.target_message_id = t.message_id and n.state = 'asked'`,
    [targets.map((each) => each.agencyId), targets.map((each) => each.messageId)],
  );
  // safe because the statement selects exactly these columns
  return (rows as NoticeRow[]).map(readNotice);
}

function readNotice({ original, ...row }: NoticeRow): KeptNotice {
  const read = readEnvelope(original);
  // only what was read well is kept as a notice
  if (!read.ok || read.envelope.business === undefined) throw new Error(`message ${row.noticeId} is no notice`);
  return { ...row, ...describeNotice(read.envelope), business: read.envelope.business };
}

/** What a notice says of its sender and its document. */
export function describeNotice(envelope: { sender: { name: string; code: string }; document: { code: string; number: string; notation: string } }): Pick<KeptNotice, 'sender' | 'documentCode' | 'numberAndNotation'> {
  const { sender, document } = envelope;
  return { sender: { name: sender.name, code: sender.code }, documentCode: document.code, numberAndNotation: `${document.number}/${document.notation}` };
}
