import { z } from 'zod';
import type { PersonActor } from '#kernel/actor.ts';
import { systemActor } from '#kernel/actor.ts';
import { run, type CommandContext } from '#kernel/command.ts';
import type { Queryable } from '#kernel/database.ts';
import { newId } from '#kernel/ids.ts';
import type { Kernel } from '#kernel/kernel.ts';
import { readAuthorizations } from './authorizations.ts';
import { findClient, newSecret, secretHash } from './clients.ts';
import { askAuthorization } from './commands/ask-authorization.ts';
import type { Consent } from './contract.ts';
import { CscError } from './csc-errors.ts';
import { assertCount, hashAlgorithmOf, hashesOf, optionalText, placeIn, textOf, type CscInput, type CscVersion } from './csc-input.ts';
import { connect } from './connections.ts';
import { errors } from './errors.ts';
import { CONSENT_MS } from './limits.ts';
import { listEnrolments, owner } from './ownership.ts';

const keptRequest = z.object({ credentialID: z.string(), hashes: z.array(z.string()), hashAlgorithmOID: z.string().optional(), description: z.string().optional(), clientData: z.string().optional() });

/**
 * Takes in a browser that an application sent (RFC 6749 section 4.1.1 with PKCE; CSC API 2.0 section 8.4.2). Nothing is put before an owner
 * until that owner, signed in, opens it here.
 * @returns the consent's id
 * @throws CscError, which is shown and never sent to an address that was not registered
 */
export async function beginConsent(kernel: Kernel, { version, query }: { version: CscVersion; query: CscInput }): Promise<string> {
  const client = await findClient(kernel, textOf(query, 'client_id'));
  const redirectUri = textOf(query, 'redirect_uri', 1000);
  if (client?.redirectUris.includes(redirectUri) !== true) throw new CscError('invalid_client', 'The application or its return address is not registered', 401);
  if (textOf(query, 'response_type') !== 'code') throw new CscError('unsupported_response_type', 'code');
  const challenge = textOf(query, 'code_challenge', 43);
  if (optionalText(query, 'code_challenge_method') !== 'S256' || !/^[\w-]{43}$/.test(challenge)) throw new CscError('invalid_request', 'PKCE with S256 is required');
  const scope = optionalText(query, 'scope') ?? 'service';
  if (scope !== 'service' && scope !== 'credential') throw new CscError('invalid_scope', 'service or credential');
  if (!client.scopes.includes(scope)) throw new CscError('invalid_scope', 'The application is not registered for this scope');
  const request = scope === 'credential' ? requestIn(version, query) : null;
  const id = newId();
  const now = kernel.clock.now();
  await kernel.database.pool.query(
    'insert into remote_signing.consent (id, client_id, scope, redirect_uri, client_state, code_challenge, request, asked_at, expires_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)',
    [id, client.id, scope, redirectUri, optionalText(query, 'state', 1000) ?? null, challenge, request === null ? null : JSON.stringify(request), now, new Date(now.getTime() + CONSENT_MS)],
  );
  return id;
}

function requestIn(version: CscVersion, query: CscInput): z.infer<typeof keptRequest> {
  // An address carries the list as one text, in which "+" of Base64 may have become a space.
  const hashes = textOf(query, version === 1 ? 'hash' : 'hashes', 8000).replaceAll(' ', '+').replaceAll('-', '+').replaceAll('_', '/').split(',');
  const digests = hashesOf({ hashes }, 2);
  hashAlgorithmOf(digests, { input: query, version });
  assertCount(query['numSignatures'], digests);
  const oid = optionalText(query, version === 1 ? 'hashAlgo' : 'hashAlgorithmOID');
  placeIn(query, 'credentialID');
  return keptRequest.parse({ credentialID: query['credentialID'], hashes, hashAlgorithmOID: oid, description: optionalText(query, 'description'), clientData: optionalText(query, 'clientData') });
}

type ConsentRow = { id: string; clientId: string; clientName: string; scope: 'service' | 'credential'; redirectUri: string; clientState: string | null; request: unknown; personId: string | null; agencyId: string | null; authorizationId: string | null };

/** A consent that waits and is nobody else's. @throws remote-signing.consentNotFound */
async function openConsentOf(q: Queryable, { id, personId, now, lock = false }: { id: string; personId: string; now: Date; lock?: boolean }): Promise<ConsentRow> {
  const { rows } = await q.query(
    `select o.id, o.client_id as "clientId", c.name as "clientName", o.scope, o.redirect_uri as "redirectUri", o.client_state as "clientState", o.request, o.person_id as "personId",
            o.agency_id as "agencyId", o.authorization_id as "authorizationId"
       from remote_signing.consent o join remote_signing.client c on c.id = o.client_id and c.disabled_at is null
      where o.id = $1 and o.answered_at is null and o.expires_at > $3 and (o.person_id is null or o.person_id = $2) ${lock ? 'for no key update of o' : ''}`,
    [id, personId, now],
  );
  if (rows[0] === undefined) throw errors.consentNotFound();
  // safe because the statement selects exactly these columns
  return rows[0] as ConsentRow;
}

