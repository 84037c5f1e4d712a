import { z } from 'zod';
import type { Actor } from '#kernel/actor.ts';
import { run } from '#kernel/command.ts';
import { holders, route, type Route } from '#kernel/route.ts';
import { PartnerUnavailable } from '../../adapter.ts';
import { acceptance, confirmation, invitation, invitationReply, invitationSummary, reach, reconciliation, recovery, rotated, type Reconciliation } from '../../contract.ts';
import { setPassing } from '../../commands/set-passing.ts';
import { setReach } from '../../commands/set-reach.ts';
import { assertKeepsPartners } from '../../../policy.ts';
import { partnerErrors, partnerUnreachable } from '../../errors.ts';
import { findPartner, openLine } from '../../partner-rows.ts';
import { passedOn } from '../../relay-rule.ts';
import { keptClaim, recoverClaim } from './claims.ts';
import { callPeer, PeerRefusal, type InstallationLine } from './client.ts';
import { accept, confirm, finishAcceptance, invite, ownReceiptKeys, readInvitation } from './pairing.ts';
import { OWN_FEATURES } from './peer-features.ts';
import { reconcile } from './reconcile.ts';
import { endTheirKey, keepNewKey, noteOwnFormerEnded, prepareKey, publicHalf } from './rotation.ts';
import { fingerprintOf, pinned } from './settings.ts';
import { newKeyReply, pairingReply, type pairing } from './wire.ts';
import type { Kernel } from '#kernel/kernel.ts';

const keepers = holders('province_admin');
const CALL_MS = 15_000;
/** Hours of a whole province's mail are compared in one request; cut off, it is asked again and goes on. */
const RECONCILE_MS = 10 * 60_000;
const url = '/api/v1/exchange/partners';

function ownName(kernel: Kernel): string {
  return kernel.config.publicUrl === undefined ? 'Liên Thông' : new URL(kernel.config.publicUrl).host;
}

async function lineOf(kernel: Kernel, partnerId: string): Promise<InstallationLine> {
  const partner = await findPartner(kernel.database.pool, partnerId);
  if (partner?.protocol !== 'installation') throw partnerErrors.partnerNotFound();
  // safe because a partner of this protocol has settings of its adapter
  return openLine(kernel, partner, AbortSignal.timeout(CALL_MS)) as InstallationLine;
}

async function orUnreachable<Value>(work: Promise<Value>): Promise<Value> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof PartnerUnavailable) throw partnerUnreachable(error);
    if (error instanceof PeerRefusal) throw partnerUnreachable({ code: error.problem.code, message: error.problem.problem, cause: error });
    throw error;
  }
}

/**
 * Tells the partner our next key, signed with the present one. Had it taken the next one already and ended ours since, by the next one itself.
 * @returns until when it believes the present one
 */
async function tellNextKey(line: InstallationLine): Promise<string | null> {
  const { next } = line.secrets;
  if (next === undefined) return null;
  const body = Buffer.from(JSON.stringify({ publicKey: publicHalf(next) }), 'utf8');
  const tell = (by: InstallationLine): Promise<z.output<typeof newKeyReply>> => callPeer(by, { method: 'POST', path: '/keys', body }, newKeyReply);
  const told = tell(line).catch((error: unknown) => {
    if (error instanceof PartnerUnavailable && error.code === 'keyUnknown') return tell({ ...line, secrets: { ...line.secrets, ...next } });
    throw error;
  });
  return (await orUnreachable(told)).formerEndsAt;
}

/**
 * Compares with another installation what went between both since a moment, and mends what we lost: after a backup was restored.
 * @throws kernel.forbidden, exchange.partnerNotFound for one of another protocol, exchange.partnerUnreachable
 */
export async function reconcileWith(kernel: Kernel, of: { actor: Actor; partnerId: string; since: Date }): Promise<Reconciliation> {
  const { actor, partnerId, since } = of;
  assertKeepsPartners(actor);
  const partner = await findPartner(kernel.database.pool, partnerId);
  if (partner?.protocol !== 'installation') throw partnerErrors.partnerNotFound();
  // safe because a partner of this protocol has settings of its adapter
  const line = openLine(kernel, partner, AbortSignal.timeout(RECONCILE_MS)) as InstallationLine;
  return orUnreachable(reconcile({ kernel, actor, partner, line, since }));
}

