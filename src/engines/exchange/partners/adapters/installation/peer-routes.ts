import { z } from 'zod';
import { systemActor } from '#kernel/actor.ts';
import { run } from '#kernel/command.ts';
import type { Queryable } from '#kernel/database.ts';
import { anyone, route, type Route, type RouteContext } from '#kernel/route.ts';
import { consistencyProof, describeHead, findTreeHead, latestTreeHead } from '#engines/audit/index.ts';
import { noteFetch } from '../../note-fetch.ts';
import { findPartner, openLine } from '../../partner-rows.ts';
import type { WitnessReply } from '../../witness.ts';
import { readRange } from './adapter.ts';
import { addPart, comingFile } from './coming-files.ts';
import { takeNonce } from './find-peer.ts';
import { claimedKey, verifyRequest, VERSION } from './http-signatures.ts';
import { heldParcel, heldParcels, settleHeld } from './held-parcels.ts';
import { localDirectory } from './local-directory.ts';
import { findInvited, notePairing, ownReceiptKeys } from './pairing.ts';
import { answerPeer, bodyOf, readBody, signedReply, targetOf, turnedAway, type PeerCall } from './peer-call.ts';
import { PeerProblem } from './peer-problem.ts';
import { endTheirKey, takeNewKey } from './rotation.ts';
import { featuresOf, learnFeatures, OWN_FEATURES } from './peer-features.ts';
import { isNamedRight, limitsOf, pinned, signingKey, type Secrets } from './settings.ts';
import { takeParcel } from './take-parcel.ts';
import { endedKeyWire, newKeyWire, PARCEL_LIMIT_BYTES, PART_LIMIT_BYTES, PEER, pairing, settledParcels, type Hello } from './wire.ts';

const byPartners = anyone('other installations call it; each request is signed with a key that an administrator confirmed');
const SMALL_BYTES = 256 * 1024;
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const offset = z.coerce.number().int().min(0);

/** A size that was never signed gets no proof, which the witness takes for what it is. */
async function treeHeadSince(q: Queryable, since: number | undefined): Promise<WitnessReply> {
  const head = await latestTreeHead(q);
  if (head === undefined) return { head: null, path: [] };
  const known = since === undefined || since > head.size ? undefined : await findTreeHead(q, since);
  const path = known === undefined ? [] : (await consistencyProof(q, { first: known.size, second: head.size })).path;
  return { head: describeHead(head), path: path.map((hash) => hash.toString('base64')) };
}

const peerActor = { actor: systemActor('exchange.peer') };

/** The JSON of a small body. @throws PeerProblem `bodyUnreadable` */
export async function parsedBody<Schema extends z.ZodType>(call: PeerCall, schema: Schema): Promise<z.output<Schema>> {
  const body = await readBody(call.http, SMALL_BYTES);
  const parsed = schema.safeParse(jsonOf(body));
  if (!parsed.success) throw new PeerProblem(422, { code: 'bodyUnreadable', problem: 'The body is not what the protocol says.', retry: 'final' });
  return parsed.data;
}

/** Nothing for a body that is too large or not the one that was signed: nobody is known yet to whom the reason could be signed. */
async function smallBody(http: RouteContext): Promise<Buffer> {
  try {
    return await readBody(http, SMALL_BYTES);
  } catch (error) {
    if (error instanceof PeerProblem) return Buffer.alloc(0);
    throw error;
  }
}

function jsonOf(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}

async function helloOf({ kernel, line }: PeerCall): Promise<Hello> {
  const { fileBytes, parcelBytes } = limitsOf(line.config);
  const name = kernel.config.publicUrl === undefined ? 'Liên Thông' : new URL(kernel.config.publicUrl).host;
  return { versions: [VERSION], name, features: [...OWN_FEATURES], limits: { partBytes: PART_LIMIT_BYTES, fileBytes, parcelBytes }, receiptKeys: await ownReceiptKeys({ kernel }) };
}

const unknownFile = () => new PeerProblem(404, { code: 'fileNotAnnounced', problem: 'No parcel announced this file.', retry: 'final' });

