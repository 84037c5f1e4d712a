import type { Actor } from '#kernel/actor.ts';
import type { Queryable } from '#kernel/database.ts';
import type { Id } from '#kernel/ids.ts';
import { isoInVietnam } from '#kernel/time.ts';
import { BROWSER_AGENT } from '../adapters/agents/browser-agent-driver.ts';
import { keyFileHolder } from '../adapters/pkcs12/key-file-holder.ts';
import type { SigningDriver } from '../adapters/signing-driver.ts';
import type { CredentialSummary } from '../contract.ts';
import { signatureErrors } from '../errors.ts';
import { warningsOf, type CredentialRow } from '../policy.ts';

/** What lists have of a credential: neither its key nor the tokens of its person. */
export type ListedCredential = Omit<CredentialRow, 'container' | 'access'>;

export type CredentialFilter = { agencyId: Id<'agency'>; personId?: string; kind?: 'person' | 'agency' };

/** The credentials of an agency, or of one person in it, newest first; at most 200. Key containers are never among them. */
export async function listCredentials(q: Queryable, filter: CredentialFilter): Promise<ListedCredential[]> {
  const { rows } = await q.query(
    `select ${COLUMNS} from signatures.credential
      where agency_id = $1 and ($2::uuid is null or person_id = $2) and ($3::text is null or kind = $3)
      order by created_at desc, id desc limit 200`,
    [filter.agencyId, filter.personId ?? null, filter.kind ?? null],
  );
  // safe because the statement selects exactly these columns
  return rows as ListedCredential[];
}

const COLUMNS = `agency_id, id, kind, person_id, label, driver, certificate, chain, subject, issuer, serial, is_built_in, valid_from, valid_to,
  state, revoked_at, revoked_reason, failed_attempts, locked_at, image_sha256, image_width_mm, image_valid_from, image_valid_to, created_at, asks_pin, asks_code, asks_release, code_again_at, codes_in_a_row`;
const QUALIFIED = COLUMNS.replaceAll(/\b\w+\b/g, 'c.$&');

/**
 * One credential with its key container.
 * @param lock keeps others from changing it until the transaction ends.
 * @throws signatures.credentialNotFound
 */
export async function getCredential(q: Queryable, key: { agencyId: string; id: string }, lock = false): Promise<CredentialRow> {
  const { rows } = await q.query(
    `select ${COLUMNS}, container, access from signatures.credential where agency_id = $1 and id = $2 ${lock ? 'for no key update' : ''}`,
    [key.agencyId, key.id],
  );
  if (rows[0] === undefined) throw signatureErrors.credentialNotFound();
  // safe because the statement selects exactly these columns
  return rows[0] as CredentialRow;
}

/**
 * The credential with which somebody signs something of an agency: one of that agency, or for a delegate from another one their own.
 * @throws signatures.credentialNotFound
 */
export async function getCredentialFor(q: Queryable, actor: Actor, key: { agencyId: string; id: string }): Promise<CredentialRow> {
  const own = actor.kind === 'person' ? actor.ownAgencyId : undefined;
  if (own === undefined) return getCredential(q, key);
  const { rowCount } = await q.query('select 1 from signatures.credential where agency_id = $1 and id = $2', [own, key.id]);
  return getCredential(q, { agencyId: rowCount === 1 ? own : key.agencyId, id: key.id });
}

export type CredentialKey = { agencyId: Id<'agency'>; id: string };

/** The credentials of some keys, whatever their state. Key containers are never among them. */
export async function credentialsByKey(q: Queryable, keys: readonly CredentialKey[]): Promise<ListedCredential[]> {
  if (keys.length === 0) return [];
  const { rows } = await q.query(
    `select ${QUALIFIED} from unnest($1::uuid[], $2::uuid[]) as k (agency_id, id)
       join signatures.credential c on c.agency_id = k.agency_id and c.id = k.id`,
    [keys.map((key) => key.agencyId), keys.map((key) => key.id)],
  );
  // safe because the statement selects exactly these columns
  return rows as ListedCredential[];
}

/** Whether some active credential comes from the built-in authority, so that every screen has to say what it is. */
export async function usesBuiltInAuthority(q: Queryable): Promise<boolean> {
  const { rows } = await q.query(`select exists (select 1 from signatures.credential where is_built_in and state = 'active') as used`);
  return rows[0]?.['used'] === true;
}

type DriverFacts = Pick<SigningDriver, 'confirmsElsewhere' | 'secretToSign' | 'about' | 'consent'>;

/**
 * The form in which screens get a credential. A key whose holder confirms on a device of the own asks for no PIN here; what its service said that
 * it wants counts before what is known of its kind.
 */
export function summaryOf(row: ListedCredential, { now, driver }: { now: Date; driver: DriverFacts }): CredentialSummary {
  const secret = secretOf(row, driver);
  return {
    id: row.id,
    kind: row.kind,
    personId: row.person_id,
    label: row.label,
    subject: row.subject,
    issuer: row.issuer,
    serial: row.serial,
    isBuiltIn: row.is_built_in,
    validFrom: isoInVietnam(row.valid_from),
    validTo: isoInVietnam(row.valid_to),
    state: stateOf(row, now),
    hasImage: row.image_sha256 !== null,
    imageWidthMm: row.image_width_mm === null ? null : Number(row.image_width_mm),
    needsPin: secret === 'required',
    mayTypePin: secret === 'optional',
    needsOtp: row.asks_code ?? 'no',
    isReleasedOnPage: row.asks_release,
    consents: driver.consent !== undefined,
    place: placeOf(row.driver, driver),
    service: driver.about === undefined ? null : { name: row.driver, kind: driver.about.kind, label: driver.about.label },
    warnings: row.state === 'active' ? warningsOf(row, now) : [],
  };
}

function secretOf({ asks_pin: asksPin, asks_release: asksRelease }: ListedCredential, { secretToSign, confirmsElsewhere }: DriverFacts): 'required' | 'optional' | 'none' {
  if (asksRelease) return 'none';
  if (secretToSign === 'optional' && asksPin !== null) return asksPin ? 'required' : 'none';
  return secretToSign ?? (confirmsElsewhere ? 'none' : 'required');
}

function placeOf(name: string, { confirmsElsewhere }: DriverFacts): CredentialSummary['place'] {
  if (name === keyFileHolder.name) return 'file';
  if (name === BROWSER_AGENT) return 'computer';
  return confirmsElsewhere ? 'remote' : 'device';
}

function stateOf(row: ListedCredential, now: Date): CredentialSummary['state'] {
  if (row.state === 'revoked') return 'revoked';
  if (now > row.valid_to) return 'expired';
  if (now < row.valid_from) return 'notYetValid';
  return row.locked_at === null ? 'active' : 'locked';
}
