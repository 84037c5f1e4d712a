import type { CommandContext } from '#kernel/command.ts';
import { kernelErrors } from '#kernel/errors.ts';
import type { Id } from '#kernel/ids.ts';
import { isoInVietnam } from '#kernel/time.ts';
import { isMalformedCertificate, readCertificates, type CertificateFacts } from '#engines/signatures/index.ts';
import type { HolderKind } from '../contract.ts';
import { errors } from '../errors.ts';
import { addCertificates, keyOf } from '../inventory.ts';
import { mayKeep } from '../policy.ts';
import { openQuestions } from './ask-status.ts';

export type ImportCertificates = {
  agencyId: Id<'agency'>;
  holderKind: HolderKind;
  files: readonly { name: string; content: Buffer }[];
  /** Has the authorities of the new ones asked what these are worth. */
  asksStatus: boolean;
};

export type Imported = {
  added: { id: string; holderName: string; serial: string }[];
  /** Serial numbers that the agency has already. */
  known: string[];
  /** Files that hold no certificate; the others are taken in all the same. */
  problems: { name: string; code: string }[];
  askedAt: string | null;
};

/** Takes certificates from files into the inventory of an agency. Certificates of authorities in a chain are left aside. @throws kernel.notFound */
export async function importCertificates(ctx: CommandContext, input: ImportCertificates): Promise<Imported> {
  if (ctx.actor.kind !== 'person' || !mayKeep(ctx.actor, input.agencyId)) throw kernelErrors.notFound();
  const { actor } = ctx;
  const result: Imported = { added: [], known: [], problems: [], askedAt: null };
  const found = new Map<string, CertificateFacts>();
  for (const file of input.files) {
    const certificates = readFile(file.content);
    if (certificates.length === 0) result.problems.push({ name: file.name, code: errors.noCertificateInFile().code });
    for (const facts of certificates) found.set(facts.fingerprint, facts);
  }
  const added = await addCertificates(
    ctx,
    [...found.values()].map((facts) => ({
      agencyId: input.agencyId,
      holderKind: input.holderKind,
      facts,
      personId: null,
      credentialId: null,
      isBuiltIn: false,
      addedBy: actor.name,
    })),
  );
  for (const facts of found.values()) {
    const id = added.get(keyOf(input.agencyId, facts.fingerprint));
    if (id === undefined) result.known.push(facts.serial);
    else result.added.push({ id, holderName: facts.holderName, serial: facts.serial });
  }
  if (input.asksStatus && result.added.length > 0) {
    await openQuestions(ctx, result.added.map(({ id, holderName: holder, serial }) => ({ agencyId: input.agencyId, id, holder, serial })));
    result.askedAt = isoInVietnam(ctx.now);
  }
  ctx.record({
    type: 'certificates.certificates-imported',
    agencyId: input.agencyId,
    subject: { type: 'agency', id: input.agencyId },
    data: { count: result.added.length, serials: result.added.map((each) => each.serial) },
  });
  return result;
}

function readFile(content: Buffer): CertificateFacts[] {
  try {
    return readCertificates(content).filter((facts) => !facts.isAuthority);
  } catch (error) {
    if (isMalformedCertificate(error)) return [];
    throw error;
  }
}
