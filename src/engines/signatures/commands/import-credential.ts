import { run, type CommandContext, type RunOptions } from '#kernel/command.ts';
import type { Id } from '#kernel/ids.ts';
import type { Kernel } from '#kernel/kernel.ts';
import { PkiError } from '../domain/pki/errors.ts';
import { readPkcs12, writePkcs12, type KeyFile } from '../domain/pki/pkcs12.ts';
import { translateDomainError } from '../errors.ts';
import { assertMayUse } from '../policy.ts';
import { acceptCertificate, holderName, keepCredential, type KeptCredential } from './accept-certificate.ts';

export type ImportCredential = { agencyId: Id<'agency'>; kind: 'person' | 'agency'; file: Buffer; pin: string };

/**
 * Adds a key file that another authority's customer brings: opened with its PIN, checked (purpose, strength, name, path to a
 * trusted root), and kept encrypted anew under the same PIN.
 * @throws signatures.pkcs12.* · certificateUnsuitable · certificateUntrusted · notYourCredential · certificateAlreadyThere
 */
export async function importCredential(kernel: Kernel, { agencyId, kind, file, pin }: ImportCredential, options: RunOptions): Promise<Id<'credential'>> {
  const { actor } = options;
  assertMayUse(actor, { agency_id: agencyId, kind, person_id: kind === 'person' && actor.kind === 'person' ? actor.personId : null });
  const opened = await open(file, pin);
  const { certificate } = opened;
  const chain = await acceptCertificate(kernel, { kind, certificate, candidates: opened.chain, actor });
  const container = await writePkcs12({ ...opened, chain, password: pin, friendlyName: holderName(certificate) });
  return run(kernel, (ctx: CommandContext, kept: KeptCredential) => keepCredential(ctx, kept), { agencyId, kind, driver: 'pkcs12', container, certificate, chain }, options);
}

async function open(file: Buffer, pin: string): Promise<KeyFile> {
  try {
    return await readPkcs12(file, pin);
  } catch (error) {
    if (error instanceof PkiError) throw translateDomainError(error);
    throw error;
  }
}
