import type { PersonActor } from '#kernel/actor.ts';
import type { CommandContext } from '#kernel/command.ts';
import { kernelErrors } from '#kernel/errors.ts';
import { newId, type Id } from '#kernel/ids.ts';
import { toTsvector } from '#kernel/search-text.ts';
import { transition } from '#engines/cases/index.ts';
import { getCertificate } from '../certificate-store.ts';
import type { RequestBody, RequestKind, RequestState } from '../contract.ts';
import { errors } from '../errors.ts';
import { requestLifecycle } from '../lifecycle.ts';
import { abilitiesOnRequest, isAsker, mayAsk, seesRequest, type RequestAction } from '../policy.ts';
import { assertFilled, formFor } from '../request-form.ts';
import { askForDecision, endDecision, endFollowUp, tellDecision } from '../request-tasks.ts';

/**
 * An agency asks for a certificate to be issued, renewed, changed or revoked, in the form that is in force today.
 * @throws certificates.certificateNeeded · notFound · alreadyRevoked · renewalDeclined · alreadyAsked · noForm · personNotThere; kernel.forbidden
 */
export async function submitRequest(ctx: CommandContext, input: RequestBody): Promise<{ id: Id<'certificate-request'> }> {
  const actor = personOf(ctx);
  const holder = await holderOf(ctx, actor, input);
  if (!mayAsk(actor, { agencyId: actor.agencyId, personId: holder.personId })) throw kernelErrors.forbidden();
  const form = await formFor(ctx, input.kind, holder.kind);
  assertFilled(form, input);
  const id = newId<'certificate-request'>();
  const { rows } = await ctx.query(
    `insert into certificates.request (agency_id, id, kind, holder_kind, holder_name, person_id, certificate_id, state, form_code, form_name, legal_basis, details,
       reason, search, asked_by, asked_by_person, asked_at, form_from)
     values ($1, $2, $3, $4, $5, $6, $7, 'submitted', $8, $9, $10, $11, $12, $13::tsvector, $14, $15, $16, $17)
     on conflict (agency_id, certificate_id, kind) where state in ('submitted', 'approved') and certificate_id is not null do nothing returning id`,
    [
      actor.agencyId,
      id,
      input.kind,
      holder.kind,
      holder.name,
      holder.personId,
      input.certificateId,
      form.code,
      form.name,
      form.legalBasis,
      JSON.stringify(input.details),
      input.reason,
      toTsvector(`${holder.name} ${actor.name} ${form.name}`),
      actor.name,
      actor.personId,
      ctx.now,
      form.validFrom,
    ],
  );
  if (rows.length === 0) throw errors.alreadyAsked();
  ctx.record({
    type: 'certificates.request-submitted',
    agencyId: actor.agencyId,
    subject: { type: 'certificate-request', id },
    data: { form: form.name, holder: holder.name, kind: input.kind },
  });
  await askForDecision(ctx, { agency_id: actor.agencyId, id, holder_name: holder.name, form_name: form.name, asked_by_person: actor.personId });
  return { id };
}

type Holder = { kind: RequestBody['holderKind']; name: string; personId: string | null };

async function holderOf(ctx: CommandContext, actor: PersonActor, input: RequestBody): Promise<Holder> {
  if (input.kind === 'issue') return { kind: input.holderKind, name: input.holderName, personId: input.personId };
  if (input.certificateId === null) throw errors.certificateNeeded();
  const certificate = await getCertificate(ctx, actor, { agencyId: actor.agencyId, id: input.certificateId });
  if (certificate.status === 'revoked') throw errors.alreadyRevoked();
  if (input.kind === 'renew' && certificate.renewal_declined_at !== null) throw errors.renewalDeclined();
  return { kind: certificate.holder_kind, name: certificate.holder_name, personId: certificate.person_id };
}

type Key = { agencyId: string; id: string };
type StoredRequest = {
  agency_id: Id<'agency'>;
  id: string;
  kind: RequestKind;
  holder_name: string;
  holder_kind: string;
  person_id: string | null;
  certificate_id: string | null;
  state: RequestState;
  form_name: string;
  asked_by_person: string;
  asked_at: Date;
};

async function lockedRequest(ctx: CommandContext, key: Key): Promise<{ actor: PersonActor; request: StoredRequest }> {
  const actor = personOf(ctx);
  const { rows } = await ctx.query(
    `select agency_id, id, kind, holder_name, holder_kind, person_id, certificate_id, state, form_name, asked_by_person, asked_at
       from certificates.request where agency_id = $1 and id = $2 for update`,
    [key.agencyId, key.id],
  );
  // safe because the statement selects exactly these columns
  const request = rows[0] as StoredRequest | undefined;
  if (request === undefined || !seesRequest(actor, request)) throw errors.requestNotFound();
  return { actor, request };
}

