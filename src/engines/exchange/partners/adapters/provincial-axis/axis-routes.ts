import { z } from 'zod';
import { run } from '#kernel/command.ts';
import { anyone, route, type Route, type RouteNotes } from '#kernel/route.ts';
import { isoInVietnam } from '#kernel/time.ts';
import { agenciesOn } from '#engines/identity/index.ts';
import { vietnamDay } from '#kernel/time.ts';
import { EdxmlError } from '../../../edxml/index.ts';
import { signatureForm } from '../../contract.ts';
import { noteFetch } from '../../note-fetch.ts';
import { speaksFor } from '../../partner-rows.ts';
import { signerFor } from '../edxml-packets/packet-settings.ts';
import { agencyOfSystem, describeProblem } from '../edxml-packets/read-packet.ts';
import { isSandboxAgency } from '../edxml-packets/sandbox-agencies.ts';
import { packetBytes, packetOfParcel } from '../edxml-packets/write-packet.ts';
import { answerAxis, axisActor, tick, type AxisCall } from './axis-call.ts';
import { AxisProblem } from './axis-problem.ts';
import { contentOf, findParcel, listWaiting, packetStates, tellParcel, type ParcelItem } from './axis-parcels.ts';
import { listAgencies } from './axis-directory.ts';
import { listSent } from './sent-list.ts';
import { heldUp, profileOf } from './settings.ts';
import { takePacket } from './take-packet.ts';

const bySystems = anyone('systems of other vendors call it; each request carries the system’s id and key (X-SystemId, X-SecretKey)');
const PAGE = 50;
const MOST = 200;

/** Many serializers write null for what is not there, as our own lists do for the cursor of an empty page. */
const perhaps = <Schema extends z.ZodType>(schema: Schema) => schema.nullish().transform((value) => value ?? undefined);
const text = perhaps(z.string().max(300));
const outcome = z.looseObject({
  status: z.enum(['OK', 'FAIL']),
  /** 0 is done; the others stand in docs/integration.md. */
  ErrorCode: z.string(),
  ErrorDesc: z.string(),
  ErrorDescEn: z.string(),
  DocId: z.string().nullable(),
});
const item = z.looseObject({
  docId: z.string(),
  serviceType: z.string(),
  /** `unreadable`: sent, and kept for the administrator. */
  messageType: z.enum(['edoc', 'status', 'unreadable']),
  documentId: z.string().nullable(),
  from: z.string(),
  /** Codes with commas. */
  to: z.string(),
  status: z.enum(['initial', 'processing', 'done', 'fail']),
  status_desc: z.string(),
  created_time: z.string(),
  updated_time: z.string(),
});
const registeredAgency = outcome.extend({ agency: z.object({ code: z.string(), name: z.string(), state: z.string() }).optional() });
const listed = outcome.extend({ items: z.array(item).optional(), cursor: z.string().nullable().optional(), isMore: z.boolean().optional() });
const listedAgency = z.looseObject({
  code: z.string(),
  oldCode: z.string().nullable(),
  name: z.string(),
  abbreviation: z.string(),
  kind: z.string(),
  level: z.string(),
  parentCode: z.string().nullable(),
  state: z.string(),
  closedOn: z.string().nullable(),
  successors: z.array(z.string()),
  updated_time: z.string(),
});
const agencies = outcome.extend({ agencies: z.array(listedAgency).optional(), cursor: z.string().optional(), isMore: z.boolean().optional() });
const signing = outcome.extend({ signature: signatureForm.optional(), certificate: z.string().nullable().optional() });
const listing = z.object({ messageType: perhaps(z.enum(['edoc', 'status'])), cursor: text, limit: perhaps(z.coerce.number().int().min(1).max(MOST)) });

const shown = { 'X-SystemId': { text: 'The id of the system, as the administrator gave it.', required: true }, 'X-SecretKey': { text: 'A key of the system, which begins with lt_.', required: true } };
const ownId = { 'X-Message-Id': { text: 'An id of your own for the packet: 8 to 100 letters, digits, dots, colons, dashes or underscores. Without it the same bytes are the same packet.', required: false } };
/** The codes stand in docs/integration.md. */
const notes: RouteNotes = { headers: shown, refusal: outcome.extend({ status: z.literal('FAIL'), requestId: z.string() }) };

const stateWords: Record<ParcelItem['state'], string> = { initial: 'Chờ hệ thống lấy về', processing: 'Hệ thống đang xử lý', done: 'Đã nhận', fail: 'Không xử lý được' };

