import type { z } from 'zod';
import type { PersonActor } from '#kernel/actor.ts';
import type { CommandContext } from '#kernel/command.ts';
import type { Id } from '#kernel/ids.ts';
import { service, type Kernel } from '#kernel/kernel.ts';
import { readSigningServices, type SigningServices } from './adapters/signing-services.ts';
import { keyFileHolder } from './adapters/pkcs12/key-file-holder.ts';
import type { SigningDriver } from './adapters/signing-driver.ts';

/** What is kept beside a signature: what was checked before it was made, and when it was made. */
export type SigningEvidence = {
  certificate: { subject: string; issuer: string; serial: string; fingerprint: string; validFrom: string; validTo: string };
  revocation: { status: 'good' | 'unknown'; source: 'issuer' | 'none'; checkedAt: string };
  signingTime: string;
  timestamp: { time: string; authority: string };
  level: 'PAdES-B-T';
  /** The agency's act may take several signatures: one for each place on the page. */
  signatures: number;
};

export type SigningResult<Data = unknown> = {
  agencyId: Id<'agency'>;
  signingId: Id<'signing'>;
  subject: { type: string; id: string };
  data: Data;
  baseSha256: string;
  result: { sha256: string; sizeBytes: number };
  credentialId: string;
  signer: PersonActor;
  evidence: SigningEvidence;
};

/** Why a capability has something signed, and what follows from the signature in the same transaction. */
export type SigningPurpose = {
  /** `<module>.<what>`. */
  name: string;
  complete: (ctx: CommandContext, result: SigningResult) => Promise<void>;
};

/**
 * Declares a purpose for `contributions: { 'signatures.purposes': [...] }`.
 * `complete` runs in the transaction that ends the signing, once; what it throws undoes both, and the signing counts as failed.
 */
export function defineSigningPurpose<Schema extends z.ZodType>(options: {
  name: string;
  data: Schema;
  complete: (ctx: CommandContext, result: SigningResult<z.output<Schema>>) => Promise<void>;
}): SigningPurpose {
  return { name: options.name, complete: (ctx, result) => options.complete(ctx, { ...result, data: options.data.parse(result.data) }) };
}

/** @throws Error when no module contributes the purpose: a defect of the caller. */
export function purposeOf(kernel: Kernel, name: string): SigningPurpose {
  // safe because the extension point holds what defineSigningPurpose made
  const purposes = contributed(kernel, 'signatures.purposes') as SigningPurpose[];
  const found = purposes.find((purpose) => purpose.name === name);
  if (found === undefined) throw new Error(`no module contributes the signing purpose ${name}`);
  return found;
}

/** What SIGNING_SERVICES names, read once a process. @throws ConfigError when the file is wrong */
export const signingServices = service(Symbol('signing services'), ({ config, clock }): SigningServices =>
  config.signingServicesFile === undefined ? { drivers: [], pluginLicense: null } : readSigningServices(config.signingServicesFile, { now: () => clock.now() }),
);

/** Lets go of tokens and HSMs at the end of a process. */
export async function closeSigningServices(kernel: Kernel): Promise<void> {
  await Promise.all(signingServices(kernel).drivers.flatMap((driver) => (driver.close === undefined ? [] : [driver.close()])));
}

/** The signing driver of a credential: the built-in one for key files, a configured one, or one that a module contributes under `signatures.key-holders`. */
export function keyHolderOf(kernel: Kernel, name: string): SigningDriver {
  const found = findKeyHolder(kernel, name);
  if (found === undefined) throw new Error(`there is no key holder ${name}`);
  return found;
}

/** The same; undefined where the installation no longer names it. */
export function findKeyHolder(kernel: Kernel, name: string): SigningDriver | undefined {
  // safe because the extension point holds key holders
  const holders = [keyFileHolder, ...signingServices(kernel).drivers, ...(contributed(kernel, 'signatures.key-holders') as SigningDriver[])];
  return holders.find((holder) => holder.name === name);
}

/** What the owner of a key is asked to release: hashes, each with what the person may read of it. */
export type AskedOfOwner = {
  /** Of the documents, which is also the owner's and the credential's. */
  agencyId: Id<'agency'>;
  /** A UUID of ours, under which the answer comes back. */
  batchId: string;
  credentialId: string;
  description: string;
  /** SHA-256 of the signed attributes of each file. */
  documents: readonly { digest: Buffer; name: string; href: string }[];
};

/**
 * Where the owner of a key in the house releases it on a device, bound to what is signed; one module contributes it under
 * `signatures.owner-approval`. It answers with `answerOfOwner` or `refusalOfOwner`.
 */
export type OwnerApproval = {
  /** Puts the hashes before the owner, in the transaction that keeps the request. @throws AppError when the owner did not open the key for it */
  ask: (ctx: CommandContext, asked: AskedOfOwner) => Promise<void>;
  /** One of several documents was given up: the owner is asked for the others only. Does nothing for the last one, and once the owner answered. */
  withdrawDocument: (ctx: CommandContext, key: { agencyId: Id<'agency'>; batchId: string; digest: Buffer }) => Promise<void>;
  /** Nobody waits for the answer any more. */
  withdraw: (ctx: CommandContext, key: { agencyId: Id<'agency'>; batchId: string }) => Promise<void>;
};

/** How owners release their keys here; undefined where no module offers it. */
export function ownerApprovalOf(kernel: Kernel): OwnerApproval | undefined {
  // safe because the extension point holds owner approvals
  return (contributed(kernel, 'signatures.owner-approval') as OwnerApproval[])[0];
}

function contributed(kernel: Kernel, point: string): unknown[] {
  return kernel.modules.flatMap((module) => module.contributions?.[point] ?? []);
}
