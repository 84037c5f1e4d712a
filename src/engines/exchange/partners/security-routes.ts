import { z } from 'zod';
import { holders, route, type Route, type RouteContext } from '#kernel/route.ts';
import { assertKeepsPartners } from '../policy.ts';
import { adapterOf, PartnerUnavailable } from './adapter.ts';
import { parseSettings } from './commands/add-partner.ts';
import { replaceSecrets } from './commands/change-partner.ts';
import { setSigning } from './adapters/edxml-packets/packet-signing.ts';
import { addAnchor, withdrawAnchor } from './commands/keep-anchors.ts';
import { replaceOwnCertificate } from './commands/replace-own-certificate.ts';
import { setLimits } from './commands/set-limits.ts';
import { limits, newAnchor, newOwnCertificate, newPacketSigning, newSecret, partnerKeys, partnerTrust } from './contract.ts';
import { partnerErrors, partnerUnreachable } from './errors.ts';
import { findPartner, openLine } from './partner-rows.ts';
import { keysOfPartner, trustOfPartner } from './queries/keys.ts';

const keepers = holders('province_admin');
const watchers = holders('province_admin', 'auditor');
const params = z.object({ partnerId: z.uuid() });
const url = '/api/v1/exchange/partners/:partnerId';
const TEST_MS = 15_000;

/** A shared secret is kept only when the axis answers to it: a wrong one would cut the province off. */
async function replaceSharedSecret(http: RouteContext, { partnerId, secret }: { partnerId: string; secret: string }): Promise<void> {
  const { kernel } = http;
  assertKeepsPartners(http.actor);
  const partner = await findPartner(kernel.database.pool, partnerId);
  if (partner?.protocol !== 'national_axis') throw partnerErrors.partnerNotFound();
  const adapter = adapterOf(kernel, partner.protocol);
  const line = openLine(kernel, partner, AbortSignal.timeout(TEST_MS));
  const secrets = parseSettings(adapter.secrets, { ...z.record(z.string(), z.unknown()).parse(line.secrets), secret });
  try {
    await adapter.test({ ...line, secrets });
  } catch (error) {
    if (error instanceof PartnerUnavailable) throw partnerUnreachable(error);
    throw error;
  }
  await http.run(replaceSecrets, { partnerId, secrets: { secret } });
}

/** For operators: the keys of connections, and the certificates by which their servers are believed. */
export const securityRoutes: readonly Route[] = [
  route({
    method: 'GET',
    url: `${url}/keys`,
    summary: 'The keys of a connection: in use since when, and until when a former one still counts. Of a secret only its age.',
    access: watchers,
    params,
    reply: partnerKeys,
    run: async ({ kernel, actor }, { params: { partnerId } }) => ({ keys: await keysOfPartner(kernel, { partnerId, actor }) }),
  }),
  route({
    method: 'PUT',
    url: `${url}/shared-secret`,
    summary: 'Puts a new secret of an axis in the place of the old one, once the axis has answered to it.',
    access: keepers,
    params,
    body: newSecret,
    run: (http, { params: { partnerId }, body }) => replaceSharedSecret(http, { partnerId, ...body }),
  }),
  route({
    method: 'PUT',
    url: `${url}/limits`,
    summary: 'Sets how much is taken from a partner at once; what is not named stays.',
    access: keepers,
    params,
    body: limits,
    run: (http, { params: { partnerId }, body }) => http.run(setLimits, { partnerId, ...body }),
  }),
  route({
    method: 'GET',
    url: `${url}/trust`,
    summary: 'The certificates by which a partner’s server is believed, and our own for its gateway.',
    access: watchers,
    params,
    reply: partnerTrust,
    run: ({ kernel, actor }, { params: { partnerId } }) => trustOfPartner(kernel, { partnerId, actor }),
  }),
  route({
    method: 'POST',
    url: `${url}/anchors`,
    summary: 'Trusts a certificate for the connection to this partner.',
    access: keepers,
    params,
    body: newAnchor,
    reply: z.object({ fingerprint: z.string() }),
    run: async (http, { params: { partnerId }, body: { content, fileName } }) => ({ fingerprint: await http.run(addAnchor, { partnerId, content: Buffer.from(content, 'base64'), source: fileName }) }),
  }),
  route({
    method: 'DELETE',
    url: `${url}/anchors/:fingerprint`,
    summary: 'Trusts a certificate no more for the connection to this partner.',
    access: keepers,
    params: params.extend({ fingerprint: z.string().regex(/^[0-9A-F:]{95}$/) }),
    run: (http, { params: of }) => http.run(withdrawAnchor, of),
  }),
  route({
    method: 'PUT',
    url: `${url}/own-certificate`,
    summary: 'Sets the certificate with which this installation shows itself to a partner’s gateway, with its key.',
    access: keepers,
    params,
    body: newOwnCertificate,
    run: (http, { params: { partnerId }, body }) => http.run(replaceOwnCertificate, { partnerId, pair: body }),
  }),
  route({
    method: 'PUT',
    url: `${url}/signing`,
    summary: 'Sets how packets for the national axis are signed, and with which key; without one the key that is there signs on.',
    access: keepers,
    params,
    body: newPacketSigning,
    run: (http, { params: { partnerId }, body }) => http.run(setSigning, { partnerId, protocol: 'national_axis', ...body }),
  }),
  route({
    method: 'DELETE',
    url: `${url}/own-certificate`,
    summary: 'Shows no certificate to a partner’s gateway any more.',
    access: keepers,
    params,
    run: (http, { params: { partnerId } }) => http.run(replaceOwnCertificate, { partnerId, pair: undefined }),
  }),
];
