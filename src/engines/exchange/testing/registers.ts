import type { Kernel } from '#kernel/kernel.ts';
import { readBytes } from '#engines/files/index.ts';
import { verifyReceipt } from '../domain/receipt.ts';
import { receiptKeys } from '../receipt-key.ts';

/** One installation, as far as its registers are read. */
export type Side = { kernel: Kernel; sql: (text: string, values?: unknown[]) => Promise<Record<string, unknown>[]>; /** The other one, as this one calls it. */ partnerId: string };

export type Comparison = { /** Envelope × recipient. */ deliveries: number; answers: number; files: number; lost: string[]; doubled: string[]; differing: string[] };

type Answer = { ordinal: number; status: string; receipt: string };
type Sent = { key: string; envelopeId: string; recipientId: string; hash: string; original: string; state: string; ordinal: number; openedAt: Date | null; reminders: number; answers: Answer[] };
type Received = { key: string; messageId: string; hash: string; original: string; kind: string; state: string; ordinal: number; openedAt: Date | null; reminders: number; answers: Answer[]; files: { sha256: string; sizeBytes: number }[]; arrivals: number };

/** Ends of a delivery that no message belongs to: called off before it left, or come back. */
const WITHOUT_MESSAGE = new Set(['cancelled', 'returned']);

/**
 * Compares everything that two installations say about what went between them, in both directions and row by row: each
 * recipient of each envelope with its content, state, first look, reminders, answers, receipts, records and the bytes of its files. What is empty in
 * the three lists is proved to be so; nothing is sampled. A side that lost its receipts may have given them again, about the same.
 */
export async function compareRegisters(one: Side, other: Side, more: { hasGivenReceiptsAgain?: boolean } = {}): Promise<Comparison> {
  const [there, back] = [await compareOneWay(one, other, more.hasGivenReceiptsAgain === true), await compareOneWay(other, one, more.hasGivenReceiptsAgain === true)];
  const leftOver = [...(await unfinished(one)), ...(await unfinished(other))];
  return {
    deliveries: there.deliveries + back.deliveries,
    answers: there.answers + back.answers,
    files: there.files + back.files,
    lost: [...there.lost, ...back.lost],
    doubled: [...there.doubled, ...back.doubled],
    differing: [...there.differing, ...back.differing, ...leftOver],
  };
}

async function compareOneWay(from: Side, to: Side, isAgain: boolean): Promise<Comparison> {
  const [sent, received] = [await sentBy(from), await receivedBy(to)];
  const result: Comparison = { deliveries: sent.length, answers: 0, files: 0, lost: [], doubled: [], differing: [] };
  const messages = Map.groupBy(received, (each) => each.key);
  const keys = await receiptKeys(to.kernel.database.pool);
  for (const delivery of sent) {
    const [message, ...more] = messages.get(delivery.key) ?? [];
    messages.delete(delivery.key);
    if (more.length > 0) result.doubled.push(`${delivery.key}: ${String(1 + more.length)} messages`);
    if (message === undefined) {
      if (!WITHOUT_MESSAGE.has(delivery.state)) result.lost.push(`${delivery.key}: ${delivery.state} at the sender, not there`);
      continue;
    }
    result.answers += message.answers.length;
    result.differing.push(...differences(delivery, message, isAgain).map((what) => `${delivery.key}: ${what}`));
    for (const answers of [delivery.answers, message.answers]) result.differing.push(...receiptProblems(delivery, answers, keys).map((what) => `${delivery.key}: ${what}`));
    for (const file of message.files) {
      result.files += 1;
      if (!(await isWhole(to.kernel, file))) result.differing.push(`${delivery.key}: the file ${file.sha256} is not what it was`);
    }
  }
  for (const [key, [message]] of messages) result.doubled.push(`${key}: ${message?.messageId ?? ''} was never sent`);
  result.differing.push(...(await recordProblems(from)));
  return result;
}

const ANSWERS = `coalesce(json_agg(json_build_object('ordinal', a.ordinal, 'status', a.status, 'receipt', a.receipt) order by a.ordinal), '[]')`;