function itemOf(parcel: ParcelItem): z.input<typeof item> {
  return {
    docId: parcel.docId,
    serviceType: 'eDoc',
    messageType: parcel.messageType,
    documentId: parcel.documentId,
    from: parcel.from,
    to: parcel.to.join(','),
    status: parcel.state,
    status_desc: parcel.note ?? stateWords[parcel.state],
    created_time: isoInVietnam(parcel.createdAt),
    updated_time: isoInVietnam(parcel.changedAt),
  };
}

async function registered({ kernel, partner, line }: AxisCall, code: string | undefined) {
  if (code === undefined || code === '') throw new AxisProblem('bodyWrong', { detail: 'code' });
  const { pool } = kernel.database;
  const party = await agencyOfSystem(pool, { partnerId: partner.id, code });
  if (party === undefined || (await isSandboxAgency(pool, party.agencyId)) !== line.config.isSandbox) throw new AxisProblem('senderUnknown', { detail: code });
  if (!(await speaksFor(pool, { partnerId: partner.id, agencyId: party.agencyId }, vietnamDay(kernel.clock.now())))) throw new AxisProblem('senderUnknown', { detail: code });
  const agency = (await agenciesOn(pool, [party.agencyId], vietnamDay(kernel.clock.now()))).get(party.agencyId);
  return { code: party.code, name: agency?.name ?? party.name, state: agency?.state ?? 'active' };
}

/** Who expects a signature gets no packet while none can be made that holds: it waits, and nobody says that it failed. */
function assertSigned(line: AxisCall['line']): void {
  const held = heldUp(line);
  if (held !== undefined) throw new AxisProblem('signingEnded', { detail: held.problem });
}

const cursorOf = (given: string | undefined): string | null => (given === undefined || given === '' ? null : z.uuid().safeParse(given).success ? given : wrong('cursor'));

function wrong(field: string): never {
  throw new AxisProblem('bodyWrong', { detail: field });
}

