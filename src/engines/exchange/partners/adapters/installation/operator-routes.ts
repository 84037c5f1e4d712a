import { z } from 'zod';
import type { Actor } from '#kernel/actor.ts';
import { holders, route, type Route } from '#kernel/route.ts';
import { PartnerUnavailable } from '../../adapter.ts';
import { acceptance, confirmation, invitation, invitationReply, invitationSummary, reconciliation, type Reconciliation } from '../../contract.ts';
import { assertKeepsPartners } from '../../../policy.ts';
import { partnerErrors } from '../../errors.ts';
import { findPartner, openLine } from '../../partner-rows.ts';
import { callPeer, PeerRefusal, type InstallationLine } from './client.ts';
import { accept, confirm, finishAcceptance, invite, keepNewKey, ownReceiptKeys, readInvitation } from './pairing.ts';
import { reconcile } from './reconcile.ts';
import { fingerprintOf, newKey, signingKey } from './settings.ts';
import { hello, pairing } from './wire.ts';
import { createPublicKey } from 'node:crypto';
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

/** Our own key as its public half: what the other side compares. */
function ownPublicKey(line: InstallationLine): z.output<typeof pairing>['publicKey'] {
  const key = signingKey(line.secrets);
  return pairing.shape.publicKey.parse({ ...createPublicKey(key.privateKey).export({ format: 'jwk' }), kid: key.keyId });
}

async function orUnreachable<Value>(work: Promise<Value>): Promise<Value> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof PartnerUnavailable) throw partnerErrors.partnerUnreachable({ values: { code: error.code, problem: error.message }, cause: error });
    if (error instanceof PeerRefusal) throw partnerErrors.partnerUnreachable({ values: { code: error.problem.code, problem: error.problem.problem }, cause: error });
    throw error;
  }
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
      return http.run(invite, { name: body.name, ownName: ownName(http.kernel), ownAddress: own });
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
      const publicKey = ownPublicKey(line);
      // One that fetches cannot be called, so it gives no address.
      const address = body.isFetching ? null : (kernel.config.publicUrl ?? null);
      const answer: z.input<typeof pairing> = { token: invited.token, name: ownName(kernel), address, publicKey, receiptKeys: await ownReceiptKeys({ kernel }) };
      const told = await orUnreachable(callPeer(line, { method: 'POST', path: '/pair', body: Buffer.from(JSON.stringify(answer), 'utf8') }, hello.pick({ receiptKeys: true })));
      await http.run(finishAcceptance, { partnerId, receiptKeys: told.receiptKeys });
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
    reply: z.object({ fingerprint: z.string() }),
    run: async (http, { params: { partnerId } }) => {
      const line = await lineOf(http.kernel, partnerId);
      const next = newKey();
      await orUnreachable(callPeer(line, { method: 'POST', path: '/keys', body: Buffer.from(JSON.stringify({ publicKey: next.publicKey }), 'utf8') }, z.object({})));
      const fingerprint = fingerprintOf(next.publicKey);
      await http.run(keepNewKey, { partnerId, own: { ...line.secrets, ...next.secrets }, fingerprint });
      return { fingerprint };
    },
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
];
