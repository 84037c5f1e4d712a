import { createHash } from 'node:crypto';
import { systemActor, type PersonActor } from '#kernel/actor.ts';
import { run, type CommandContext, type RunOptions } from '#kernel/command.ts';
import { kernelErrors } from '#kernel/errors.ts';
import { newId, type Id } from '#kernel/ids.ts';
import type { Kernel } from '#kernel/kernel.ts';
import { driverErrors, toAppError } from '../adapters/driver-errors.ts';
import { SigningDriverError, type PersonalAccess, type PersonalTokens, type ServiceConsent } from '../adapters/signing-driver.ts';
import { signatureErrors } from '../errors.ts';
import { beginRelease, endForgottenReleases, finishRelease, holdForRelease, refuseRelease, type ReleaseAnswer, type ReleaseOutcome } from './releases.ts';
import { openFor, openTokens, sealFor, sealTokens } from '../personal-access.ts';
import { isHolder } from '../policy.ts';
import { keyHolderOf } from '../purposes.ts';
import { getCredential } from '../queries/credentials.ts';

/** How long the person may take with the service, and afterwards to choose a certificate. */
const ASKED_MS = 10 * 60_000;
const GIVEN_MS = 15 * 60_000;

type Options = RunOptions & { actor: PersonActor };
export type BeginConsent = { agencyId: Id<'agency'>; driver: string; kind: 'person' | 'agency'; /** The key whose consent has ended; left out to connect one. */ credentialId?: string | undefined };

/**
 * Begins a person's consent with a service that wants it. What comes back is good once, in this session, within ten minutes.
 * @returns where the person's browser has to go
 * @throws kernel.notFound where the service wants no consent · signatures.credentialNotFound of a key that is not the caller's
 */
export async function beginConsent(kernel: Kernel, input: BeginConsent, options: Options): Promise<string> {
  const { credentialId } = input;
  if (credentialId !== undefined) {
    const credential = await getCredential(kernel.database.pool, { agencyId: input.agencyId, id: credentialId });
    if (!isHolder(options.actor, credential) || credential.driver !== input.driver) throw signatureErrors.credentialNotFound();
  }
  const { url, verifier, state } = consentOf(kernel, input.driver).begin();
  await run(kernel, keepAsked, { ...input, verifier, state }, options);
  return url;
}

function consentOf(kernel: Kernel, driver: string): ServiceConsent {
  const { consent } = keyHolderOf(kernel, driver);
  if (consent === undefined) throw kernelErrors.notFound();
  return consent;
}

export type BeginReleaseConsent = { agencyId: Id<'agency'>; batchId: string; /** Where in the workplace the browser goes on afterwards. */ returnPath: string };

/**
 * Begins a person's consent to the signatures of one batch, on the page of the service. As above good once, in this session, within ten minutes.
 * @returns where the person's browser has to go
 * @throws as `beginRelease`
 */
export async function beginReleaseConsent(kernel: Kernel, { agencyId, batchId, returnPath }: BeginReleaseConsent, options: Options): Promise<string> {
  const { url, ...way } = await beginRelease(kernel, { agencyId, batchId }, options);
  await run(kernel, keepAsked, { agencyId, batchId, returnPath, ...way }, options);
  return url;
}

const hashOf = (state: string): string => createHash('sha256').update(state).digest('hex');

type Asked = BeginConsent & { verifier: string; state: string; batchId?: string; returnPath?: string };

async function keepAsked(ctx: CommandContext, { agencyId, driver, kind, credentialId, verifier, state, batchId, returnPath }: Asked): Promise<void> {
  const actor = personOf(ctx);
  // One way at a time, to the service as a whole or for the same signatures: whoever begins anew has given the one before up. What has ended is swept
  // away with it.
  await ctx.query(
    `delete from signatures.service_consent
      where agency_id = $1 and person_id = $2 and (expires_at < $4 or driver = $3 and batch_id is not distinct from $5 and (batch_id is null or state <> 'given'))`,
    [agencyId, actor.personId, driver, ctx.now, batchId ?? null],
  );
  const id = newId();
  const until = new Date(ctx.now.getTime() + ASKED_MS);
  await ctx.query(
    `insert into signatures.service_consent (agency_id, id, person_id, session_id, driver, kind, credential_id, state_hash, verifier, access, state, asked_at, expires_at, batch_id, return_path)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, null, 'asked', $10, $11, $12, $13)`,
    [agencyId, id, actor.personId, actor.sessionId, driver, kind, credentialId ?? null, hashOf(state), sealFor(ctx.kernel, id, verifier), ctx.now, until, batchId ?? null, returnPath ?? null],
  );
  if (batchId !== undefined) await holdForRelease(ctx, { agencyId, batchId, until });
  record(ctx, 'consent-asked', { agency_id: agencyId, id, driver });
}

