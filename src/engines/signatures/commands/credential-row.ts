import type { Insertable } from 'kysely';
import type { CommandContext } from '#kernel/command.ts';
import type { Id } from '#kernel/ids.ts';
import type { AskedFor } from '../adapters/signing-driver.ts';
import type { Certificate } from '../domain/pki/certificate.ts';
import type { Tables } from '../tables.gen.ts';

export type CredentialFacts = {
  agencyId: Id<'agency'>;
  id: Id<'credential'>;
  kind: 'person' | 'agency';
  personId: string | null;
  label: string;
  driver: string;
  container: Buffer | null;
  /** What the holder of the key wants typed; left out where it does not say. */
  asked?: AskedFor | undefined;
  certificate: Certificate;
  chain: readonly Certificate[];
  isBuiltIn: boolean;
};

/** The row of a credential as it begins: active, without a wrong PIN and without a picture. */
export function credentialRow(ctx: CommandContext, { agencyId, id, kind, personId, label, driver, container, asked, certificate, chain, isBuiltIn }: CredentialFacts): Insertable<Tables['signatures.credential']> {
  return {
    agency_id: agencyId,
    id,
    kind,
    person_id: personId,
    label,
    driver,
    container,
    certificate: certificate.raw,
    chain: chain.map((each) => each.raw),
    subject: certificate.subject.text,
    issuer: certificate.issuer.text,
    serial: certificate.serialHex,
    is_built_in: isBuiltIn,
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
    asks_pin: asked?.pin ?? null,
    asks_code: asked?.code ?? null,
    asks_release: asked?.isReleasedOnPage ?? false,
    code_again_at: null,
    codes_in_a_row: 0,
    access: null,
    created_at: ctx.now,
  };
}
