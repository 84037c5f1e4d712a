import type { CommandContext } from '#kernel/command.ts';
import type { Kernel } from '#kernel/kernel.ts';
import { readPkcs12, writePkcs12 } from '../../domain/pki/pkcs12.ts';
import { translateDomainError } from '../../errors.ts';
import { keyAtHand, type AuthorityKey } from './authority-key.ts';
import { authorityErrors } from './errors.ts';
import { insertRevocationList } from './insert-list.ts';
import { builtInAuthority, forgetOpenedAuthority } from './keys.ts';

/** A person's password is guessed at on other machines, so its rounds are many. */
const FILE_ROUNDS = 600_000;

/** The root's key as a PKCS#12 file under a password, read back before it is handed over. */
export async function writeRootKey({ certificate, privateKey }: AuthorityKey, password: string): Promise<Buffer> {
  if (privateKey === undefined) throw new Error('a key in a token cannot be put into a file');
  const file = await writePkcs12({ privateKey, certificate, chain: [], password, friendlyName: certificate.subject.commonName ?? '', iterations: FILE_ROUNDS });
  const back = await readPkcs12(file, password);
  if (!back.certificate.raw.equals(certificate.raw)) throw new Error('the key file does not hold what was put into it');
  return file;
}

/** @throws signatures.pkcs12.wrongPassword · pkcs12.malformed */
export async function openRootKey(file: Buffer, password: string): Promise<AuthorityKey> {
  try {
    const { certificate, privateKey } = await readPkcs12(file, password);
    return { ...keyAtHand(privateKey), certificate, chain: [] };
  } catch (error) {
    throw translateDomainError(error);
  }
}

export type NewRootList = { /** The key that was brought here; unless given, the one that is kept here. */ key?: AuthorityKey | undefined; holdsDays: number };

/**
 * Publishes the root's next revocation list.
 * @returns the generation and number
 * @throws signatures.rootKeyNotHere · rootKeyUnknown
 */
export async function publishRootList(ctx: CommandContext, { key, holdsDays }: NewRootList): Promise<{ generation: number; number: number }> {
  const { generations, root } = await currentGenerations(ctx.kernel);
  const used = key ?? root.key;
  if (used === undefined) throw authorityErrors.rootKeyNotHere();
  const found = generations.find((each) => each.root.certificate.raw.equals(used.certificate.raw));
  if (found === undefined) throw authorityErrors.rootKeyUnknown();
  const number = await insertRevocationList(ctx, { issuer: 'root', generation: found.generation, authority: used, holdsMs: holdsDays * 86_400_000 });
  return { generation: found.generation, number };
}

async function currentGenerations(kernel: Kernel): ReturnType<typeof builtInAuthority> {
  forgetOpenedAuthority(kernel);
  return builtInAuthority(kernel);
}
