import { z } from 'zod';
import { systemActor } from '#kernel/actor.ts';
import { run, type CommandContext } from '#kernel/command.ts';
import type { Id } from '#kernel/ids.ts';
import { anyone, route, type Route } from '#kernel/route.ts';
import { readBytes } from '#engines/files/index.ts';
import type { PartnerId, TransferId } from '../../adapter.ts';
import { featureOf, peerKinds } from '../../features.ts';
import { sendParcelJob } from '../../transfers.ts';
import { answerPeer, type PeerCall } from './peer-call.ts';
import { featuresOf } from './peer-features.ts';
import { PeerProblem } from './peer-problem.ts';
import { parsedBody } from './peer-routes.ts';
import { PEER, wireParcel, type WireParcel } from './wire.ts';

// What an installation tells a partner that lost its last hours: what it has from it, and what it gave it. Both are read from
// the rows by which the mail itself goes; nothing is kept for this alone.

const PAGE = 200;
/** So many messages stand on a page, each under all the addresses that became its agency. */
const MESSAGES = 50;
const MOST_ADDRESSES = 5000;
/** So many parcels are asked for again in one request. */
export const MOST_AGAIN = 100;

const byPartners = anyone('other installations call it; each request is signed with a key that an administrator confirmed');
const FIRST = '00000000-0000-0000-0000-000000000000';

/** An envelope of the caller at one of our agencies: by whose ids, in which parcel, with which content. */
export const receivedRow = z.object({ messageId: z.uuid(), envelopeId: z.uuid(), contentHash: z.string(), senderRef: z.uuid(), addressedRef: z.uuid().nullable(), parcelId: z.uuid() });
export const receivedReply = z.object({ rows: z.array(receivedRow).max(MOST_ADDRESSES), next: z.uuid().nullable() });
export type ReceivedRow = z.output<typeof receivedRow>;

/** A parcel that the caller has taken from us. Of an envelope, what we were answered: whoever lost the letter lost these words too. */
const sentRow = z.object({ parcelId: z.uuid(), kind: z.enum(['envelope', 'answer', 'opening', 'reminder']), envelopeId: z.uuid().nullable(), answered: z.array(z.object({ recipientRef: z.string().max(100), status: z.string().max(2) })).max(5000) });
export const sentReply = z.object({ rows: z.array(sentRow).max(PAGE), next: z.uuid().nullable() });

/** The text of an envelope; the whole parcel as the caller had sent it where it asks for that, since it bears the caller's mark. */
export const originalReply = z.object({ original: z.string().optional(), parcel: z.string().optional() });
const originalQuery = z.object({ parcel: z.uuid().optional() });
const again = z.object({ ids: z.array(z.uuid()).min(1).max(MOST_AGAIN) });
const sinceQuery = z.object({ since: z.iso.datetime(), after: z.uuid().default(FIRST) });

const sentQuery = sinceQuery.extend({ features: z.string().max(2500).optional() });

type Asked = { partnerId: PartnerId; since: string; after: string };

/** Of openings and reminders also those that were refused: whoever lost the document knew nothing of it, and does again. */
const TAKEN = `(state in ('sent', 'processed') or (kind in ('opening', 'reminder') and state = 'refused'))`;

/**
 * Each message has one row, so that a page ends at a message; of several addresses that became one agency the others follow with it. What was
 * passed on to another system is no message here: it goes by the id of its arrival.
 */
async function listReceived({ kernel }: PeerCall, asked: Asked): Promise<z.input<typeof receivedReply>> {
  const { rows } = await kernel.database.pool.query(
    `with page as (
       select m.agency_id, m.id from exchange.message m join exchange.message_origin o on o.agency_id = m.agency_id and o.message_id = m.id
        where o.partner_id = $1 and m.arrived_at >= $2 and m.id > $3
       union
       select null, r.inbound_id from exchange.relay r where r.partner_id = $1 and r.relayed_at >= $2 and r.inbound_id > $3
       order by id limit $4)
     select m.id as "messageId", m.envelope_id as "envelopeId", encode(m.content_hash, 'hex') as "contentHash", o.sender_ref as "senderRef", o.addressed_ref as "addressedRef", i.partner_ref as "parcelId"
       from page p join exchange.message m on m.agency_id = p.agency_id and m.id = p.id
       join exchange.message_origin o on o.agency_id = m.agency_id and o.message_id = m.id and o.partner_id = $1
       join exchange.inbound i on i.id = o.inbound_id
     union all
     select r.inbound_id, r.envelope_id, encode(e.content_hash, 'hex'), r.sender_ref, r.addressed_ref, i.partner_ref
       from page p join exchange.relay r on r.inbound_id = p.id and r.partner_id = $1
       join exchange.envelope e on e.agency_id = r.agency_id and e.id = r.envelope_id
       join exchange.inbound i on i.id = r.inbound_id
      where p.agency_id is null
      order by "messageId", "addressedRef"`,
    [asked.partnerId, asked.since, asked.after, MESSAGES],
  );
  // safe because the statement selects exactly these columns
  const read = rows as ReceivedRow[];
  return { rows: read, next: read.at(-1)?.messageId ?? null };
}

