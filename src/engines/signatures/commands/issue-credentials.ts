import type { Insertable } from 'kysely';
import type { Actor } from '#kernel/actor.ts';
import { run, type CommandContext } from '#kernel/command.ts';
import { newId, type Id } from '#kernel/ids.ts';
import type { Kernel } from '#kernel/kernel.ts';
import { isoInVietnam, type CalendarDay } from '#kernel/time.ts';
import { storeBytes } from '#engines/files/index.ts';
import { issueUnder } from '../adapters/built-in-authority/authority-key.ts';
import { builtInAuthority } from '../adapters/built-in-authority/keys.ts';
import { serviceUrls } from '../adapters/built-in-authority/kept-keys.ts';
import { agencySubject, generateKey, personSubject, type KeyKind } from '../domain/pki/authority.ts';
import type { Certificate } from '../domain/pki/certificate.ts';
import type { NameAttribute } from '../domain/pki/name.ts';
import { writePkcs12 } from '../domain/pki/pkcs12.ts';
import { imageFromPng } from '../domain/pdf/appearance/index.ts';
import { translateDomainError } from '../errors.ts';
import type { Tables } from '../tables.gen.ts';
import { credentialRow } from './credential-row.ts';

export type CredentialImage = {
  /** PNG, 8 bit, transparent: the blue signature of a person or the red seal of an agency. */
  png: Buffer;
  /** Its real width on paper. */
  widthMm: number;
  validFrom: CalendarDay;
  validTo?: CalendarDay;
};

type Common = {
  agencyId: Id<'agency'>;
  /** Chosen by the holder; it encrypts the key, and nobody else knows it. */
  pin: string;
  /** RSA-2048 unless given: verifiers common in Vietnam fail on ECDSA. */
  keyKind?: KeyKind;
  validDays?: number;
  image?: CredentialImage;
  /** Rounds of the PIN's key derivation; fewer only for demonstration data. */
  rounds?: number;
};

export type NewCredential = Common &
  (
    | { kind: 'person'; personId: Id<'person'>; name: string; organization: string; units?: readonly string[]; title?: string }
    | { kind: 'agency'; name: string; agencyCode: string }
  );

/**
 * Issues certificates of the built-in authority with new keys, all recorded in one transaction.
 * @returns the ids in the order of the input.
 * @throws signatures.image.not-supported
 */
export async function issueCredentials(kernel: Kernel, inputs: readonly NewCredential[], options: { actor: Actor }): Promise<Id<'credential'>[]> {
  const made = await inOrder(inputs, 4, (input) => make(kernel, input));
  await run(kernel, keepIssuedCredentials, made, options);
  return made.map((credential) => credential.id);
}

/** Issues one certificate of the built-in authority. @returns its id. */
export async function issueCredential(kernel: Kernel, input: NewCredential, options: { actor: Actor }): Promise<Id<'credential'>> {
  const [id] = await issueCredentials(kernel, [input], options);
  if (id === undefined) throw new Error('nothing was issued');
  return id;
}

type MadeCredential = {
  id: Id<'credential'>;
  input: NewCredential;
  certificate: Certificate;
  chain: readonly Certificate[];
  container: Buffer;
  imageSha256: string | null;
};

async function make(kernel: Kernel, input: NewCredential): Promise<MadeCredential> {
  const { issuing, generation } = await builtInAuthority(kernel);
  const { publicKey, privateKey } = await generateKey(input.keyKind ?? 'rsa-2048');
  const certificate = await issueUnder(issuing, {
    kind: 'signer',
    subject: subjectOf(input),
    publicKey,
    now: kernel.clock.now(),
    urls: serviceUrls(kernel.config, 'issuing', generation),
    ...(input.validDays === undefined ? {} : { validDays: input.validDays }),
  });
  const chain = [issuing.certificate];
  const rounds = input.rounds === undefined ? {} : { iterations: input.rounds };
  const container = await writePkcs12({ privateKey, certificate, chain, password: input.pin, friendlyName: input.name, ...rounds });
  return { id: newId<'credential'>(), input, certificate, chain, container, imageSha256: await keepImage(kernel, input.image) };
}

function subjectOf(input: NewCredential): NameAttribute[] {
  if (input.kind === 'agency') {
    return agencySubject({ name: input.name, agencyCode: input.agencyCode });
  }
  return personSubject({
    name: input.name,
    organization: input.organization,
    ...(input.units === undefined ? {} : { units: input.units }),
    ...(input.title === undefined ? {} : { title: input.title }),
  });
}

const IMAGE_LIMIT_BYTES = 2 * 1024 * 1024;

/** Checks that the picture can be put on paper, and keeps it. */
export async function keepImage(kernel: Kernel, image: Pick<CredentialImage, 'png'> | undefined): Promise<string | null> {
  if (image === undefined) return null;
  try {
    imageFromPng(image.png);
  } catch (error) {
    throw translateDomainError(error);
  }
  return (await storeBytes(kernel, image.png, { limitBytes: IMAGE_LIMIT_BYTES })).sha256;
}

async function keepIssuedCredentials(ctx: CommandContext, made: readonly MadeCredential[]): Promise<void> {
  if (made.length === 0) return;
  const db = ctx.tables<Tables>();
  for (let from = 0; from < made.length; from += ROWS_A_STATEMENT) {
    const part = made.slice(from, from + ROWS_A_STATEMENT);
    await db.insertInto('signatures.credential').values(part.map((credential) => issuedCredentialRow(ctx, credential))).execute();
    await db.insertInto('signatures.issued_certificate').values(part.map((credential) => issuedRow(ctx, credential))).execute();
  }
  for (const { id, input, certificate } of made) {
    ctx.record({
      type: 'signatures.credential-issued',
      agencyId: input.agencyId,
      subject: { type: 'credential', id },
      data: { subject: input.name, serial: certificate.serialHex, validTo: isoInVietnam(certificate.notAfter) },
    });
  }
}

/** PostgreSQL takes 65 535 parameters a statement; a row has 24. */
const ROWS_A_STATEMENT = 1000;

function issuedCredentialRow(ctx: CommandContext, { id, input, certificate, chain, container, imageSha256 }: MadeCredential): Insertable<Tables['signatures.credential']> {
  const { agencyId, kind, name, image } = input;
  return {
    ...credentialRow(ctx, { agencyId, id, kind, personId: input.kind === 'person' ? input.personId : null, label: name, driver: 'pkcs12', container, certificate, chain, isBuiltIn: true }),
    image_sha256: imageSha256,
    image_width_mm: image === undefined ? null : String(image.widthMm),
    image_valid_from: image?.validFrom ?? null,
    image_valid_to: image?.validTo ?? null,
  };
}

function issuedRow(ctx: CommandContext, { id, input, certificate }: MadeCredential): Insertable<Tables['signatures.issued_certificate']> {
  return {
    serial: certificate.serialHex,
    purpose: input.kind,
    subject: certificate.subject.text,
    certificate: certificate.raw,
    agency_id: input.agencyId,
    credential_id: id,
    issued_at: ctx.now,
    valid_to: certificate.notAfter,
    state: 'valid',
    revoked_at: null,
    reason: null,
  };
}

/** Works through a list with a few at a time, keeping its order. */
async function inOrder<In, Out>(inputs: readonly In[], atOnce: number, work: (input: In) => Promise<Out>): Promise<Out[]> {
  const results: Out[] = [];
  for (let from = 0; from < inputs.length; from += atOnce) results.push(...(await Promise.all(inputs.slice(from, from + atOnce).map(work))));
  return results;
}
