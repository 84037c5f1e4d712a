import type { PersonActor } from '#kernel/actor.ts';
import type { CommandContext } from '#kernel/command.ts';
import { kernelErrors } from '#kernel/errors.ts';
import { newId, type Id } from '#kernel/ids.ts';
import { transition } from '#engines/cases/index.ts';
import type { OutgoingAbility, OutgoingState } from './contract.ts';
import { errors } from './errors.ts';
import { lifecycle } from './lifecycle.ts';
import { maySee, mayInPrinciple } from './policy.ts';
import type { Updateable } from 'kysely';
import type { DocumentRow as DocumentColumns } from './tables.gen.ts';
import type { DocumentRow, FileRow, Tables } from './tables.ts';

/** The person behind a command of this module; by itself the system only gives back what waits for a post that has ended. */
export function personOf(ctx: CommandContext): PersonActor {
  if (ctx.actor.kind !== 'person') throw kernelErrors.unauthenticated();
  return ctx.actor;
}

/**
 * Locks a document for one action and gives the state that follows: visibility, policy and state in the order of the house.
 * Two clerks who press the same button wait here for each other; the second meets the new state.
 * @throws outgoing-documents.notFound for whoever may not see it; notYours; cases.illegalAction naming the present state.
 */
export async function lockForAction(ctx: CommandContext, documentId: string, action: OutgoingAbility): Promise<{ document: DocumentRow; next: OutgoingState }> {
  const actor = personOf(ctx);
  const document = await lockDocument(ctx, actor.agencyId, documentId);
  if (document === undefined || !maySee(actor, document)) throw errors.notFound();
  if (!mayInPrinciple(actor, action, document)) throw errors.notYours();
  return { document, next: transition(lifecycle, document.state, action) };
}

/** The agency in whose record the document stands. */
export function agencyOf(document: { agency_id: string }): Id<'agency'> {
  // safe because the column holds agency ids only
  return document.agency_id as Id<'agency'>;
}

export const SUBJECT_TYPE = 'outgoing-document';

export function subjectOf(document: { id: string }): { type: typeof SUBJECT_TYPE; id: string } {
  return { type: SUBJECT_TYPE, id: document.id };
}

export async function lockDocument(ctx: CommandContext, agencyId: string, documentId: string): Promise<DocumentRow | undefined> {
  return ctx
    .tables<Tables>()
    .selectFrom('outgoing_documents.document')
    .selectAll()
    .where('agency_id', '=', agencyId)
    .where('id', '=', documentId)
    .forUpdate()
    .executeTakeFirst();
}

export async function updateDocument(ctx: CommandContext, document: DocumentRow, changes: Updateable<DocumentColumns>): Promise<void> {
  await ctx
    .tables<Tables>()
    .updateTable('outgoing_documents.document')
    .set({ ...changes, changed_at: ctx.now, revision: document.revision + 1 })
    .where('agency_id', '=', document.agency_id)
    .where('id', '=', document.id)
    .execute();
}

export async function listFiles(ctx: CommandContext, document: DocumentRow): Promise<FileRow[]> {
  return ctx
    .tables<Tables>()
    .selectFrom('outgoing_documents.file')
    .selectAll()
    .where('agency_id', '=', document.agency_id)
    .where('document_id', '=', document.id)
    .orderBy('position')
    .execute();
}

/** @throws outgoing-documents.notFound when the document has no main file, which the commands never leave behind. */
export async function getMainFile(ctx: CommandContext, document: DocumentRow): Promise<FileRow> {
  const main = (await listFiles(ctx, document)).find((file) => file.role === 'main');
  if (main === undefined) throw errors.notFound();
  return main;
}

/** Records a new version of a file and makes it the current one. */
export async function addVersion(
  ctx: CommandContext,
  file: FileRow,
  version: { step: 'initials' | 'approval' | 'seal'; sha256: string; sizeBytes: number; fileId: Id<'file'>; sealedAt: Date | null },
): Promise<void> {
  const db = ctx.tables<Tables>();
  const { last } = await db
    .selectFrom('outgoing_documents.file_version')
    .select((select) => select.fn.max<number | null>('ordinal').as('last'))
    .where('agency_id', '=', file.agency_id)
    .where('file_id', '=', file.id)
    .executeTakeFirstOrThrow();
  await db
    .insertInto('outgoing_documents.file_version')
    .values({ agency_id: file.agency_id, file_id: file.id, ordinal: (last ?? 0) + 1, step: version.step, sha256: version.sha256, size_bytes: version.sizeBytes, stored_file_id: version.fileId, made_at: ctx.now })
    .execute();
  await db
    .updateTable('outgoing_documents.file')
    .set({ current_sha256: version.sha256, current_file_id: version.fileId, size_bytes: version.sizeBytes, sealed_at: version.sealedAt })
    .where('agency_id', '=', file.agency_id)
    .where('id', '=', file.id)
    .execute();
}

export type UploadedFile = { fileId: Id<'file'>; sha256: string; name: string; mediaType: string; sizeBytes: number; flags: string[] };

/** Puts uploaded files under a document, behind those that it has. */
export async function addFiles(ctx: CommandContext, document: { agency_id: string; id: string }, files: { role: FileRow['role']; file: UploadedFile }[]): Promise<void> {
  if (files.length === 0) return;
  const db = ctx.tables<Tables>();
  const { last } = await db
    .selectFrom('outgoing_documents.file')
    .select((select) => select.fn.max<number | null>('position').as('last'))
    .where('agency_id', '=', document.agency_id)
    .where('document_id', '=', document.id)
    .executeTakeFirstOrThrow();
  const rows = files.map(({ role, file }, index) => ({
    agency_id: document.agency_id,
    id: newId<'outgoing-file'>(),
    document_id: document.id,
    role,
    position: (last ?? 0) + index + 1,
    name: file.name,
    media_type: file.mediaType,
    uploaded_sha256: file.sha256,
    current_sha256: file.sha256,
    current_file_id: file.fileId,
    size_bytes: file.sizeBytes,
    flags: JSON.stringify(file.flags),
    sealed_at: null,
  }));
  await db.insertInto('outgoing_documents.file').values(rows).execute();
  await db
    .insertInto('outgoing_documents.file_version')
    .values(rows.map((row) => ({ agency_id: row.agency_id, file_id: row.id, ordinal: 1, step: 'upload' as const, sha256: row.uploaded_sha256, size_bytes: row.size_bytes, stored_file_id: row.current_file_id, made_at: ctx.now })))
    .execute();
}
