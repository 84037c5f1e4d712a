import type { Actor } from '#kernel/actor.ts';
import type { CommandContext } from '#kernel/command.ts';
import { newId, type Id } from '#kernel/ids.ts';
import type { Kernel } from '#kernel/kernel.ts';
import { formatInstant } from '#kernel/time.ts';
import { recordedCitizenNumber } from '#engines/identity/index.ts';
import type { AskedFor } from '../adapters/signing-driver.ts';
import { describeKey, parseCertificate, type Certificate } from '../domain/pki/certificate.ts';
import { citizenNumberOf } from '../domain/pki/person-number.ts';
import { createValidationCache } from '../domain/validation/cache.ts';
import { findPath, findPathFault, isFitFor } from '../domain/validation/path.ts';
import { anchorsInForce, trustFor } from '../domain/validation/trust-store.ts';
import { signatureErrors } from '../errors.ts';
import type { Tables } from '../tables.gen.ts';
import { trustSet } from '../trust.ts';
import { credentialRow } from './credential-row.ts';

export type NewCertificate = { kind: 'person' | 'agency'; certificate: Certificate; candidates: readonly Certificate[]; actor: Actor };

/**
 * The checks on a certificate of another authority before anybody may sign with it here: strength and purpose (15/2025/TT-BKHCN
 * annex I), for a person that it is the person's own, its end, and a path to a trusted root. Gives back the path without both ends. One
 * that begins later may come before its time; nobody signs with it until then.
 * @throws signatures.certificateUnsuitable · otherCitizenNumber · notYourCredential · certificateExpired · certificateUntrusted
 */
export async function acceptCertificate(kernel: Kernel, { kind, certificate, candidates, actor }: NewCertificate): Promise<readonly Certificate[]> {
  const key = describeKey(certificate);
  const isStrong = (key.kind === 'rsa' && key.bits >= 2048) || (key.kind === 'ec' && key.bits >= 256);
  if (!isStrong) throw signatureErrors.certificateUnsuitable({ values: { reason: key.text } });
  if (certificate.basicConstraints?.ca === true || !isFitFor(certificate, 'sign')) throw signatureErrors.certificateUnsuitable({ values: { reason: 'KeyUsage' } });
  if (kind === 'person') assertOwn(certificate, await holderOf(kernel, actor));
  if (certificate.notAfter <= kernel.clock.now()) throw signatureErrors.certificateExpired({ values: { subject: holderName(certificate), validTo: formatInstant(certificate.notAfter) } });
  const trust = await trustSet(kernel);
  const { anchors, periods } = trustFor('sign', trust.anchors, trust.periods);
  const path = findPath(certificate, { anchors: anchorsInForce(anchors, periods, kernel.clock.now()), candidates, cache: createValidationCache() });
  if (!path.isAnchored || findPathFault(path, 'sign') !== undefined) throw signatureErrors.certificateUntrusted();
  // The root itself is not put into signatures.
  return path.certificates.slice(1, -1);
}

export function holderName({ subject }: Certificate): string {
  return subject.commonName ?? subject.text;
}

/** Who asks to sign with a certificate: by name, by the citizen's number that is recorded for the person, and by those in the certificates which the person signs with already. */
export type Holder = { name: string; isRecorded: ((number: string) => boolean) | undefined; numbers: ReadonlySet<string> };

const MOST_OWN = 50;

/** Nobody but a person has certificates of their own. */
export async function holderOf(kernel: Kernel, actor: Actor): Promise<Holder | undefined> {
  if (actor.kind !== 'person') return undefined;
  const { rows } = await kernel.database.pool.query<{ certificate: Buffer }>(
    `select certificate from signatures.credential where agency_id = $1 and person_id = $2 and kind = 'person' and state = 'active' and valid_to > $3 order by created_at desc limit $4`,
    [actor.agencyId, actor.personId, kernel.clock.now(), MOST_OWN],
  );
  return { name: actor.name, isRecorded: await recordedCitizenNumber(kernel, actor.personId), numbers: new Set(rows.flatMap(({ certificate }) => citizenNumberOf(parseCertificate(certificate)) ?? [])) };
}

function assertOwn(certificate: Certificate, holder: Holder | undefined): void {
  if (isOwn(certificate, holder)) return;
  throw holder?.isRecorded !== undefined && citizenNumberOf(certificate) !== undefined ? signatureErrors.otherCitizenNumber() : signatureErrors.notYourCredential();
}

/**
 * Whether a certificate is the person's own. Where both have a citizen's number that decides, the recorded one before those of earlier certificates, so
 * that a namesake's is refused and a name that is written otherwise is none the worse; else the name does, however it is written.
 */
export function isOwn(certificate: Certificate, holder: Holder | undefined): boolean {
  if (holder === undefined) return false;
  const number = citizenNumberOf(certificate);
  if (number !== undefined && holder.isRecorded !== undefined) return holder.isRecorded(number);
  if (number !== undefined && holder.numbers.size > 0) return holder.numbers.has(number);
  return folded(holderName(certificate)) === folded(holder.name);
}

function folded(text: string): string {
  return text.normalize('NFC').toLocaleLowerCase('vi').replace(/\s+/g, ' ').trim();
}

export type KeptCredential = {
  agencyId: Id<'agency'>;
  kind: 'person' | 'agency';
  driver: string;
  container: Buffer | null;
  asked?: AskedFor | undefined;
  certificate: Certificate;
  chain: readonly Certificate[];
};

/** Writes the credential of an accepted certificate. @throws signatures.certificateAlreadyThere */
export async function keepCredential(ctx: CommandContext, { agencyId, kind, driver, container, asked, certificate, chain }: KeptCredential): Promise<Id<'credential'>> {
  const id = newId<'credential'>();
  const inserted = await ctx
    .tables<Tables>()
    .insertInto('signatures.credential')
    .values(
      credentialRow(ctx, { agencyId, id, kind, personId: kind === 'person' && ctx.actor.kind === 'person' ? ctx.actor.personId : null, label: holderName(certificate), driver, container, asked, certificate, chain, isBuiltIn: false }),
    )
    .onConflict((conflict) => conflict.columns(['agency_id', 'issuer', 'serial']).doNothing())
    .executeTakeFirst();
  if (inserted.numInsertedOrUpdatedRows !== 1n) throw signatureErrors.certificateAlreadyThere();
  ctx.record({
    type: 'signatures.credential-imported',
    agencyId,
    subject: { type: 'credential', id },
    data: { subject: holderName(certificate), issuer: certificate.issuer.commonName ?? certificate.issuer.text, serial: certificate.serialHex },
  });
  return id;
}
