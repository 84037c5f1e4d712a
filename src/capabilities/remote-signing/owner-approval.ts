import type { CommandContext } from '#kernel/command.ts';
import type { AskedOfOwner, OwnerApproval } from '#engines/signatures/index.ts';
import { askAuthorization } from './commands/ask-authorization.ts';
import { withdrawHash } from './commands/withdraw-hash.ts';
import { closeAsWithdrawn } from './commands/expire-authorizations.ts';
import { errors } from './errors.ts';
import { OWN_HOUSE } from './own-house.ts';
import { listEnrolments, owner } from './ownership.ts';

/** What the signing of documents asks of this module (`signatures.owner-approval`). */
export const ownerApproval: OwnerApproval = {
  ask: askForDocuments,
  withdrawDocument: (ctx, { agencyId, batchId, digest }) => withdrawHash(ctx, { agencyId, id: batchId, hash: digest }),
  withdraw: (ctx, { agencyId, batchId }) => closeAsWithdrawn(ctx, { agencyId, id: batchId }),
};

/** @throws remote-signing.notEnrolled when the owner has not opened the credential · kernel.forbidden for whoever stands in for its owner */
async function askForDocuments(ctx: CommandContext, { agencyId, batchId, credentialId, description, documents }: AskedOfOwner): Promise<void> {
  const person = owner(ctx.actor);
  const [enrolment] = await listEnrolments(ctx, { agencyId, credentialId, personId: person.personId });
  if (enrolment === undefined) throw errors.notEnrolled();
  const hashes = documents.map(({ digest }) => digest);
  await askAuthorization(ctx, {
    id: batchId,
    client: OWN_HOUSE,
    enrolment,
    hash: 'sha256',
    hashes,
    documentNames: documents.map(({ name }) => name),
    documentLinks: documents.map(({ href }) => href),
    // One document goes by its own name; several by how many they are.
    description: documents.length === 1 ? (documents[0]?.name ?? description) : description,
    clientData: batchId,
  });
}