/**
 * Opens a consent for whoever is signed in: from now on it is theirs. A request to sign is put before them if the credential is their own.
 * @throws remote-signing.consentNotFound
 */
export async function openConsent(kernel: Kernel, actor: PersonActor, id: string): Promise<Consent> {
  const person = owner(actor);
  const { pool } = kernel.database;
  const now = kernel.clock.now();
  const consent = await openConsentOf(pool, { id, personId: person.personId, now });
  const authorizationId = consent.request === null ? null : await putBefore(kernel, person, consent);
  const taken = await pool.query('update remote_signing.consent set person_id = $2, agency_id = $3, authorization_id = $4 where id = $1 and answered_at is null and (person_id is null or person_id = $2)', [id, person.personId, person.agencyId, authorizationId]);
  if (taken.rowCount === 0) throw errors.consentNotFound();
  return { id, clientName: consent.clientName, scope: consent.scope, returnsTo: new URL(consent.redirectUri).host, authorizationId };
}

async function putBefore(kernel: Kernel, person: PersonActor, consent: ConsentRow): Promise<string> {
  if (consent.authorizationId !== null) return consent.authorizationId;
  const request = keptRequest.parse(consent.request);
  const { agencyId, id } = placeIn(request, 'credentialID');
  const [enrolment] = await listEnrolments(kernel.database.pool, { agencyId, credentialId: id, personId: person.personId });
  if (enrolment === undefined || agencyId !== person.agencyId) throw errors.notEnrolled();
  const hashes = hashesOf(request, 2);
  const hash = hashAlgorithmOf(hashes, { input: request, version: 2 });
  const client = { id: consent.clientId, name: consent.clientName };
  // The consent's own number keeps two browsers apart that bring the same hashes.
  const asked = { client, enrolment, hash, hashes, documentNames: [], description: request.description ?? null, clientData: consent.id };
  return (await run(kernel, askAuthorization, asked, { actor: systemActor(client.name) })).id;
}

/**
 * Sends the browser back with a code. A request to sign has to be approved before.
 * @throws remote-signing.consentNotFound · notApprovedYet
 */
export async function grantConsent(ctx: CommandContext, input: { id: string; codeHash: string }): Promise<{ redirectUri: string; clientState: string | null }> {
  const person = owner(ctx.actor);
  const consent = await openConsentOf(ctx, { id: input.id, personId: person.personId, now: ctx.now, lock: true });
  if (consent.personId === null) throw errors.consentNotFound();
  if (consent.scope === 'credential') {
    const { agencyId, authorizationId } = consent;
    const [request] = agencyId === null || authorizationId === null ? [] : await readAuthorizations(ctx, { agencyId, ids: [authorizationId] });
    if (request?.state !== 'approved') throw errors.notApprovedYet();
  }
  // Before the code, which would count as a connection that stands.
  if (consent.scope === 'service') await connect(ctx, { clientId: consent.clientId, personId: person.personId });
  await ctx.query('update remote_signing.consent set answered_at = $2, code_hash = $3 where id = $1', [consent.id, ctx.now, Buffer.from(input.codeHash, 'hex')]);
  ctx.record({ type: 'remote-signing.consent-granted', agencyId: person.agencyId, subject: { type: 'remote-client', id: consent.clientId }, data: { client: consent.clientName } });
  return { redirectUri: consent.redirectUri, clientState: consent.clientState };
}

/** Sends the browser back without one. @throws remote-signing.consentNotFound */
export async function refuseConsent(ctx: CommandContext, input: { id: string }): Promise<{ redirectUri: string; clientState: string | null }> {
  const person = owner(ctx.actor);
  const consent = await openConsentOf(ctx, { id: input.id, personId: person.personId, now: ctx.now, lock: true });
  await ctx.query('update remote_signing.consent set answered_at = $2, person_id = $3 where id = $1', [consent.id, ctx.now, person.personId]);
  ctx.record({ type: 'remote-signing.consent-refused', agencyId: person.agencyId, subject: { type: 'remote-client', id: consent.clientId }, data: { client: consent.clientName } });
  return { redirectUri: consent.redirectUri, clientState: consent.clientState };
}

/** A fresh code, and what is kept of it. */
export function newCode(): { code: string; codeHash: string } {
  const code = newSecret();
  return { code, codeHash: secretHash(code).toString('hex') };
}

/** The address to which the browser goes back. */
export function returnAddress({ redirectUri, clientState }: { redirectUri: string; clientState: string | null }, answer: Record<string, string>): string {
  const url = new URL(redirectUri);
  for (const [name, value] of Object.entries({ ...answer, ...(clientState === null ? {} : { state: clientState }) })) url.searchParams.set(name, value);
  return url.toString();
}