async function sentBy({ sql, partnerId }: Side): Promise<Sent[]> {
  const rows = await sql(
    `select d.agency_id || ' ' || d.envelope_id || ' ' || d.recipient_agency_id as key, d.envelope_id as "envelopeId", d.recipient_agency_id as "recipientId", encode(e.content_hash, 'hex') as hash, e.original,
            d.state, d.answer_ordinal as ordinal, d.opened_at as "openedAt",
            (select count(*)::int from exchange.reminder r where r.agency_id = d.agency_id and r.envelope_id = d.envelope_id and r.recipient_agency_id = d.recipient_agency_id) as reminders,
            (select ${ANSWERS} from exchange.delivery_answer a where a.agency_id = d.agency_id and a.envelope_id = d.envelope_id and a.recipient_agency_id = d.recipient_agency_id) as answers
       from exchange.delivery d join exchange.envelope e on e.agency_id = d.agency_id and e.id = d.envelope_id
       left join exchange.transfer t on t.agency_id = d.agency_id and t.id = d.transfer_id
      where t.partner_id = $1 or d.recipient_agency_id in (select agency_id from exchange.partner_agency where partner_id = $1)`,
    [partnerId],
  );
  // safe because the statement selects exactly these columns
  return rows as Sent[];
}

async function receivedBy({ sql, partnerId }: Side): Promise<Received[]> {
  const rows = await sql(
    `select coalesce(o.sender_ref, m.sender_agency_id::text) || ' ' || m.envelope_id || ' ' || coalesce(o.addressed_ref, 'without origin') as key, m.id as "messageId", encode(m.content_hash, 'hex') as hash, m.original,
            m.kind, m.state, m.answer_ordinal as ordinal, m.opened_at as "openedAt",
            (select count(*)::int from audit.entry r where r.subject_type = 'message' and r.subject_id = m.id::text and r.type = 'exchange.message-reminded') as reminders,
            (select ${ANSWERS} from exchange.message_answer a where a.agency_id = m.agency_id and a.message_id = m.id) as answers,
            (select coalesce(json_agg(json_build_object('sha256', encode(f.sha256, 'hex'), 'sizeBytes', b.size_bytes)), '[]') from exchange.message_file mf
               join files.file f on f.agency_id = mf.agency_id and f.id = mf.file_id join files.blob b on b.sha256 = f.sha256 where mf.agency_id = m.agency_id and mf.message_id = m.id) as files,
            (select count(*)::int from audit.entry r where r.subject_type = 'message' and r.subject_id = m.id::text and r.type in ('exchange.message-arrived', 'exchange.notice-received', 'exchange.message-refused')) as arrivals
       from exchange.message m left join exchange.message_origin o on o.agency_id = m.agency_id and o.message_id = m.id
      where o.partner_id = $1 or (o.partner_id is null and m.sender_agency_id in (select agency_id from exchange.partner_agency where partner_id = $1))`,
    [partnerId],
  );
  // safe because the statement selects exactly these columns
  return rows as Received[];
}

function differences(sent: Sent, message: Received, isAgain: boolean): string[] {
  const told = (answers: readonly Answer[]): string => JSON.stringify(isAgain ? answers.map(({ ordinal, status }) => [ordinal, status]) : answers);
  const stateThere = message.state === 'asked' ? 'arrived' : message.state;
  const named = new Set([...message.original.matchAll(/"sha256":"([0-9a-f]{64})"/g)].map(([, hash]) => hash));
  return [
    ...(sent.state === stateThere ? [] : [`${sent.state} at the sender, ${message.state} at the receiver`]),
    ...(sent.hash === message.hash && sent.original === message.original ? [] : ['another content']),
    ...(sent.ordinal === message.ordinal && message.answers.length === message.ordinal ? [] : [`answer ${String(sent.ordinal)} at the sender, ${String(message.ordinal)} at the receiver`]),
    // A side that lost it does not know that somebody looked, until somebody does again.
    ...(sent.openedAt?.getTime() === message.openedAt?.getTime() || (isAgain && message.openedAt === null) ? [] : [`opened ${String(message.openedAt)} at the receiver, ${String(sent.openedAt)} at the sender`]),
    // Who had registered it meanwhile heard nothing of a reminder.
    ...(message.reminders <= sent.reminders || isAgain ? [] : [`reminded ${String(sent.reminders)} times, heard ${String(message.reminders)} times`]),
    ...(told(sent.answers) === told(message.answers) ? [] : ['other receipts']),
    ...(message.arrivals !== 1 ? [`${String(message.arrivals)} records of its arrival`] : []),
    ...(message.state !== 'refused' && named.size !== new Set(message.files.map((file) => file.sha256)).size ? ['not all its files'] : []),
  ];
}

