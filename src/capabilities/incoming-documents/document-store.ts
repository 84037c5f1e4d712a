import type { PersonActor } from '#kernel/actor.ts';
import type { CommandContext } from '#kernel/command.ts';
import { kernelErrors } from '#kernel/errors.ts';
import type { Id } from '#kernel/ids.ts';
import { transition } from '#engines/cases/index.ts';
import type { IncomingAbility, IncomingState } from './contract.ts';
import { errors } from './errors.ts';
import { lifecycle } from './lifecycle.ts';
import { maySee, mayInPrinciple } from './policy.ts';
import type { DocumentRow, Tables } from './tables.ts';

/**
 * Locks a document for one action: visibility, policy, state. Two clerks who press the same button wait here for each
 * other; the second meets the new state.
 */
export async function lockForAction(
  ctx: CommandContext,
  documentId: string,
  action: IncomingAbility,
): Promise<{ actor: PersonActor; document: DocumentRow; next: IncomingState }> {
  const { actor } = ctx;
  if (actor.kind !== 'person') throw kernelErrors.unauthenticated();
  const document = await ctx
    .tables<Tables>()
    .selectFrom('incoming_documents.document')
    .selectAll()
    .where('agency_id', '=', actor.agencyId)
    .where('id', '=', documentId)
    .forUpdate()
    .executeTakeFirst();
  if (document === undefined || !maySee(actor, document)) throw errors.notFound();
  if (!mayInPrinciple(actor, document)) throw errors.notYours();
  return { actor, document, next: transition(lifecycle, document.state, action) };
}

export function agencyOf(document: DocumentRow): Id<'agency'> {
  // safe because the column holds agency ids only
  return document.agency_id as Id<'agency'>;
}

export function messageOf(document: DocumentRow): Id<'message'> {
  // safe because the column holds message ids only
  return document.message_id as Id<'message'>;
}