/** What one installation asks of another; README.md, “Between two installations”. */
export const peerRoutes: readonly Route[] = [
  route({
    method: 'GET',
    url: `${PEER}/hello`,
    summary: 'Between installations: versions, limits and receipt keys.',
    access: byPartners,
    run: (http) => answerPeer(http, helloOf),
  }),
  route({
    method: 'POST',
    url: `${PEER}/pair`,
    summary: 'Between installations: answers an invitation with the own key.',
    access: anyone('whoever was invited answers here; the word of the invitation and a signature with the key are needed'),
    streamedBody: true,
    run: async (http) => {
      const parsed = pairing.safeParse(jsonOf(await smallBody(http)));
      const { kernel } = http;
      if (!parsed.success || !isNamedRight(parsed.data.publicKey) || claimedKey(http.request.headers) !== parsed.data.publicKey.kid) return turnedAway(http, 'signatureMissing');
      const verified = verifyRequest({ method: 'POST', target: targetOf(http), headers: http.request.headers }, [parsed.data.publicKey], kernel.clock.now());
      if (!verified.ok) return turnedAway(http, verified.problem);
      const { token, address, publicKey, receiptKeys, features } = parsed.data;
      const invited = await run(kernel, findInvited, { token, keyId: publicKey.kid }, peerActor);
      if (invited === undefined) return turnedAway(http, 'keyUnknown');
      const partner = await findPartner(kernel.database.pool, invited);
      if (partner === undefined || !(await takeNonce(kernel.database.pool, { partnerId: invited, ...verified.claims }))) return turnedAway(http, 'nonceUsed');
      // safe because a partner of this protocol has secrets of its adapter
      const own = openLine(kernel, partner, AbortSignal.timeout(60_000)).secrets as Secrets;
      return signedReply(http, { claims: verified.claims, key: signingKey(own) }, async () => {
        await run(kernel, notePairing, { partnerId: invited, token, address, publicKey, receiptKeys, features }, peerActor);
        return { receiptKeys: await ownReceiptKeys({ kernel }), features: OWN_FEATURES };
      });
    },
  }),
  route({
    method: 'POST',
    url: `${PEER}/keys`,
    summary: 'Between installations: a new key, told with the old one.',
    access: byPartners,
    streamedBody: true,
    run: (http) =>
      answerPeer(http, async (call) => {
        const { publicKey } = await parsedBody(call, newKeyWire);
        if (!isNamedRight(publicKey)) throw new PeerProblem(422, { code: 'keyNamedWrong', problem: 'The key is not called by its thumbprint.', retry: 'final' });
        const { keys } = pinned.parse(call.partner.pinned);
        // Whoever has stolen a former key must not put one of his own in its place. Told once more, the same key is no new one.
        if (claimedKey(http.request.headers) !== keys[0]?.kid && !keys.some(({ kid }) => kid === publicKey.kid)) throw new PeerProblem(409, { code: 'keyFormer', problem: 'Only the newest key tells a new one.', retry: 'final' });
        return { formerEndsAt: await run(call.kernel, takeNewKey, { partnerId: call.partner.id, publicKey }, peerActor) };
      }),
  }),
  route({
    method: 'POST',
    url: `${PEER}/keys/end`,
    summary: 'Between installations: a former key of the caller is good no more, told with the newest one.',
    access: byPartners,
    streamedBody: true,
    run: (http) =>
      answerPeer(http, async (call) => {
        const { keyId } = await parsedBody(call, endedKeyWire);
        const [newest, ...former] = pinned.parse(call.partner.pinned).keys;
        if (newest === undefined || claimedKey(http.request.headers) !== newest.kid || newest.kid === keyId) throw new PeerProblem(409, { code: 'keyFormer', problem: 'Only the newest key ends a former one.', retry: 'final' });
        // Told twice, it is over once.
        if (former.some(({ kid }) => kid === keyId)) await run(call.kernel, endTheirKey, { partnerId: call.partner.id, keyId }, peerActor);
        return {};
      }),
  }),
  route({
    method: 'POST',
    url: `${PEER}/parcels`,
    summary: 'Between installations: offers a parcel; the answer says which files are missing and from where on.',
    access: byPartners,
    streamedBody: true,
    run: (http) => answerPeer(http, async ({ kernel, partner, line }) => takeParcel(kernel, { partnerId: partner.id, config: line.config, wire: await readBody(http, PARCEL_LIMIT_BYTES) })),
  }),
  route({
    method: 'PUT',
    url: `${PEER}/files/:sha256`,
    summary: 'Between installations: the next part of an announced file; a broken line keeps what came.',
    access: byPartners,
    params: z.object({ sha256 }),
    query: z.object({ offset }),
    streamedBody: true,
    run: (http, { params, query }) =>
      answerPeer(http, async ({ kernel, partner }) => {
        const file = await comingFile(kernel.database.pool, partner.id, params.sha256);
        if (file === undefined) throw unknownFile();
        if (Number(http.request.headers['content-length'] ?? 0) > PART_LIMIT_BYTES) throw new PeerProblem(413, { code: 'partTooLarge', problem: `At most ${String(PART_LIMIT_BYTES)} bytes.`, retry: 'final' });
        const now = await addPart(kernel, partner.id, { file, offset: query.offset, source: bodyOf(http) });
        return { offset: now.receivedBytes, isHere: now.isHere };
      }),
  }),
  route({
    method: 'GET',
    url: `${PEER}/tree-head`,
    summary: 'Between installations: the newest signed root of the record, with the proof that it only adds to an earlier one. Whoever keeps it is a witness.',
    access: byPartners,
    query: z.object({ since: z.coerce.number().int().positive().optional() }),
    run: (http, { query }) => answerPeer(http, ({ kernel }) => treeHeadSince(kernel.database.pool, query.since)),
  }),
  route({
    method: 'GET',
    url: `${PEER}/waiting`,
    summary: 'Between installations: the parcels that wait here for the caller.',
    access: byPartners,
    query: z.object({ features: z.string().max(2500).optional() }),
    run: (http, { query }) =>
      answerPeer(http, async ({ kernel, partner }) => {
        await noteFetch(kernel.database.pool, { partnerId: partner.id, now: kernel.clock.now(), asks: true });
        // One that can be called says it in its good day.
        if (partner.address === null) await learnFeatures(kernel, { partner, features: featuresOf(query.features) });
        return heldParcels(kernel, partner.id);
      }),
  }),
  route({
    method: 'GET',
    url: `${PEER}/waiting/:transferId/files/:sha256`,
    summary: 'Between installations: a part of a file of a waiting parcel.',
    access: byPartners,
    params: z.object({ transferId: z.uuid(), sha256 }),
    query: z.object({ offset, length: z.coerce.number().int().min(1).max(PART_LIMIT_BYTES) }),
    run: (http, { params, query }) =>
      answerPeer(http, async ({ kernel, partner }) => {
        await noteFetch(kernel.database.pool, { partnerId: partner.id, now: kernel.clock.now(), asks: false });
        const held = await heldParcel(kernel, { partnerId: partner.id, transferId: params.transferId });
        const file = held?.kind === 'envelope' ? held.files.find((each) => each.sha256 === params.sha256) : undefined;
        if (file === undefined || query.offset >= file.sizeBytes) throw unknownFile();
        return readRange(kernel, file.sha256, { start: query.offset, end: Math.min(file.sizeBytes, query.offset + query.length) - 1 });
      }),
  }),
  route({
    method: 'POST',
    url: `${PEER}/settled`,
    summary: 'Between installations: what became of the parcels that were fetched.',
    access: byPartners,
    streamedBody: true,
    run: (http) =>
      answerPeer(http, async (call) => {
        const { results } = await parsedBody(call, settledParcels);
        for (const result of results) await settleHeld(call.kernel, call.partner, result);
        return {};
      }),
  }),
  route({
    method: 'GET',
    url: `${PEER}/directory`,
    summary: 'Between installations: the agencies that live here and those of the systems connected here, changed since the cursor.',
    access: byPartners,
    query: z.object({ cursor: z.string().max(200).default('') }),
    run: (http, { query }) => answerPeer(http, ({ kernel, line }) => localDirectory(kernel, { cursor: query.cursor, passesOn: line.config.passesOn })),
  }),
];