function receiptProblems(sent: Sent, answers: readonly Answer[], keys: Awaited<ReturnType<typeof receiptKeys>>): string[] {
  return answers.flatMap((answer) => {
    const verdict = verifyReceipt(answer.receipt, keys);
    if (!verdict.ok) return [`receipt ${String(answer.ordinal)} does not verify: ${verdict.problem}`];
    const { envelopeId, contentHash, status } = verdict.receipt;
    return envelopeId === sent.envelopeId && contentHash === sent.hash && status === answer.status ? [] : [`receipt ${String(answer.ordinal)} is about something else`];
  });
}

async function isWhole(kernel: Kernel, file: { sha256: string; sizeBytes: number }): Promise<boolean> {
  // Reading compares the bytes with their hash.
  return readBytes(kernel, file.sha256).then(
    (bytes) => bytes.length === file.sizeBytes,
    () => false,
  );
}

/** Each answer that an agency heard stands in its record once, and no other. Arrivals (01) are recorded together, an envelope at a time. */
async function recordProblems({ sql, partnerId }: Side): Promise<string[]> {
  const rows = await sql(
    `select coalesce(a.envelope_id::text, r.envelope_id) as envelope, coalesce(a.status, r.status) as status, count(distinct r.id) as told, count(distinct a.ordinal) as heard
       from (select a.* from exchange.delivery_answer a join exchange.delivery d using (agency_id, envelope_id, recipient_agency_id)
               join exchange.transfer t on t.agency_id = d.agency_id and t.id = d.transfer_id and t.partner_id = $1 where a.status <> '01') a
       full join (select id, data->>'envelopeId' as envelope_id, data->>'recipientAgencyId' as recipient, data->>'status' as status from audit.entry
                   where type in ('exchange.delivery-answered', 'exchange.notice-refused') and data->>'status' <> '01'
                     and data->>'recipientAgencyId' in (select agency_id::text from exchange.partner_agency where partner_id = $1)) r
         on r.envelope_id = a.envelope_id::text and r.recipient = a.recipient_agency_id::text and r.status = a.status
      group by 1, 2, coalesce(a.recipient_agency_id::text, r.recipient) having count(distinct r.id) <> count(distinct a.ordinal)`,
    [partnerId],
  );
  return rows.map((row) => `${String(row['envelope'])}: answer ${String(row['status'])} heard ${String(row['heard'])} times, recorded ${String(row['told'])} times`);
}

/** What is still on its way, stuck, or was put apart. */
async function unfinished({ sql, partnerId }: Side): Promise<string[]> {
  const rows = await sql(
    `select 'job ' || kind as what, coalesce(last_error, '') as why from kernel.job where failed_at is not null
     union all select 'parcel ' || id || ' ' || kind || ' ' || state || ' after ' || attempts, coalesce(problem_code, '') || ' ' || coalesce(problem, '') from exchange.transfer where partner_id = $1 and state in ('waiting', 'sent', 'failed')
     union all select 'arrival ' || id || ' ' || state, coalesce(problem_code, '') || ' ' || coalesce(problem, '') from exchange.inbound where partner_id = $1 and state in ('incomplete', 'waiting', 'quarantined', 'with_person')
     union all select 'contradiction ' || envelope_id, '' from exchange.contradiction`,
    [partnerId],
  );
  return rows.map((row) => `${String(row['what'])} ${String(row['why'])}`);
}
