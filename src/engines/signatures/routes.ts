import { z } from 'zod';
import type { PersonActor } from '#kernel/actor.ts';
import { kernelErrors } from '#kernel/errors.ts';
import type { Kernel } from '#kernel/kernel.ts';
import { holders, route, signedIn, type Route } from '#kernel/route.ts';
import { parseCalendarDay, vietnamDay, type CalendarDay } from '#kernel/time.ts';
import { readBytes, visibleFile } from '#engines/files/index.ts';
import { getAgencyOn, getPost } from '#engines/identity/index.ts';
import { connectCredential, listConnectable, type KeyPlace } from './commands/connect-credential.ts';
import { importCredential } from './commands/import-credential.ts';
import { issueCredential, type NewCredential } from './commands/issue-credentials.ts';
import { changePin, setImage, unlockCredential } from './commands/manage-credential.ts';
import { sendOneTimeCode } from './commands/one-time-code.ts';
import { revokeCredential } from './commands/revoke-credential.ts';
import { addTrustAnchor } from './commands/trust-anchors.ts';
import {
  changePinBody,
  connectableBody,
  connectableReply,
  connectBody,
  credentialSummary,
  imageBody,
  importCredentialBody,
  issueCredentialBody,
  placementQuery,
  revokeBody,
  sentCodeReply,
  sha256Params,
  signingServices as signingServicesReply,
  trustAnchorBody,
  trustAnchorSummary,
  type CredentialSummary,
  type SigningServiceList,
} from './contract.ts';
import { signatureErrors } from './errors.ts';
import { isHolder } from './policy.ts';
import { keyHolderOf, signingServices } from './purposes.ts';
import { getCredentialFor, listCredentials, summaryOf } from './queries/credentials.ts';
import { suggestPlacement } from './queries/suggest-placement.ts';
import { validateStored } from './queries/validate-stored.ts';
import { listTrustAnchors } from './trust.ts';

const base = '/api/v1/signatures';
const params = z.object({ id: z.uuid() });
const credentialList = z.object({ credentials: z.array(credentialSummary) });

