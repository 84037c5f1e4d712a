import type { z } from 'zod';
import type { PersonActor } from '#kernel/actor.ts';
import { run } from '#kernel/command.ts';
import { AppError } from '#kernel/errors.ts';
import type { RouteContext } from '#kernel/route.ts';
import { performSigningBatch, signatureErrors, signingProgress, type BatchedSigning, type PlaceBeforeOwner } from '#engines/signatures/index.ts';
import { askOwnerOf } from './ask-owner-of-documents.ts';
import { openApproval } from './commands/open-approval.ts';
import { openInitials } from './commands/open-initials.ts';
import { approval } from './commands/approve-document.ts';
import { initials } from './commands/initial-document.ts';
import type { OutgoingState, SigningProgressReply, signTogetherBody, SignTogetherReply } from './contract.ts';
import { SUBJECT_TYPE } from './document-store.ts';

type Http = RouteContext<PersonActor>;
type Input = z.output<typeof signTogetherBody>;
type Opened = { id: string; signingId: string } | { id: string; error: AppError };
type Key = Pick<Input, 'credentialId' | 'release'>;

/**
 * Signs and initials several documents with one key, one PIN and, where that is done on a device, one confirmation. Each document has its own
 * lock, rules, transaction and record, as if it were signed alone; one that fails says why. Sent again under the same idempotency key it
 * takes up the same signings, so that an answer that was lost on its way signs nothing twice.
 * @throws what is wrong with the key or its PIN, when it left every document unsigned
 */
export async function signTogether(http: Http, { credentialId, pin, otp, release, documents }: Input): Promise<SignTogetherReply> {
  const opened: Opened[] = [];
  for (const document of documents) opened.push(await open(http, { credentialId, release }, document));
  const signings = opened.filter((each) => 'signingId' in each);
  const { kernel, actor, requestId } = http;
  if (release === 'passkey') {
    const { outcomes, approvalIds } = await askOwnerOf(http, signings);
    return { confirmations: approvalIds.length, approvalIds, documents: describeAll(http, opened, outcomes) };
  }
  const outcome =
    signings.length === 0
      ? { signings: [], requests: 0, stopped: undefined }
      : await performSigningBatch(kernel, { agencyId: actor.agencyId, signingIds: signings.map(({ signingId }) => signingId), actor, requestId, ...typed({ pin, otp }) });
  if (outcome.stopped !== undefined && outcome.signings.every((each) => each.outcome.state === 'refused')) throw outcome.stopped;
  const outcomes = new Map(outcome.signings.map((each) => [each.signingId, each.outcome]));
  return { confirmations: outcome.requests, approvalIds: [], documents: describeAll(http, opened, outcomes) };
}

function describeAll({ language }: Http, opened: readonly Opened[], outcomes: ReadonlyMap<string, BatchedSigning>): SignTogetherReply['documents'] {
  const refused = (id: string, error: AppError): SignTogetherReply['documents'][number] => {
    const { code, message, fix } = error.describe(language);
    const approvalId = placeBeforeOwner(error)?.approvalId;
    return { id, state: 'refused', problem: { code, message, ...(fix === undefined ? {} : { fix }) }, ...(approvalId === undefined ? {} : { approvalId }) };
  };
  return opened.map((each) => {
    if ('error' in each) return refused(each.id, each.error);
    const became = outcomes.get(each.signingId);
    if (became?.state === 'refused') return refused(each.id, became.error);
    return { id: each.id, state: became?.state ?? 'pending' };
  });
}

/** What the person typed, as the holder of the key gets it. */
export type Typed = { secret?: string; otp?: string };

/** Empty fields are as good as none. */
export function typed({ pin, otp }: { pin: string | undefined; otp: string | undefined }): Typed {
  return { ...(pin === undefined || pin === '' ? {} : { secret: pin }), ...(otp === undefined || otp === '' ? {} : { otp }) };
}

async function open(http: Http, { credentialId, release }: Key, document: Input['documents'][number]): Promise<Opened> {
  const { id, placement } = document;
  const key = http.request.headers['idempotency-key'];
  const options = { actor: http.actor, requestId: http.requestId, ...(typeof key === 'string' ? { idempotencyKey: `${key}:${id}` } : {}) };
  try {
    const { signingId } =
      document.act === 'sign'
        ? await run(http.kernel, openApproval, { documentId: id, credentialId, placement: document.placement }, options)
        : await run(http.kernel, openInitials, { documentId: id, credentialId, placement, remark: '' }, options);
    return { id, signingId };
  } catch (error) {
    if (!(error instanceof AppError) || error.code === 'kernel.unavailable') throw error;
    const place = placeBeforeOwner(error);
    // Asked for by the same passkey on another device: the same request serves both.
    if (release === 'passkey' && place?.credentialId === credentialId) return { id, signingId: place.signingId };
    return { id, error };
  }
}

const WAITS_FOR_OWNER = signatureErrors.waitsForOwner().code;

function placeBeforeOwner({ code, details }: AppError): PlaceBeforeOwner | undefined {
  // safe because openSigning says so with this code
  return code === WAITS_FOR_OWNER ? (details.data as PlaceBeforeOwner) : undefined;
}

/** How far the caller's own signings of these documents are; those without one are left out. */
export async function progressOf({ kernel, actor }: Http, ids: readonly string[]): Promise<SigningProgressReply> {
  const found = await signingProgress(kernel.database.pool, actor, { type: SUBJECT_TYPE, ids });
  const { rows } = await kernel.database.pool.query('select id, state from outgoing_documents.document where agency_id = $1 and id = any($2::uuid[])', [actor.agencyId, ids]);
  // safe because the statement selects exactly these columns
  const states = new Map((rows as { id: string; state: OutgoingState }[]).map(({ id, state }) => [id, state]));
  return {
    documents: [...found].flatMap(([id, { purpose, progress }]) => {
      // A signature from before a return is not the one that is being made.
      const isOld = progress === 'signed' && waitsFor[purpose]?.has(states.get(id) ?? 'draft') === true;
      return isOld ? [] : { id, progress };
    }),
  };
}

const waitsFor: Readonly<Record<string, ReadonlySet<OutgoingState>>> = {
  [approval.name]: new Set(['draft', 'returned', 'initialling', 'submitted']),
  [initials.name]: new Set(['draft', 'returned', 'initialling']),
};
