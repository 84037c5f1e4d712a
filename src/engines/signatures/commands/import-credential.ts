import { run, type CommandContext, type RunOptions } from '#kernel/command.ts';
import type { Id } from '#kernel/ids.ts';
import type { Kernel } from '#kernel/kernel.ts';
import { PkiError } from '../domain/pki/errors.ts';
import { readKeyFiles, writePkcs12, type KeyFile } from '../domain/pki/pkcs12.ts';
import { isFitFor } from '../domain/validation/path.ts';
import { translateDomainError } from '../errors.ts';
import { assertMayUse } from '../policy.ts';
import { acceptCertificate, holderName, holderOf, isOwn, keepCredential, type Holder, type KeptCredential } from './accept-certificate.ts';

export type ImportCredential = { agencyId: Id<'agency'>; kind: 'person' | 'agency'; file: Buffer; pin: string };

/**
 * Adds a key file that another authority's customer brings: opened with its PIN, checked (purpose, strength, name, path to a
 * trusted root), and kept encrypted anew under the same PIN. Of several keys it takes the one that this person can sign with.
 * @throws signatures.pkcs12.* · certificateExpired · certificateUnsuitable · certificateUntrusted · notYourCredential ·
 *   certificateAlreadyThere
 */
export async function importCredential(kernel: Kernel, { agencyId, kind, file, pin }: ImportCredential, options: RunOptions): Promise<Id<'credential'>> {
  const { actor } = options;
  assertMayUse(actor, { agency_id: agencyId, kind, person_id: kind === 'person' && actor.kind === 'person' ? actor.personId : null });
  const opened = choose(await open(file, pin), { kind, holder: await holderOf(kernel, actor), now: kernel.clock.now() });
  const { certificate } = opened;
  const chain = await acceptCertificate(kernel, { kind, certificate, candidates: opened.chain, actor });
  const container = await writePkcs12({ ...opened, chain, password: pin, friendlyName: holderName(certificate) });
  return run(kernel, (ctx: CommandContext, kept: KeptCredential) => keepCredential(ctx, kept), { agencyId, kind, driver: 'pkcs12', container, certificate, chain }, options);
}

async function open(file: Buffer, pin: string): Promise<readonly KeyFile[]> {
  try {
    return await readKeyFiles(file, pin);
  } catch (error) {
    if (error instanceof PkiError) throw translateDomainError(error);
    throw error;
  }
}

type Wanted = { kind: ImportCredential['kind']; holder: Holder | undefined; now: Date };

/**
 * An exported store may hold the keys of a colleague, one for encryption, and those before a renewal. What fits most is taken, the
 * longest-lasting of equals; if nothing fits, the checks that follow say why.
 */
function choose(found: readonly KeyFile[], { kind, holder, now }: Wanted): KeyFile {
  const fitOf = ({ certificate }: KeyFile): number =>
    (kind === 'agency' || isOwn(certificate, holder) ? 4 : 0) + (isFitFor(certificate, 'sign') && certificate.basicConstraints?.ca !== true ? 2 : 0) + (certificate.notBefore <= now && now < certificate.notAfter ? 1 : 0);
  const [best] = found.toSorted((a, b) => fitOf(b) - fitOf(a) || b.certificate.notAfter.getTime() - a.certificate.notAfter.getTime());
  if (best === undefined) throw translateDomainError(new PkiError('pkcs12.noKey'));
  return best;
}
