import type { Kernel } from '#kernel/kernel.ts';
import { timestampSource } from './adapters/timestamps/timestamp-source.ts';
import { prepareAsic, writeAsic, type AsicFile } from './domain/asic/index.ts';
import { embedCades } from './domain/cades/index.ts';
import { signAttributes } from './domain/cms/sign.ts';
import { installationSeal } from './report-seal.ts';

export type { AsicFile } from './domain/asic/index.ts';

/**
 * Puts files into an ASiC-E container (ETSI EN 319 162-1) that the installation seals and time-stamps as it does its reports. Each file is
 * read twice, once to be hashed and once to be written; the same files with the same `modifiedAt` give the same bytes around the seal.
 * @returns the container, piece by piece
 * @throws signatures.timestampUnavailable · timestampWrong · authorityLocked; AsicError for names that cannot stand in a container
 */
export async function sealedContainer(kernel: Kernel, { files, modifiedAt }: { files: readonly AsicFile[]; modifiedAt: Date }): Promise<AsyncIterable<Buffer>> {
  const { signer, privateKey } = await installationSeal(kernel);
  const timestamps = await timestampSource(kernel);
  const prepared = await prepareAsic(signer, { files, signingTime: kernel.clock.now() });
  const signature = signAttributes(signer, privateKey, prepared.attributes);
  const { token } = await timestamps.stamp(signature);
  return writeAsic(prepared, { files, signature: embedCades(signer, { attributes: prepared.attributes, signature, timestampToken: token }), modifiedAt });
}
