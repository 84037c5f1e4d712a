import type { CommandContext } from '#kernel/command.ts';
import type { Id } from '#kernel/ids.ts';
import type { z } from 'zod';
import { numberAndNotation } from '#engines/registers/index.ts';
import { openSigning } from '#engines/signatures/index.ts';
import type { Placement, sealBody } from '../contract.ts';
import { authenticityCodeOf, authenticityUrl } from '../authenticity.ts';
import { agencyOf, listFiles, lockForAction, subjectOf } from '../document-store.ts';
import { errors } from '../errors.ts';
import type { DocumentRow, FileRow } from '../tables.ts';

export type OpenSealInput = Omit<z.output<typeof sealBody>, 'pin'> & { documentId: string };

/**
 * First half of the agency's seal on the next file that has none: the main file first, then each attachment in a file of
 * its own (30/2020/NĐ-CP App. I.II.8, I.III.1.d). The clerk does it personally (Art. 32.2); nothing seals by itself.
 */
export async function openSeal(ctx: CommandContext, input: OpenSealInput): Promise<{ signingId: Id<'signing'> }> {
  const { document } = await lockForAction(ctx, input.documentId, 'seal');
  const file = nextToSeal(await listFiles(ctx, document));
  if (file === undefined) throw errors.nothingToSeal();
  return { signingId: await openSealOf(ctx, { document, file, input }) };
}

/** The files after the next one, each with a signing of its own beside it: where the clerk consents to all of them at once. */
export async function openOtherSeals(ctx: CommandContext, input: OpenSealInput): Promise<{ signingIds: Id<'signing'>[] }> {
  const { document } = await lockForAction(ctx, input.documentId, 'seal');
  const signingIds: Id<'signing'>[] = [];
  for (const file of allToSeal(await listFiles(ctx, document)).slice(1)) signingIds.push(await openSealOf(ctx, { document, file, input }));
  return { signingIds };
}

async function openSealOf(ctx: CommandContext, { document, file, input }: { document: DocumentRow; file: FileRow; input: OpenSealInput }): Promise<Id<'signing'>> {
  // openSigning records signatures.signing-opened
  return openSigning(ctx, {
    agencyId: agencyOf(document),
    subject: subjectOf(document),
    ...(file.role === 'main' ? {} : { part: file.id }),
    purpose: 'outgoing-documents.seal',
    data: { documentId: document.id, fileId: file.id },
    credentialId: input.credentialId,
    baseSha256: file.current_sha256,
    appearance: appearanceOf(document, file, { ...input, link: authenticityUrl(ctx.kernel.config, await authenticityCodeOf(ctx, document)) }),
  });
}

/** What still needs the agency's signature: PDF files, the main one first. Other formats travel beside it, covered by the envelope's hashes. */
export function nextToSeal(files: readonly FileRow[]): FileRow | undefined {
  return allToSeal(files)[0];
}

function allToSeal(files: readonly FileRow[]): FileRow[] {
  return files
    .filter((file) => file.role !== 'source' && file.media_type === 'application/pdf' && file.sealed_at === null)
    .sort((a, b) => Number(b.role === 'main') - Number(a.role === 'main') || a.position - b.position);
}

function appearanceOf(document: DocumentRow, file: FileRow, input: OpenSealInput & { link: string }) {
  if (file.role !== 'main') {
    if (document.number === null || document.notation === null) throw errors.nothingToSeal();
    return { kind: 'attachment' as const, numberAndNotation: numberAndNotation(document.number, document.notation) };
  }
  // safe because only a placement is written to this column
  const recorded = document.signature_place as Placement | null;
  const signaturePlace = input.signaturePlace ?? recorded;
  return signaturePlace === null ? { kind: 'invisible' as const } : { kind: 'seal' as const, signaturePlace, texts: input.texts, link: input.link };
}