/** What vendors' systems call, under the paths and with the words of a provincial axis (docs/integration.md). */
export const axisRoutes: readonly Route[] = [
  route({
    method: 'POST',
    url: '/v1/registerAgency',
    summary: 'Provincial axis: a vendor’s system reports an agency that the administrator has given to it.',
    access: bySystems,
    notes,
    body: z.object({ code: text }),
    reply: registeredAgency,
    run: (http, { body }) => answerAxis(http, 'registered', async (call) => ({ reply: { agency: await registered(call, body.code) }, steps: ['registered'] })),
  }),
  route({
    method: 'POST',
    url: '/v1/getAgenciesList',
    summary: 'Provincial axis: all agencies that can be written to here, page by page.',
    access: bySystems,
    notes,
    body: z.object({ cursor: text }),
    reply: agencies,
    run: (http, { body }) => answerAxis(http, 'listed', async ({ kernel, partner, line }) => ({ reply: await listAgencies(kernel, { partnerId: partner.id, cursor: body.cursor ?? '', isSandbox: line.config.isSandbox }), steps: ['listed'] })),
  }),
  route({
    method: 'POST',
    url: '/v1/getSynchronizeUnit',
    summary: 'Provincial axis: the agencies that changed since the cursor of an earlier reading.',
    access: bySystems,
    notes,
    body: z.object({ cursor: text }),
    reply: agencies,
    run: (http, { body }) =>
      answerAxis(http, 'listed', async ({ kernel, partner, line }) => {
        if (body.cursor === undefined || body.cursor === '') throw new AxisProblem('bodyWrong', { detail: 'cursor' });
        return { reply: await listAgencies(kernel, { partnerId: partner.id, cursor: body.cursor, isSandbox: line.config.isSandbox }), steps: [] };
      }),
  }),
  route({
    method: 'POST',
    url: '/v1/sendEdoc',
    summary: 'Provincial axis: sends an edXML packet (document or status), as the body or as a file of a form. The same packet, or the same X-Message-Id, again is the same one.',
    access: bySystems,
    notes: { ...notes, headers: { ...shown, ...ownId }, requestTypes: ['application/octet-stream', 'multipart/form-data'] },
    reply: outcome,
    streamedBody: true,
    run: (http) => answerAxis(http, 'sent', takePacket),
  }),
  route({
    method: 'POST',
    url: '/v1/getReceivedEdocList',
    summary: 'Provincial axis: the packets that wait for the system, oldest first; each stays until updateStatus says done or fail.',
    access: bySystems,
    notes,
    body: listing,
    reply: listed,
    run: (http, { body }) =>
      answerAxis(http, 'received', async ({ kernel, partner, line }) => {
        // The further pages of a list belong to the same asking.
        await noteFetch(kernel.database.pool, { partnerId: partner.id, now: kernel.clock.now(), asks: body.cursor === undefined || body.cursor === '' });
        const limit = body.limit ?? PAGE;
        const rows = await listWaiting(kernel.database.pool, { partnerId: partner.id, isSandbox: line.config.isSandbox, after: cursorOf(body.cursor), messageType: body.messageType ?? null, limit: limit + 1 });
        if (rows.length > 0) assertSigned(line);
        const page = rows.slice(0, limit);
        return { reply: { items: page.map(itemOf), cursor: page.at(-1)?.docId ?? body.cursor ?? null, isMore: rows.length > limit }, steps: ['received'] };
      }),
  }),
  route({
    method: 'POST',
    url: '/v1/getEdoc',
    summary: 'Provincial axis: one packet for the system as edXML.',
    access: bySystems,
    notes: { ...notes, replyType: 'application/xml' },
    body: z.object({ docId: text }),
    run: (http, { body }) =>
      answerAxis(http, 'fetched', async (call) => {
        const { kernel, partner, line } = call;
        await noteFetch(kernel.database.pool, { partnerId: partner.id, now: kernel.clock.now(), asks: false });
        const found = await findParcel(kernel.database.pool, { partnerId: partner.id, isSandbox: line.config.isSandbox, docId: body.docId ?? wrong('docId') });
        assertSigned(line);
        try {
          const packet = await packetOfParcel(line, await contentOf(kernel, found), profileOf(line));
          const bytes = packetBytes(packet, signerFor(line.secrets));
          await tick(call, ['fetched']);
          return { special: 'bytes', body: bytes, contentType: 'application/xml; charset=utf-8', fileName: `${found.docId}.edxml` };
        } catch (error) {
          if (error instanceof EdxmlError) throw new AxisProblem('unwritable', { detail: describeProblem(error.problem), cause: error });
          throw error;
        }
      }),
  }),
  route({
    method: 'POST',
    url: '/v1/getSigningCertificate',
    summary: 'Provincial axis: in which form packets for the system are signed, and the certificate of the key that signs them (PEM).',
    access: bySystems,
    notes,
    body: z.object({}),
    reply: signing,
    run: (http) =>
      answerAxis(http, 'fetched', ({ line }) => {
        const { signature } = profileOf(line);
        return Promise.resolve({ reply: { signature: signature.form, certificate: signature.form === 'none' ? null : (line.secrets.packetKey?.certificate ?? null) }, steps: [] });
      }),
  }),
  route({
    method: 'POST',
    url: '/v1/updateStatus',
    summary: 'Provincial axis: says how far the system is with a packet that it fetched (processing, done, fail). Twice the same is once.',
    access: bySystems,
    notes,
    body: z.object({ docId: text, status: text, description: perhaps(z.string()) }),
    reply: outcome,
    run: (http, { body }) =>
      answerAxis(http, 'acknowledged', async ({ kernel, partner, line }) => {
        const docId = body.docId ?? wrong('docId');
        const state = packetStates.find((each) => each === body.status);
        if (state === undefined) throw new AxisProblem('statusWrong');
        await run(kernel, tellParcel, { partner, isSandbox: line.config.isSandbox, docId, state, note: body.description?.slice(0, 1000).toWellFormed() ?? null }, axisActor);
        return { docId, reply: {}, steps: state === 'done' ? ['acknowledged'] : [] };
      }),
  }),
  route({
    method: 'POST',
    url: '/v1/getSentEdocList',
    summary: 'Provincial axis: the packets that the system has sent, newest first, and what became of each.',
    access: bySystems,
    notes,
    body: listing,
    reply: listed,
    run: (http, { body }) =>
      answerAxis(http, 'sent', async ({ kernel, partner }) => {
        const limit = body.limit ?? PAGE;
        const rows = await listSent(kernel.database.pool, { partnerId: partner.id, before: cursorOf(body.cursor), messageType: body.messageType ?? null, limit: limit + 1 });
        const page = rows.slice(0, limit);
        return { reply: { items: page, cursor: page.at(-1)?.docId ?? null, isMore: rows.length > limit }, steps: [] };
      }),
  }),
];