async function listSent({ kernel }: PeerCall, asked: Asked & { features: readonly string[] }): Promise<z.input<typeof sentReply>> {
  const { rows } = await kernel.database.pool.query(
    `select t.id as "parcelId", t.kind, t.envelope_id as "envelopeId",
            coalesce((select json_agg(json_build_object('recipientRef', a.remote_id, 'status', d.status)) from exchange.delivery d
                       join exchange.partner_agency a on a.agency_id = d.recipient_agency_id and a.partner_id = t.partner_id and a.valid_to is null
                      where d.agency_id = t.agency_id and d.transfer_id = t.id and d.answer_ordinal > 1), '[]') as answered
       from exchange.transfer t where t.partner_id = $1 and ${TAKEN} and t.changed_at >= $2 and t.id > $3 and (t.kind in ('envelope', 'answer') or t.kind = any($5))
      order by t.id limit $4`,
    [asked.partnerId, asked.since, asked.after, PAGE, peerKinds.filter((kind) => asked.features.includes(featureOf[kind]))],
  );
  // safe because the statement selects exactly these columns
  const read = rows as z.input<typeof sentRow>[];
  return { rows: read, next: read.at(-1)?.parcelId ?? null };
}

/** The text of an envelope that the caller sent, to the byte, or the parcel in which it came. */
async function originalOf({ kernel, partner }: PeerCall, of: { messageId: string; parcel?: string | undefined }): Promise<z.input<typeof originalReply>> {
  const { rows } = await kernel.database.pool.query<{ original: string; parcelHash: string; partnerRef: string }>(
    `select f.original, encode(i.original_hash, 'hex') as "parcelHash", i.partner_ref as "partnerRef"
       from (select m.original, o.inbound_id from exchange.message m join exchange.message_origin o on o.agency_id = m.agency_id and o.message_id = m.id where o.partner_id = $1 and m.id = $2
             union all
             select e.original, r.inbound_id from exchange.relay r join exchange.envelope e on e.agency_id = r.agency_id and e.id = r.envelope_id where r.partner_id = $1 and r.inbound_id = $2) f
       join exchange.inbound i on i.id = f.inbound_id
      order by (i.partner_ref = $3) desc nulls last limit 1`,
    [partner.id, of.messageId, of.parcel ?? null],
  );
  const [found] = rows;
  if (found === undefined) throw new PeerProblem(404, { code: 'messageUnknown', problem: 'There is no such message of yours.', retry: 'final' });
  if (found.partnerRef !== of.parcel) return { original: found.original };
  return { parcel: (await readBytes(kernel, found.parcelHash)).toString('utf8') };
}

/** What the partner returned of an envelope: its text, and the parcel as it was sent where the partner has kept it. */
export function readReturned({ original, parcel }: z.output<typeof originalReply>): { original: string; parcel: (WireParcel & { kind: 'envelope' }) | undefined } {
  const read = parcel === undefined ? undefined : wireParcel.safeParse(parseJson(parcel)).data;
  return read?.kind === 'envelope' ? { original: read.original, parcel: read } : { original: original ?? '', parcel: undefined };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Parcels that the partner had taken and has lost go again under their ids; what it has is dropped there as ever. */
async function sendAgain(ctx: CommandContext, of: { partnerId: PartnerId; ids: readonly string[] }): Promise<void> {
  const { rows } = await ctx.query(
    `update exchange.transfer set state = 'waiting', attempts = 0, checks = 0, next_try_at = $3, changed_at = $3
      where partner_id = $1 and id = any($2) and ${TAKEN} returning agency_id as "agencyId", id`,
    [of.partnerId, of.ids, ctx.now],
  );
  // safe because the statement returns exactly these columns
  for (const row of rows as { agencyId: Id<'agency'>; id: TransferId }[]) ctx.enqueue(sendParcelJob({ agencyId: row.agencyId, transferId: row.id, at: ctx.now }));
}

async function takeAgain(call: PeerCall): Promise<object> {
  const { ids } = await parsedBody(call, again);
  await run(call.kernel, sendAgain, { partnerId: call.partner.id, ids }, { actor: systemActor('exchange.peer') });
  return {};
}

/** For a partner that was restored from a backup. */
export const statementRoutes: readonly Route[] = [
  route({
    method: 'GET',
    url: `${PEER}/statement/received`,
    summary: 'Between installations: which envelopes of the caller arrived here since a moment.',
    access: byPartners,
    query: sinceQuery,
    run: (http, { query }) => answerPeer(http, (call) => listReceived(call, { partnerId: call.partner.id, ...query })),
  }),
  route({
    method: 'GET',
    url: `${PEER}/statement/sent`,
    summary: 'Between installations: which parcels the caller has taken since a moment.',
    access: byPartners,
    query: sentQuery,
    run: (http, { query }) => answerPeer(http, (call) => listSent(call, { partnerId: call.partner.id, ...query, features: featuresOf(query.features) })),
  }),
  route({
    method: 'GET',
    url: `${PEER}/statement/originals/:messageId`,
    summary: 'Between installations: the text of an envelope that the caller sent.',
    access: byPartners,
    params: z.object({ messageId: z.uuid() }),
    query: originalQuery,
    run: (http, { params, query }) => answerPeer(http, (call) => originalOf(call, { ...params, ...query })),
  }),
  route({
    method: 'POST',
    url: `${PEER}/statement/again`,
    summary: 'Between installations: asks for parcels again that the caller had taken and has lost.',
    access: byPartners,
    streamedBody: true,
    run: (http) => answerPeer(http, takeAgain),
  }),
];
