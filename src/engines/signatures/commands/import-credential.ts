import type { Actor } from '#kernel/actor.ts';
import { run, type CommandContext, type RunOptions } from '#kernel/command.ts';
import { newId, type Id } from '#kernel/ids.ts';
import type { Kernel } from '#kernel/kernel.ts';
import { describeKey, type Certificate } from '../domain/pki/certificate.ts';
import { PkiError } from '../domain/pki/errors.ts';
import { readPkcs12, writePkcs12, type KeyFile } from '../domain/pki/pkcs12.ts';
import { createValidationCache } from '../domain/validation/cache.ts';
import { findPath, findPathFault, isFitFor } from '../domain/validation/path.ts';
import { signatureErrors, translateDomainError } from '../errors.ts';
import { assertMayUse } from '../policy.ts';
import type { Tables } from '../tables.ts';
import { trustSet } from '../trust.ts';

export type ImportCredential = { agencyId: Id<'agency'>; kind: 'person' | 'agency'; file: Buffer; pin: string };

/**
 * Adds a key file that another authority's customer brings: opened with its PIN, checked (purpose, strength, name, path to a
 * trusted root), and kept encrypted anew under the same PIN.
 * @throws signatures.pkcs12.* · certificateUnsuitable · certificateUntrusted · notYourCredential · certificateAlreadyThere
 */
export async function importCredential(kernel: Kernel, input: ImportCredential, options: RunOptions): Promise<Id<'credential'>> {
  assertMayUse(options.actor, { agency_id: input.agencyId, kind: input.kind, person_id: personOf(options.actor, input.kind) });
  const opened = await open(input);
  assertSuitable(opened.certificate);
  if (input.kind === 'person') assertNamed(opened.certificate, options.actor);
  const { anchors } = await trustSet(kernel);
  const path = findPath(opened.certificate, { anchors, candidates: opened.chain, cache: createValidationCache() });
  if (!path.isAnchored || findPathFault(path) !== undefined) throw signatureErrors.certificateUntrusted();
  // The root itself is not put into signatures.
  const chain = path.certificates.slice(1, -1);
  const container = await writePkcs12({ ...opened, chain, password: input.pin, friendlyName: nameOf(opened.certificate) });
  return run(kernel, keepImported, { ...input, container, certificate: opened.certificate, chain }, options);
}

function personOf(actor: Actor, kind: 'person' | 'agency'): string | null {
  return kind === 'person' && actor.kind === 'person' ? actor.personId : null;
}

async function open({ file, pin }: ImportCredential): Promise<KeyFile> {
  try {
    return await readPkcs12(file, pin);
  } catch (error) {
    if (error instanceof PkiError) throw translateDomainError(error);
    throw error;
  }
}

/** TT 15/2025 annex I: RSA from 2048 bits, elliptic curves from 256. */
function assertSuitable(certificate: Certificate): void {
  const key = describeKey(certificate);
  const isStrong = (key.kind === 'rsa' && key.bits >= 2048) || (key.kind === 'ec' && key.bits >= 256);
  if (!isStrong) throw signatureErrors.certificateUnsuitable({ values: { reason: key.text } });
  if (certificate.basicConstraints?.ca === true || !isFitFor(certificate, 'sign')) {
    throw signatureErrors.certificateUnsuitable({ values: { reason: 'KeyUsage' } });
  }
}

/** A person's certificate carries the person's own name. */
function assertNamed(certificate: Certificate, actor: Actor): void {
  const fold = (text: string): string => text.normalize('NFC').toLocaleLowerCase('vi').replace(/\s+/g, ' ').trim();
  if (actor.kind !== 'person' || fold(nameOf(certificate)) !== fold(actor.name)) throw signatureErrors.notYourCredential();
}

function nameOf(certificate: Certificate): string {
  return certificate.subject.commonName ?? certificate.subject.text;
}

type Kept = ImportCredential & { container: Buffer; certificate: Certificate; chain: readonly Certificate[] };

async function keepImported(ctx: CommandContext, { agencyId, kind, container, certificate, chain }: Kept): Promise<Id<'credential'>> {
  const id = newId<'credential'>();
  const inserted = await ctx
    .tables<Tables>()
    .insertInto('signatures.credential')
    .values({
      agency_id: agencyId,
      id,
      kind,
      person_id: personOf(ctx.actor, kind),
      label: nameOf(certificate),
      driver: 'pkcs12',
      container,
      certificate: certificate.raw,
      chain: chain.map((each) => each.raw),
      subject: certificate.subject.text,
      issuer: certificate.issuer.text,
      serial: certificate.serialHex,
      is_built_in: false,
      valid_from: certificate.notBefore,
      valid_to: certificate.notAfter,
      state: 'active',
      revoked_at: null,
      revoked_reason: null,
      failed_attempts: 0,
      locked_at: null,
      image_sha256: null,
      image_width_mm: null,
      image_valid_from: null,
      image_valid_to: null,
      created_at: ctx.now,
    })
    .onConflict((conflict) => conflict.columns(['agency_id', 'issuer', 'serial']).doNothing())
    .executeTakeFirst();
  if (inserted.numInsertedOrUpdatedRows !== 1n) throw signatureErrors.certificateAlreadyThere();
  ctx.record({
    type: 'signatures.credential-imported',
    agencyId,
    subject: { type: 'credential', id },
    data: { subject: nameOf(certificate), issuer: certificate.issuer.commonName ?? certificate.issuer.text, serial: certificate.serialHex },
  });
  return id;
}