async function lockRequest(ctx: CommandContext, key: Key, action: RequestAction): Promise<{ actor: PersonActor; request: StoredRequest; next: RequestState }> {
  const { actor, request } = await lockedRequest(ctx, key);
  const next = transition(requestLifecycle, request.state, action);
  if (!abilitiesOnRequest(actor, request).includes(action)) throw kernelErrors.forbidden();
  return { actor, request, next };
}

/** Who asked takes the request back. */
export async function withdrawRequest(ctx: CommandContext, key: Key): Promise<void> {
  const { request, next } = await lockRequest(ctx, key, 'withdraw');
  await ctx.query('update certificates.request set state = $3 where agency_id = $1 and id = $2', [request.agency_id, request.id, next]);
  say(ctx, 'certificates.request-withdrawn', request, {});
  await endDecision(ctx, request, 'cancelled');
  await endFollowUp(ctx, request, 'cancelled');
}

/**
 * Whoever asked has read why the province refused; the task ends.
 * @throws certificates.requestNotFound · nothingToRead; kernel.forbidden
 */
export async function readRefusal(ctx: CommandContext, key: Key): Promise<void> {
  const { actor, request } = await lockedRequest(ctx, key);
  if (!isAsker(actor, request)) throw kernelErrors.forbidden();
  if (request.state !== 'refused' || (await endFollowUp(ctx, request, 'done')) === 0) throw errors.nothingToRead();
  say(ctx, 'certificates.refusal-read', request, {});
}

/** The province's administrator approves; the request then goes to the authority, or the holder makes the key here. */
export async function approveRequest(ctx: CommandContext, input: Key & { note?: string | undefined }): Promise<void> {
  await decide(ctx, input, 'approve', input.note ?? '');
}

/** The province's administrator refuses with a reason. */
export async function refuseRequest(ctx: CommandContext, input: Key & { reason: string }): Promise<void> {
  await decide(ctx, input, 'refuse', input.reason);
}

async function decide(ctx: CommandContext, key: Key, action: 'approve' | 'refuse', text: string): Promise<void> {
  const { actor, request, next } = await lockRequest(ctx, key, action);
  await ctx.query('update certificates.request set state = $3, decided_by = $4, decided_at = $5, decision = $6 where agency_id = $1 and id = $2', [
    request.agency_id,
    request.id,
    next,
    actor.name,
    ctx.now,
    text === '' ? null : text,
  ]);
  say(ctx, action === 'approve' ? 'certificates.request-approved' : 'certificates.request-refused', request, { reason: text });
  await endDecision(ctx, request, 'done');
  await tellDecision(ctx, request, action);
}

/**
 * Says that the request was carried out, which the inventory must show: a newer certificate of the holder, or the revocation.
 * @throws certificates.notRevokedYet
 */
export async function completeRequest(ctx: CommandContext, key: Key): Promise<void> {
  const { request, next } = await lockRequest(ctx, key, 'complete');
  if (!(await isCarriedOut(ctx, request))) throw errors.notRevokedYet();
  await ctx.query('update certificates.request set state = $3, completed_at = $4 where agency_id = $1 and id = $2', [request.agency_id, request.id, next, ctx.now]);
  say(ctx, 'certificates.request-completed', request, {});
  await endFollowUp(ctx, request, 'done');
}

async function isCarriedOut(ctx: CommandContext, request: StoredRequest): Promise<boolean> {
  const { rows } =
    request.kind === 'revoke'
      ? await ctx.query(`select from certificates.certificate where agency_id = $1 and id = $2 and status = 'revoked'`, [request.agency_id, request.certificate_id])
      : await ctx.query(
          `select from certificates.certificate where agency_id = $1 and holder_kind = $2 and added_at > $3 and status = 'active'
              and case when person_id is null or $5::uuid is null then holder_name = $4 else person_id = $5 end limit 1`,
          [request.agency_id, request.holder_kind, request.asked_at, request.holder_name, request.person_id],
        );
  return rows.length > 0;
}

function personOf(ctx: CommandContext): PersonActor {
  if (ctx.actor.kind !== 'person') throw kernelErrors.unauthenticated();
  return ctx.actor;
}

function say(ctx: CommandContext, type: string, request: StoredRequest, more: Record<string, string>): void {
  ctx.record({ type, agencyId: request.agency_id, subject: { type: 'certificate-request', id: request.id }, data: { form: request.form_name, holder: request.holder_name, ...more } });
}
