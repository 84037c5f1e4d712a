import { createHash } from 'node:crypto';
import type { Kernel } from '#kernel/kernel.ts';
import { timestampSource } from './adapters/timestamps/timestamp-source.ts';
import { prepareAsic, writeAsic, type AsicFile } from './domain/asic/index.ts';
import { addValidationData, archiveInputOf, embedArchiveTimestamp, embedCades, validateCades } from './domain/cades/index.ts';
import { signAttributes } from './domain/cms/sign.ts';
import { installationSeal } from './report-seal.ts';
import { trustMaterial, trustSet } from './trust.ts';

export type { AsicFile } from './domain/asic/index.ts';

/**
 * Puts files into an ASiC-E container (ETSI EN 319 162-1) that the installation seals and time-stamps as it does its reports. Whoever gets it
 * keeps it for years without us, so the seal brings along what its validation rests on, under an archive time stamp (CAdES B-LTA); where that
 * cannot be had at this moment it is B-T. Each file is read twice, once to be hashed and once to be written; the same files with the same
 * `modifiedAt` give the same bytes around the seal.
 * @returns the container, piece by piece
 * @throws signatures.timestampUnavailable · timestampWrong · authorityLocked; AsicError for names that cannot stand in a container
 */
export async function sealedContainer(kernel: Kernel, { files, modifiedAt }: { files: readonly AsicFile[]; modifiedAt: Date }): Promise<AsyncIterable<Buffer>> {
  const { signer, privateKey } = await installationSeal(kernel);
  const timestamps = await timestampSource(kernel);
  const prepared = await prepareAsic(signer, { files, signingTime: kernel.clock.now() });
  const value = signAttributes(signer, privateKey, prepared.attributes);
  const { token } = await timestamps.stamp(value);
  const signature = embedCades(signer, { attributes: prepared.attributes, signature: value, timestampToken: token });
  return writeAsic(prepared, { files, signature: await madeToLast(kernel, signature, prepared.manifest), modifiedAt });
}

/** The signature over a manifest with certificates, revocation lists and an archive time stamp over all of it. */
async function madeToLast(kernel: Kernel, signature: Buffer, manifest: Buffer): Promise<Buffer> {
  const trust = await trustSet(kernel);
  const { crls } = await trustMaterial(kernel, trust);
  const given = { crls: crls.map((list) => Buffer.from(list)) };
  const options = { trustAnchors: trust.anchors, trustPeriods: trust.periods, now: kernel.clock.now(), given };
  const { report, used, missing } = await validateCades({ signature, digestOf: (hash) => Promise.resolve(digestOf(hash, manifest)) }, options);
  // The word of a foreign time-stamping authority's issuer may have to be fetched first; a seal does not wait for the network.
  if (report.indication !== 'TOTAL-PASSED' || missing.length > 0) return signature;
  const fixed = addValidationData(signature, used);
  const input = archiveInputOf(fixed, digestOf('sha256', manifest));
  const { token } = await (await timestampSource(kernel)).stamp(input.bytes);
  return embedArchiveTimestamp(fixed, token, input);
}

const digestOf = (hash: string, bytes: Buffer): Buffer => createHash(hash).update(bytes).digest();