export type FinishConsent = { agencyId: Id<'agency'>; state: string; /** Undefined when the person or the service said no. */ code?: string | undefined; /** Which of both, where the service says it. */ error?: string | undefined };
export type FinishedConsent = {
  driver: string;
  kind: 'person' | 'agency';
  /** To choose a certificate with; null where a key that was there has its consent again, and where the consent was for certain signatures. */
  consentId: string | null;
  release: (ReleaseOutcome & { returnPath: string }) | null;
};

/**
 * Takes what the browser brought back from the service.
 * @throws signatures.consentUnknown when it was not asked for in this session, came before, or too late · consentRefused · what the service says
 */
export async function finishConsent(kernel: Kernel, { agencyId, state, code, error }: FinishConsent, options: Options): Promise<FinishedConsent> {
  const isRefusal = code === undefined && (error === undefined || error === 'access_denied');
  const { verifier, ...row } = await run(kernel, takeAnswer, { agencyId, state, isRefusal }, options);
  const { driver, kind, batch_id: batchId, return_path: returnPath } = row;
  if (batchId !== null && returnPath !== null) return { driver, kind, consentId: null, release: { returnPath, ...(await releasedBy(kernel, { agencyId, batchId, consentId: row.id, code, verifier, isRefusal }, options)) } };
  if (code === undefined) throw driverErrors.consentRefused();
  const tokens = await exchanged(consentOf(kernel, row.driver).finish({ code, verifier }));
  await run(kernel, keepGiven, { row, tokens }, options);
  return { driver, kind, consentId: row.credential_id === null ? row.id : null, release: null };
}

type BroughtBack = Omit<ReleaseAnswer, 'code'> & { code: string | undefined; isRefusal: boolean };

function releasedBy(kernel: Kernel, { code, isRefusal, ...answer }: BroughtBack, options: Options): Promise<ReleaseOutcome> {
  if (code !== undefined) return finishRelease(kernel, { ...answer, code }, options);
  // Otherwise the page itself failed, and what waits goes on waiting.
  return Promise.resolve({ signed: 0, pending: 0, problem: isRefusal ? driverErrors.releaseRefused() : driverErrors.releaseFailed() });
}

async function exchanged(finishing: Promise<PersonalTokens>): Promise<PersonalTokens> {
  try {
    return await finishing;
  } catch (error) {
    throw error instanceof SigningDriverError ? toAppError(error) : error;
  }
}

type ConsentRow = { agency_id: Id<'agency'>; id: string; driver: string; kind: 'person' | 'agency'; credential_id: string | null; batch_id: string | null; return_path: string | null };

/** Before the service is asked: of two answers with one state the second finds nothing. */
async function takeAnswer(ctx: CommandContext, { agencyId, state, isRefusal }: { agencyId: Id<'agency'>; state: string; isRefusal: boolean }): Promise<ConsentRow & { verifier: string }> {
  const actor = personOf(ctx);
  const { rows } = await ctx.query(
    `select agency_id, id, driver, kind, credential_id, batch_id, return_path, verifier from signatures.service_consent
      where agency_id = $1 and state_hash = $2 and person_id = $3 and session_id = $4 and state = 'asked' and expires_at > $5 for update`,
    [agencyId, hashOf(state), actor.personId, actor.sessionId, ctx.now],
  );
  // safe because the statement selects exactly these columns, and the verifier is there as long as the answer is awaited
  const found = rows[0] as (ConsentRow & { verifier: Buffer }) | undefined;
  if (found === undefined) throw driverErrors.consentUnknown();
  await ctx.query('update signatures.service_consent set state = $3, verifier = null where agency_id = $1 and id = $2', [agencyId, found.id, isRefusal ? 'refused' : 'answered']);
  record(ctx, isRefusal ? 'consent-refused' : 'consent-answered', found);
  if (isRefusal && found.batch_id !== null) await refuseRelease(ctx, { agencyId, batchId: found.batch_id });
  return { ...found, verifier: openFor(ctx.kernel, found.id, found.verifier) };
}

