import { run, type CommandContext, type RunOptions } from '#kernel/command.ts';
import type { Actor, PersonActor } from '#kernel/actor.ts';
import { isoInVietnam } from '#kernel/time.ts';
import type { Id } from '#kernel/ids.ts';
import type { Kernel } from '#kernel/kernel.ts';
import { driverErrors, toAppError } from '../adapters/driver-errors.ts';
import { SigningDriverError, type DriverCertificate } from '../adapters/signing-driver.ts';
import { parseCertificate, type Certificate } from '../domain/pki/certificate.ts';
import { assertMayUse } from '../policy.ts';
import { keyHolderOf } from '../purposes.ts';
import { givenConsent, useConsent, type GivenConsent } from './service-consents.ts';
import { acceptCertificate, holderName, keepCredential, type KeptCredential } from './accept-certificate.ts';

/** Where somebody's key is: with which driver, under which name with a remote service, and what that wants to show its list. */
export type KeyPlace = { driver: string; user?: string; secret?: string; /** The consent of a moment ago, where the service wants one. */ consentId?: string };

export type ConnectableCertificate = { fingerprint: string; holder: string; issuer: string; serial: string; validFrom: string; validTo: string; isUsable: boolean };

/**
 * The certificates on a token or with a remote service, to choose one from.
 * @throws signatures.consentNeeded where the service wants one first · the codes of `driverErrors` · signatures.holderUnavailable
 */
export async function listConnectable(kernel: Kernel, place: KeyPlace, actor?: PersonActor): Promise<ConnectableCertificate[]> {
  const given = await consentFor(kernel, place, actor);
  return (await listed(kernel, place, given)).map(({ parsed, isUsable }) => ({
    fingerprint: parsed.fingerprint,
    holder: holderName(parsed),
    issuer: parsed.issuer.commonName ?? parsed.issuer.text,
    serial: parsed.serialHex,
    validFrom: isoInVietnam(parsed.notBefore),
    validTo: isoInVietnam(parsed.notAfter),
    isUsable,
  }));
}

export type ConnectCredential = KeyPlace & { agencyId: Id<'agency'>; kind: 'person' | 'agency'; fingerprint: string };

/**
 * Adds a certificate whose key stays where it is: on a token, in an HSM, with a remote service. It is read from there anew and
 * checked like one that comes as a file; a person connects a certificate in their own name only.
 * @throws signatures.notYourCredential · sealNeedsClerk · keyNotOnDevice · certificateRejected · releasedOnPage · certificateExpired ·
 *   certificateUnsuitable · certificateUntrusted · certificateAlreadyThere and what the driver says
 */
export async function connectCredential(kernel: Kernel, input: ConnectCredential, options: RunOptions): Promise<Id<'credential'>> {
  const { agencyId, kind, driver, fingerprint } = input;
  const { actor } = options;
  assertMayUse(actor, { agency_id: agencyId, kind, person_id: kind === 'person' && actor.kind === 'person' ? actor.personId : null });
  const given = await consentFor(kernel, input, actor);
  const found = (await listed(kernel, input, given)).find(({ parsed }) => parsed.fingerprint === fingerprint);
  if (found === undefined) throw driverErrors.keyNotOnDevice();
  const { parsed: certificate, chain: candidates, container, isUsable, asked } = found;
  if (!isUsable) throw driverErrors.certificateRejected();
  // It would be connected and never sign.
  if (asked?.isReleasedOnPage === true && keyHolderOf(kernel, driver).release === undefined) throw driverErrors.releasedOnPage();
  const chain = await acceptCertificate(kernel, { kind, certificate, candidates: candidates.map((each) => parseCertificate(each)), actor });
  return run(kernel, (ctx: CommandContext, kept: KeptCredential) => keepConnected(ctx, kept, given), { agencyId, kind, driver, container, asked, certificate, chain }, options);
}

async function keepConnected(ctx: CommandContext, kept: KeptCredential, given: GivenConsent | undefined): Promise<Id<'credential'>> {
  const credentialId = await keepCredential(ctx, kept);
  if (given !== undefined) await useConsent(ctx, { agencyId: kept.agencyId, credentialId, given });
  return credentialId;
}

async function consentFor(kernel: Kernel, { driver, consentId }: KeyPlace, actor: Actor | undefined): Promise<GivenConsent | undefined> {
  if (keyHolderOf(kernel, driver).consent === undefined) return undefined;
  if (actor?.kind !== 'person') throw driverErrors.consentNeeded();
  return givenConsent(kernel, { agencyId: actor.agencyId, driver, consentId }, actor);
}

async function listed(kernel: Kernel, { driver, user, secret }: KeyPlace, given: GivenConsent | undefined): Promise<(DriverCertificate & { parsed: Certificate })[]> {
  try {
    const account = { ...(user === undefined ? {} : { user }), ...(secret === undefined ? {} : { secret }), ...(given === undefined ? {} : { access: given.access }) };
    return (await keyHolderOf(kernel, driver).listCertificates(account)).map((each) => ({ ...each, parsed: parseCertificate(each.certificate) }));
  } catch (error) {
    throw error instanceof SigningDriverError ? toAppError(error) : error;
  }
}