/** How administrators of two installations connect them. */
export const pairingRoutes: readonly Route[] = [
  route({
    method: 'POST',
    url: '/api/v1/exchange/invitations',
    summary: 'Invites another installation: a text to hand over, and a fingerprint to tell on another way.',
    access: keepers,
    body: invitation,
    reply: invitationReply,
    run: (http, { body }) => {
      const own = body.address ?? http.kernel.config.publicUrl;
      if (own === undefined) throw partnerErrors.partnerConfigWrong({ values: { problem: 'PUBLIC_URL' } });
      // Without the idempotency key of the request: a kept reply would hold the word that is good once.
      return run(http.kernel, invite, { name: body.name, ownName: ownName(http.kernel), ownAddress: own }, { actor: http.actor, requestId: http.requestId });
    },
  }),
  route({
    method: 'POST',
    url: '/api/v1/exchange/invitations/read',
    summary: 'What an invitation says, before it is accepted.',
    access: keepers,
    body: z.object({ text: acceptance.shape.text }),
    reply: invitationSummary,
    run: ({ kernel }, { body }) => {
      const { name, address, fingerprint, expiresAt } = readInvitation(body.text, kernel.clock.now());
      return Promise.resolve({ name, address, fingerprint, expiresAt });
    },
  }),
  route({
    method: 'POST',
    url: '/api/v1/exchange/invitations/accept',
    summary: 'Accepts an invitation whose fingerprint was compared; returns the fingerprint of our own key for the other administrator.',
    access: keepers,
    body: acceptance.extend({ isFetching: z.boolean().default(false) }),
    reply: z.object({ partnerId: z.uuid(), fingerprint: z.string() }),
    run: async (http, { body }) => {
      const { kernel } = http;
      const { partnerId, invitation: invited } = await http.run(accept, body);
      const line = await lineOf(kernel, partnerId);
      const publicKey = publicHalf(line.secrets);
      // One that fetches cannot be called, so it gives no address.
      const address = body.isFetching ? null : (kernel.config.publicUrl ?? null);
      const answer: z.input<typeof pairing> = { token: invited.token, name: ownName(kernel), address, publicKey, receiptKeys: await ownReceiptKeys({ kernel }), features: [...OWN_FEATURES] };
      const told = await orUnreachable(callPeer(line, { method: 'POST', path: '/pair', body: Buffer.from(JSON.stringify(answer), 'utf8') }, pairingReply));
      await http.run(finishAcceptance, { partnerId, ...told });
      return { partnerId, fingerprint: fingerprintOf(publicKey) };
    },
  }),
  route({
    method: 'POST',
    url: `${url}/:partnerId/confirm`,
    summary: 'Confirms the fingerprint of the installation that answered our invitation.',
    access: keepers,
    params: z.object({ partnerId: z.uuid() }),
    body: confirmation,
    run: (http, { params: { partnerId }, body }) => http.run(confirm, { partnerId, ...body }),
  }),
  route({
    method: 'POST',
    url: `${url}/:partnerId/rotate`,
    summary: 'Makes a new key for another installation and tells it, signed with the old one.',
    access: keepers,
    params: z.object({ partnerId: z.uuid() }),
    reply: rotated,
    run: async (http, { params: { partnerId } }) => {
      await http.run(prepareKey, { partnerId });
      const formerEndsAt = await tellNextKey(await lineOf(http.kernel, partnerId));
      return { fingerprint: await http.run(keepNewKey, { partnerId, formerEndsAt }), formerEndsAt };
    },
  }),
  route({
    method: 'DELETE',
    url: `${url}/:partnerId/keys/:keyId`,
    summary: 'Ends a former key now: one of theirs is believed no more, one of ours the other side is told to believe no more.',
    access: keepers,
    params: z.object({ partnerId: z.uuid(), keyId: z.string().min(10).max(100) }),
    run: async (http, { params: of }) => {
      const line = await lineOf(http.kernel, of.partnerId);
      if (pinned.parse(line.pinned).ownFormer?.keyId !== of.keyId) return http.run(endTheirKey, of);
      await orUnreachable(callPeer(line, { method: 'POST', path: '/keys/end', body: Buffer.from(JSON.stringify({ keyId: of.keyId }), 'utf8') }, z.object({})));
      return http.run(noteOwnFormerEnded, of);
    },
  }),
  route({
    method: 'PUT',
    url: `${url}/:partnerId/reach`,
    summary: 'Sets how this and another installation reach each other: by which address, and who fetches.',
    access: keepers,
    params: z.object({ partnerId: z.uuid() }),
    body: reach,
    run: (http, { params: { partnerId }, body }) => http.run(setReach, { partnerId, ...body }),
  }),
  route({
    method: 'PUT',
    url: `${url}/:partnerId/passing`,
    summary: 'What is passed on between another installation and the systems connected here: nothing, systems, or also the national axis.',
    access: keepers,
    params: z.object({ partnerId: z.uuid() }),
    body: z.object({ passesOn: z.enum(passedOn) }),
    run: (http, { params: { partnerId }, body }) => http.run(setPassing, { partnerId, ...body }),
  }),
  route({
    method: 'POST',
    url: `${url}/:partnerId/reconcile`,
    summary: 'After a backup was restored: asks another installation what it has from us and gave us since a moment, and mends what was lost.',
    access: keepers,
    params: z.object({ partnerId: z.uuid() }),
    body: z.object({ since: z.iso.datetime({ offset: true }).transform((text) => new Date(text)) }),
    reply: reconciliation,
    run: ({ kernel, actor }, { params: { partnerId }, body: { since } }) => reconcileWith(kernel, { actor, partnerId, since }),
  }),
  route({
    method: 'POST',
    url: '/api/v1/exchange/arrivals/:inboundId/recover',
    summary: 'Says that a document which a partner has in our name, and which nothing proves, is ours: it is written back.',
    access: holders('province_admin', 'clerk'),
    params: z.object({ inboundId: z.uuid() }),
    body: recovery,
    run: async (http, { params: { inboundId }, body }) => http.run(recoverClaim, { inboundId, claim: await keptClaim(http.kernel, inboundId), ...body }),
  }),
];