export const signatureRoutes: readonly Route[] = [
  route({
    method: 'GET',
    url: `${base}/credentials`,
    summary: 'The certificates with which the caller may sign: their own, and as a clerk the agency’s.',
    access: signedIn,
    reply: credentialList,
    run: async ({ kernel, actor }) => {
      const { agencyId, personId } = actor;
      const homes = [agencyId, ...(actor.ownAgencyId === undefined ? [] : [actor.ownAgencyId])];
      const own = (await Promise.all(homes.map((home) => listCredentials(kernel.database.pool, { agencyId: home, personId, kind: 'person' })))).flat();
      const agency = actor.roles.includes('clerk') ? await listCredentials(kernel.database.pool, { agencyId, kind: 'agency' }) : [];
      return { credentials: [...own, ...agency].map((row) => summaryFor(kernel, row)) };
    },
  }),
  route({
    method: 'GET',
    url: `${base}/credentials/all`,
    summary: 'All certificates of the agency, for its administrator.',
    access: holders('agency_admin'),
    reply: credentialList,
    run: async ({ kernel, actor }) => {
      const rows = await listCredentials(kernel.database.pool, { agencyId: actor.agencyId });
      return { credentials: rows.map((row) => summaryFor(kernel, row)) };
    },
  }),
  route({
    method: 'POST',
    url: `${base}/credentials`,
    summary: 'Issues a certificate of the built-in authority to the caller, or as a clerk to the agency; the caller chooses the PIN.',
    access: signedIn,
    body: issueCredentialBody,
    reply: z.object({ id: z.uuid() }),
    run: async ({ kernel, actor }, { body }) => ({ id: await issueCredential(kernel, await requestOf(kernel, actor, body), { actor }) }),
  }),
  route({
    method: 'POST',
    url: `${base}/credentials/import`,
    summary: 'Adds a certificate with its key from a PKCS#12 file that another authority issued.',
    access: signedIn,
    body: importCredentialBody,
    reply: z.object({ id: z.uuid() }),
    run: async ({ kernel, actor, requestId }, { body }) => {
      const file = Buffer.from(body.container, 'base64');
      return { id: await importCredential(kernel, { agencyId: actor.agencyId, kind: body.kind, file, pin: body.pin }, { actor, requestId }) };
    },
  }),
  route({
    method: 'GET',
    url: `${base}/services`,
    summary: 'The tokens, HSMs and remote services of this installation in which a key may be, and the programs on people’s computers that it can use.',
    access: signedIn,
    reply: signingServicesReply,
    run: ({ kernel }) => Promise.resolve(servicesOf(kernel)),
  }),
  route({
    method: 'POST',
    url: `${base}/credentials/connectable`,
    summary: 'The certificates on a token or with a remote service, to choose one from.',
    access: signedIn,
    body: connectableBody,
    reply: connectableReply,
    run: async ({ kernel, actor }, { body }) => ({ certificates: await listConnectable(kernel, placeOf(kernel, body), actor) }),
  }),
  route({
    method: 'POST',
    url: `${base}/credentials/connect`,
    summary: 'Adds a certificate whose key stays on its token or with its service.',
    access: signedIn,
    body: connectBody,
    reply: z.object({ id: z.uuid() }),
    run: async ({ kernel, actor, requestId }, { body: { kind, fingerprint, ...place } }) => ({
      id: await connectCredential(kernel, { ...placeOf(kernel, place), kind, fingerprint, agencyId: actor.agencyId }, { actor, requestId }),
    }),
  }),
  route({
    method: 'POST',
    url: `${base}/credentials/:id/pin`,
    summary: 'Changes the PIN of the caller’s certificate.',
    access: signedIn,
    params,
    body: changePinBody,
    run: async ({ kernel, actor, requestId }, { params: { id }, body }) =>
      changePin(kernel, { agencyId: actor.agencyId, credentialId: id, pin: body.pin, newPin: body.newPin }, { actor, requestId }),
  }),
  route({
    method: 'POST',
    url: `${base}/credentials/:id/one-time-code`,
    summary: 'Has the service that holds the caller’s key send them a one-time code for the next signature.',
    access: signedIn,
    params,
    reply: sentCodeReply,
    run: ({ kernel, actor, requestId }, { params: { id } }) => sendOneTimeCode(kernel, { agencyId: actor.agencyId, credentialId: id }, { actor, requestId }),
  }),
  route({
    method: 'POST',
    url: `${base}/credentials/:id/unlock`,
    summary: 'Unlocks a certificate that wrong PINs locked.',
    access: holders('agency_admin'),
    params,
    run: async (http, { params: { id } }) => http.run(unlockCredential, { agencyId: http.actor.agencyId, credentialId: id }),
  }),
  route({
    method: 'POST',
    url: `${base}/credentials/:id/revoke`,
    summary: 'Revokes a certificate of the built-in authority, at once.',
    access: signedIn,
    params,
    body: revokeBody,
    run: async (http, { params: { id }, body }) =>
      http.run(revokeCredential, { agencyId: http.actor.agencyId, credentialId: id, reason: body.reason }),
  }),
  route({
    method: 'PUT',
    url: `${base}/credentials/:id/image`,
    summary: 'Sets the picture of the caller’s signature or of the agency’s seal, in its real width.',
    access: signedIn,
    params,
    body: imageBody,
    run: async ({ kernel, actor, requestId }, { params: { id }, body }) => {
      const validTo = body.validTo === null ? {} : { validTo: dayOf(body.validTo) };
      const image = { png: Buffer.from(body.png, 'base64'), widthMm: body.widthMm, validFrom: dayOf(body.validFrom), ...validTo };
      return setImage(kernel, { agencyId: actor.agencyId, credentialId: id, image }, { actor, requestId });
    },
  }),
  route({
    method: 'GET',
    url: `${base}/credentials/:id/image`,
    summary: 'The picture of the caller’s signature, or for the clerk that of the agency’s seal, as PNG.',
    access: signedIn,
    params,
    run: async ({ kernel, actor }, { params: { id } }) => {
      const credential = await getCredentialFor(kernel.database.pool, actor, { agencyId: actor.agencyId, id });
      // Whose it is not learns nothing, not even that there is one.
      if (!isHolder(actor, credential) || credential.image_sha256 === null) throw signatureErrors.credentialNotFound();
      const body = await readBytes(kernel, credential.image_sha256);
      return { special: 'bytes', body, contentType: 'image/png', etag: credential.image_sha256, sizeBytes: body.length };
    },
  }),
  route({
    method: 'GET',
    url: `${base}/placements`,
    summary: 'Where the signature, the number and the date belong on the pages of a file.',
    access: signedIn,
    query: placementQuery,
    run: async ({ kernel, actor }, { query }) => {
      const file = await visibleFile(kernel, { actor, fileId: query.fileId });
      return suggestPlacement(kernel, file.sha256, query);
    },
  }),
  route({
    method: 'GET',
    url: `${base}/validations/:sha256`,
    summary: 'The validation report of a file of the caller’s agency.',
    access: signedIn,
    params: sha256Params,
    query: z.object({ fileId: z.uuid() }),
    run: async ({ kernel, actor }, { params: { sha256 }, query }) => {
      const file = await visibleFile(kernel, { actor, fileId: query.fileId });
      if (file.sha256 !== sha256) throw kernelErrors.notFound();
      return validateStored(kernel, sha256);
    },
  }),
  route({
    method: 'GET',
    url: `${base}/trust-anchors`,
    summary: 'The root certificates that this installation trusts.',
    access: signedIn,
    reply: z.object({ anchors: z.array(trustAnchorSummary) }),
    run: async ({ kernel }) => ({ anchors: await listTrustAnchors(kernel) }),
  }),
  route({
    method: 'POST',
    url: `${base}/trust-anchors`,
    summary: 'Trusts a root certificate for a period, on a legal basis.',
    access: holders('province_admin'),
    body: trustAnchorBody,
    reply: z.object({ fingerprint: z.string() }),
    run: async (http, { body }) =>
      http.run(addTrustAnchor, { ...body, validFrom: dayOf(body.validFrom), validTo: body.validTo === null ? null : dayOf(body.validTo) }),
  }),
];

