import type { Kernel } from '#kernel/kernel.ts';
import type { TrustMaterial } from './adapters/document-reader/protocol.ts';
import { failedStartIn } from './adapters/document-reader/reader-starts.ts';
import { gatherRevocations } from './adapters/revocation-network/index.ts';
import type { Lookup } from './domain/validation/lookups.ts';
import { signatureErrors } from './errors.ts';
import { trustMaterial, type TrustSet } from './trust.ts';

/** Each round of looking up may open the next: an issuer first, then its word on the certificate. */
const ROUNDS = 3;

/** Reads with what is known, asks outside what that lacked, and reads again; answers the last reading and what it was given. */
export async function readWithLookups<Found extends { lookups: Lookup[] }>(
  kernel: Kernel,
  trust: TrustSet,
  read: (material: TrustMaterial) => Promise<Found>,
): Promise<{ found: Found; given: TrustMaterial }> {
  return readKnowing(kernel, await trustMaterial(kernel, trust), read);
}

/** As `readWithLookups`, for several files that are judged at one moment by the same material. */
export async function readKnowing<Found extends { lookups: Lookup[] }>(kernel: Kernel, known: TrustMaterial, read: (material: TrustMaterial) => Promise<Found>): Promise<{ found: Found; given: TrustMaterial }> {
  const { gathered, gather } = gatherRevocations(kernel);
  const together = (): TrustMaterial => ({ ...known, crls: [...known.crls, ...gathered.crls], ocsps: [...gathered.ocsps], certificates: [...gathered.certificates] });
  let given = together();
  let found = await read(given).catch((error: unknown) => {
    logFailedStart(kernel, error);
    throw error;
  });
  for (let round = 0; round < ROUNDS && (await gather(found.lookups)); round += 1) {
    given = together();
    found = await read(given);
  }
  return { found, given };
}

/** A process that cannot be started is said once a try, with what to do; whoever waits for it only waits. */
export function logFailedStart(kernel: Kernel, error: unknown): void {
  const start = failedStartIn(error);
  if (start === undefined) return;
  const { cause, ...facts } = start;
  const { entry, code } = signatureErrors.readerNotStarted();
  kernel.log.error({ err: cause, code, ...facts }, `${entry.en} ${entry.fixEn ?? ''}`);
}