async function keepGiven(ctx: CommandContext, { row, tokens }: { row: ConsentRow; tokens: PersonalTokens }): Promise<void> {
  const key = [row.agency_id, row.id];
  if (row.credential_id === null) {
    await ctx.query(`update signatures.service_consent set state = 'given', access = $3, expires_at = $4 where agency_id = $1 and id = $2`, [...key, sealTokens(ctx.kernel, row.id, tokens), new Date(ctx.now.getTime() + GIVEN_MS)]);
  } else {
    await ctx.query(`update signatures.service_consent set state = 'used' where agency_id = $1 and id = $2`, key);
    await ctx.query('update signatures.credential set access = $3 where agency_id = $1 and id = $2', [row.agency_id, row.credential_id, sealTokens(ctx.kernel, row.credential_id, tokens)]);
  }
  record(ctx, 'consent-approved', row);
}

export type GivenConsent = { id: string; access: PersonalAccess; /** The newest tokens, to be kept with the key. */ tokens: () => PersonalTokens };

/**
 * A consent that the caller gave a moment ago in this session, to list certificates and connect one with it.
 * @throws signatures.consentNeeded
 */
export async function givenConsent(kernel: Kernel, { agencyId, driver, consentId }: { agencyId: Id<'agency'>; driver: string; consentId: string | undefined }, actor: PersonActor): Promise<GivenConsent> {
  const { rows } = await kernel.database.pool.query(
    `select id, access from signatures.service_consent where agency_id = $1 and id = $2 and person_id = $3 and session_id = $4 and driver = $5 and batch_id is null and state = 'given' and expires_at > $6`,
    [agencyId, consentId ?? null, actor.personId, actor.sessionId, driver, kernel.clock.now()],
  );
  // safe because the statement selects exactly these columns, and a consent that was given has its tokens
  const found = rows[0] as { id: string; access: Buffer } | undefined;
  if (found === undefined) throw driverErrors.consentNeeded();
  let tokens = openTokens(kernel, found.id, found.access);
  return { id: found.id, tokens: () => tokens, access: { tokens, renew: async (ask) => (tokens = await ask(tokens)) } };
}

/** The tokens go to the key that was connected with them. */
export async function useConsent(ctx: CommandContext, { agencyId, credentialId, given }: { agencyId: Id<'agency'>; credentialId: string; given: GivenConsent }): Promise<void> {
  const used = await ctx.query(`update signatures.service_consent set state = 'used', access = null where agency_id = $1 and id = $2 and state = 'given'`, [agencyId, given.id]);
  if (used.rowCount !== 1) throw driverErrors.consentNeeded();
  await ctx.query('update signatures.credential set access = $3 where agency_id = $1 and id = $2', [agencyId, credentialId, sealTokens(ctx.kernel, credentialId, given.tokens())]);
}

/** What nobody finished, or connected a key with, holds tokens that nobody needs; what became of each consent stays in the record. */
export async function forgetEndedConsents(kernel: Kernel): Promise<void> {
  await kernel.database.pool.query('delete from signatures.service_consent where expires_at < $1', [kernel.clock.now()]);
  await run(kernel, endForgottenReleases, { before: new Date(kernel.clock.now().getTime() - ASKED_MS) }, { actor: systemActor('signatures.forget-consents') });
}

function record(ctx: CommandContext, what: string, { agency_id: agencyId, id, driver }: Pick<ConsentRow, 'agency_id' | 'id' | 'driver'>): void {
  ctx.record({ type: `signatures.${what}`, agencyId, subject: { type: 'service-consent', id }, data: { service: driver } });
}

function personOf({ actor }: CommandContext): PersonActor {
  if (actor.kind !== 'person') throw kernelErrors.forbidden();
  return actor;
}