/** VGCA's program asks for no licence; VNPT's answers no page whose domain has none. */
function servicesOf(kernel: Kernel): SigningServiceList {
  const { drivers, pluginLicense } = signingServices(kernel);
  const services = drivers.flatMap(({ name, about }) => (about === undefined ? [] : [{ name, ...about }]));
  return { services, agents: [{ id: 'vgca' }, ...(pluginLicense === null ? [] : [{ id: 'vnpt' as const, license: pluginLicense }])] };
}

/** @throws kernel.notFound where the installation has no such service */
function placeOf(kernel: Kernel, { driver, user, secret, consentId }: z.output<typeof connectableBody>): KeyPlace {
  if (!signingServices(kernel).drivers.some(({ name }) => name === driver)) throw kernelErrors.notFound();
  return { driver, ...(user === undefined ? {} : { user }), ...(secret === undefined ? {} : { secret }), ...(consentId === undefined ? {} : { consentId }) };
}

function summaryFor(kernel: Kernel, row: Parameters<typeof summaryOf>[0]): CredentialSummary {
  return summaryOf(row, { now: kernel.clock.now(), driver: keyHolderOf(kernel, row.driver) });
}

/** Who asks, as the directory knows them: nothing in a certificate comes from the request. */
async function requestOf(kernel: Kernel, actor: PersonActor, { kind, pin }: z.output<typeof issueCredentialBody>): Promise<NewCredential> {
  const q = kernel.database.pool;
  const agency = await getAgencyOn(q, actor.agencyId, vietnamDay(kernel.clock.now()));
  if (kind === 'agency') {
    if (!actor.roles.includes('clerk')) throw signatureErrors.sealNeedsClerk();
    return { kind, pin, agencyId: actor.agencyId, name: agency.name, agencyCode: agency.code ?? agency.id };
  }
  const post = await getPost(q, actor.agencyId, actor.postId);
  const unit = post.unitName === null ? {} : { units: [post.unitName] };
  return { kind, pin, agencyId: actor.agencyId, personId: actor.personId, name: actor.name, organization: agency.name, title: post.title, ...unit };
}

function dayOf(text: string): CalendarDay {
  const day = parseCalendarDay(text);
  if (day === undefined) throw kernelErrors.invalidInput();
  return day;
}
