import type { CommandContext } from '#kernel/command.ts';
import type { Queryable } from '#kernel/database.ts';
import type { Id } from '#kernel/ids.ts';
import type { Kernel } from '#kernel/kernel.ts';
import { vietnamDay, type CalendarDay } from '#kernel/time.ts';
import { agenciesOn } from '#engines/identity/index.ts';
import { sealBytes, unsealBytes } from '../sealed.ts';
import { adapterOf, type PartnerId, type PartnerLine, type Party, type Protocol } from './adapter.ts';
import { partnerErrors } from './errors.ts';
import type { RelayEnd } from './relay-rule.ts';

export type PartnerState = 'invited' | 'pairing' | 'active' | 'suspended';

export type PartnerRow = {
  id: PartnerId;
  protocol: Protocol;
  name: string;
  address: string | null;
  state: PartnerState;
  config: unknown;
  sealedSecrets: Buffer;
  pinned: unknown;
  /** What the other side says that it understands beyond the first version of the protocol. */
  features: readonly string[];
  /** The version of the protocol in which it called last, where that is none of ours. */
  foreignVersion: string | null;
  validFrom: string;
  validTo: string | null;
};

const COLUMNS = `id, protocol, name, address, state, config, sealed_secrets as "sealedSecrets", pinned, features, foreign_version as "foreignVersion", valid_from as "validFrom", valid_to as "validTo"`;

/** A partner, or undefined. */
export async function findPartner(q: Queryable, id: string): Promise<PartnerRow | undefined> {
  const { rows } = await q.query(`select ${COLUMNS} from exchange.partner where id = $1`, [id]);
  // safe because the statement selects exactly these columns
  return rows[0] as PartnerRow | undefined;
}

/** The same, locked until the end of the transaction. @throws exchange.partnerNotFound */
export async function lockPartner(ctx: CommandContext, id: string): Promise<PartnerRow> {
  const { rows } = await ctx.query(`select ${COLUMNS} from exchange.partner where id = $1 for update`, [id]);
  // safe because the statement selects exactly these columns
  const row = rows[0] as PartnerRow | undefined;
  if (row === undefined) throw partnerErrors.partnerNotFound();
  return row;
}

/** Whether parcels go to the partner and are taken from it on this day. */
export function isInForce(partner: PartnerRow, now: Date): boolean {
  const today = vietnamDay(now);
  return partner.state === 'active' && partner.validFrom <= today && (partner.validTo === null || partner.validTo >= today);
}

/** A partner as the rule of passing on looks at it. */
export function relayEndOf({ id, protocol, config }: PartnerRow): RelayEnd {
  const passesOn = typeof config === 'object' && config !== null && 'passesOn' in config && typeof config.passesOn === 'string' ? config.passesOn : null;
  return { partnerId: id, protocol, passesOn };
}

const PURPOSE = 'exchange partner secrets';

/** Secrets as they lie in the database. */
export function sealSecrets(kernel: Kernel, secrets: unknown): Buffer {
  return sealBytes(Buffer.from(JSON.stringify(secrets), 'utf8'), kernel.config.appSecret, PURPOSE);
}

/** An open line to a partner, with its settings and secrets read by its adapter's schemas. */
export function openLine(kernel: Kernel, partner: PartnerRow, signal: AbortSignal): PartnerLine {
  const adapter = adapterOf(kernel, partner.protocol);
  const secrets: unknown = JSON.parse(unsealBytes(partner.sealedSecrets, kernel.config.appSecret, PURPOSE).toString('utf8'));
  return {
    kernel,
    partnerId: partner.id,
    name: partner.name,
    address: partner.address,
    config: adapter.config.parse(partner.config),
    secrets: adapter.secrets.parse(secrets),
    pinned: partner.pinned,
    signal,
  };
}

type AgencyId = Id<'agency'>;

/** Through which partner each of these agencies is reached on a day, and how the partner calls it. */
export async function partnersOfAgencies(q: Queryable, agencyIds: readonly AgencyId[], today: string): Promise<Map<AgencyId, RelayEnd & { party: Party }>> {
  if (agencyIds.length === 0) return new Map();
  const { rows } = await q.query(
    `select a.agency_id as "agencyId", a.partner_id as "partnerId", p.protocol, p.config ->> 'passesOn' as "passesOn", a.remote_id as ref, a.code, a.name
       from exchange.partner_agency a join exchange.partner p on p.id = a.partner_id
      where a.agency_id = any($1) and a.valid_from <= $2 and (a.valid_to is null or a.valid_to >= $2)
        and p.state in ('active', 'suspended') and (p.valid_to is null or p.valid_to >= $2)
      order by a.valid_from`,
    [[...agencyIds], today],
  );
  // safe because the statement selects exactly these columns
  const read = rows as (RelayEnd & { agencyId: AgencyId; ref: string; code: string | null; name: string })[];
  return new Map(read.map(({ partnerId, protocol, passesOn, ...party }) => [party.agencyId, { partnerId, protocol, passesOn, party }]));
}

/**
 * Whether a partner speaks for an agency on a day: not for one that is reached another way, nor for one that was taken from it. A closed
 * one has no way to it any more, and what it sent in its time may still be under way.
 */
export async function speaksFor(q: Queryable, of: { partnerId: PartnerId; agencyId: AgencyId }, today: CalendarDay): Promise<boolean> {
  const present = (await partnersOfAgencies(q, [of.agencyId], today)).get(of.agencyId);
  if (present !== undefined) return present.partnerId === of.partnerId;
  return (await agenciesOn(q, [of.agencyId], today)).get(of.agencyId)?.state !== 'active';
}

/**
 * The agency here that a partner means by its own id or by a code that it had in its time: the present holder first. A closed
 * one is found too, so that old codes are still understood.
 */
export async function partnerAgencyByRef(q: Queryable, by: { partnerId: PartnerId; ref?: string | null; code?: string | null }): Promise<Party | undefined> {
  const { rows } = await q.query(
    `select agency_id as "agencyId", remote_id as ref, code, name from exchange.partner_agency
      where partner_id = $1 and (remote_id = $2 or code = $3)
      order by (remote_id = $2) desc, (valid_to is null) desc, valid_from desc limit 1`,
    [by.partnerId, by.ref ?? null, by.code ?? null],
  );
  // safe because the statement selects exactly these columns
  return rows[0] as Party | undefined;
}
