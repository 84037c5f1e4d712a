import type { CommandContext } from '#kernel/command.ts';
import { lockVisible, type LockedDocument } from './document-store.ts';
import { errors } from './errors.ts';
import { mayCopy } from './policy.ts';
import type { CopyRow, Tables } from './tables.ts';

/**
 * Locks a document of which the caller makes copies: two clerks wait here for each other.
 * @throws incoming-documents.notFound, notYoursToCopy, notToCopy
 */
export async function lockForCopy(ctx: CommandContext, documentId: string): Promise<LockedDocument> {
  const locked = await lockVisible(ctx, documentId);
  const { actor, document, parts } = locked;
  if (!actor.roles.includes('clerk')) throw errors.notYoursToCopy();
  if (!mayCopy(actor, { ...document, parts })) throw errors.notToCopy();
  return locked;
}

/** The copy that waits for the agency's signature; of a document there is one at most. */
export async function findOpenCopy(ctx: CommandContext, document: { agency_id: string; id: string }): Promise<CopyRow | undefined> {
  return ctx.tables<Tables>().selectFrom('incoming_documents.copy').selectAll().where('agency_id', '=', document.agency_id).where('document_id', '=', document.id).where('state', '=', 'created').executeTakeFirst();
}

/** The sao y or sao lục that was made of a document; of each there is one at most. */
export async function findSealedCopy(ctx: CommandContext, document: { agency_id: string; id: string }, kind: CopyRow['kind']): Promise<CopyRow | undefined> {
  return ctx
    .tables<Tables>()
    .selectFrom('incoming_documents.copy')
    .selectAll()
    .where('agency_id', '=', document.agency_id)
    .where('document_id', '=', document.id)
    .where('kind', '=', kind)
    .where('state', '=', 'sealed')
    .executeTakeFirst();
}
