import type { CommandContext } from '#kernel/command.ts';
import type { Kernel } from '#kernel/kernel.ts';
import { addDays, startOfVietnamDay, type CalendarDay } from '#kernel/time.ts';
import { draftIssuing, draftRoot, type KeyKind } from '../../domain/pki/authority.ts';
import { parseCertificate } from '../../domain/pki/certificate.ts';
import { installation } from '../../events.ts';
import { makeKey, signCertificate, type AuthorityKey } from './authority-key.ts';
import { authorityErrors } from './errors.ts';
import { CREATION_LOCK, keepIssued, keepKey, keyLabel, makeServiceKey, serviceUrls } from './kept-keys.ts';
import { insertRevocationList } from './insert-list.ts';

/** Makes root, issuing authority, time-stamping and OCSP keys unless they exist. Whoever comes second finds them made. */
export async function createAuthority(ctx: CommandContext): Promise<void> {
  await ctx.query('select pg_advisory_xact_lock($1)', [CREATION_LOCK]);
  if ((await newestGeneration(ctx)) > 0) return;
  const organization = 'Liên Thông';
  await establish(ctx, { generation: 1, organization, root: await makeRoot(ctx.kernel, { organization, generation: 1, holder: undefined, kind: undefined, now: ctx.now }), keepsRootKey: true });
}

/** What a key ceremony decided on before it makes anything. */
export type PlannedAuthority = { generation: number; root: AuthorityKey };

export type Plan = { organization: string; rootKind: KeyKind; replaces: boolean; /** The token that makes and keeps the root's key, as SIGNING_SERVICES names it. */ rootHolder?: string | undefined };

/**
 * Makes the root of the next generation in memory or in a token; nothing is stored yet, so that its key can be brought to safety first.
 * @throws signatures.authorityExists without `replaces` when there is an authority already; signatures.authorityTokenUnavailable
 */
export async function planAuthority(kernel: Kernel, { organization, rootKind, replaces, rootHolder }: Plan): Promise<PlannedAuthority> {
  const newest = await newestGeneration(kernel.database.pool);
  if (newest > 0 && !replaces) throw authorityErrors.authorityExists();
  const generation = newest + 1;
  return { generation, root: await makeRoot(kernel, { organization, generation, holder: rootHolder, kind: rootKind, now: kernel.clock.now() }) };
}

type NewRoot = { organization: string; generation: number; holder: string | undefined; kind: KeyKind | undefined; now: Date };

async function makeRoot(kernel: Kernel, { organization, generation, holder, kind = 'p-384', now }: NewRoot): Promise<AuthorityKey> {
  const { publicKey, ...held } = await makeKey(kernel, { holder, kind, label: keyLabel('root', generation) });
  return { ...held, certificate: await signCertificate(held, draftRoot(publicKey, { organization, generation, now })), chain: [] };
}

export type NewAuthority = PlannedAuthority & {
  organization: string;
  issuingKind: KeyKind;
  /** The token that makes and keeps every key but perhaps the root's, as SIGNING_SERVICES names it. */
  holder?: string | undefined;
  /** False when the root's key leaves the machine: the table then never sees it. */
  keepsRootKey: boolean;
  /** How long the root's first revocation list holds, in days; it cannot be renewed by itself without the key. */
  rootListDays: number;
  /**
   * The last day on which the former root is trusted; afterwards what is signed under it needs a proof from elsewhere that it is older. Unless
   * given it stays trusted: it issues nothing any more, and its certificates end by themselves.
   */
  formerUntil?: CalendarDay | undefined;
};

/**
 * Puts a planned authority to work: issuing authority, service keys, first lists. A former one goes on answering for what it issued, and its
 * root becomes a trust anchor.
 * @returns whether there was one before
 * @throws signatures.authorityExists when another ceremony came first; signatures.authorityTokenUnavailable
 */
export async function establishAuthority(ctx: CommandContext, input: NewAuthority): Promise<{ hasFormer: boolean }> {
  await ctx.query('select pg_advisory_xact_lock($1)', [CREATION_LOCK]);
  const newest = await newestGeneration(ctx);
  if (newest !== input.generation - 1) throw authorityErrors.authorityExists();
  if (newest > 0) await trustFormerRoot(ctx, { generation: newest, until: input.formerUntil });
  await establish(ctx, input);
  return { hasFormer: newest > 0 };
}

async function establish(
  ctx: CommandContext,
  input: { generation: number; organization: string; root: AuthorityKey; issuingKind?: KeyKind; holder?: string | undefined; keepsRootKey: boolean; rootListDays?: number },
): Promise<void> {
  const { generation, organization, root } = input;
  const { crl, caIssuers } = serviceUrls(ctx.kernel.config, 'root', generation);
  const { publicKey, ...held } = await makeKey(ctx.kernel, { holder: input.holder, kind: input.issuingKind ?? 'p-256', label: keyLabel('issuing', generation) });
  const draft = draftIssuing(root.certificate, publicKey, { organization, now: ctx.now, generation, urls: { crl, caIssuers } });
  const issuing = { ...held, certificate: await signCertificate(root, draft), chain: [root.certificate] };
  const rootKey = input.keepsRootKey ? root.privateKey : undefined;
  await keepKey(ctx, { role: 'root', generation, key: { certificate: root.certificate, privateKey: rootKey, place: root.place, chain: [] } });
  await keepKey(ctx, { role: 'issuing', generation, key: issuing });
  await keepIssued(ctx, 'issuing', issuing.certificate);
  await makeServiceKey(ctx, { role: 'timestamp', issuing, issuerGeneration: generation });
  await makeServiceKey(ctx, { role: 'ocsp', issuing, issuerGeneration: generation });
  if (input.rootListDays !== undefined) {
    await insertRevocationList(ctx, { issuer: 'root', generation, authority: root, holdsMs: input.rootListDays * 86_400_000 });
  }
  const { fingerprint } = root.certificate;
  ctx.record({ type: 'signatures.authority-created', agencyId: installation, subject: { type: 'authority', id: installation }, data: { organization, fingerprint } });
}

export type CeremonyRecord = {
  organization: string;
  generation: number;
  /** Each with name and post. */
  witnesses: readonly string[];
  certificates: readonly { role: string; subject: string; serial: string; sha256: string }[];
  /** Of the minutes as they were printed, in UTF-8. */
  minutesSha256: string;
};

/** Puts who was there, what was made and the hash of the minutes into the append-only record, which is signed and time-stamped by itself. */
export function recordCeremony(ctx: CommandContext, data: CeremonyRecord): Promise<void> {
  ctx.record({ type: 'signatures.ceremony-recorded', agencyId: installation, subject: { type: 'authority', id: installation }, data });
  return Promise.resolve();
}

type Reader = Pick<CommandContext, 'query'>;

async function newestGeneration(q: Reader): Promise<number> {
  const { rows } = await q.query(`select coalesce(max(generation), 0) as generation from signatures.authority_key where role = 'issuing'`);
  return Number(rows[0]?.['generation']);
}

const FORMER_BASIS = 'Cơ quan chứng thực nội bộ trước đây của hệ thống này';

/** Old signatures rest on the former root: it stays a trust anchor, with an end if one was set. */
async function trustFormerRoot(ctx: CommandContext, { generation, until }: { generation: number; until: CalendarDay | undefined }): Promise<void> {
  const { rows } = await ctx.query(`select certificate from signatures.authority_key where role = 'root' and generation = $1`, [generation]);
  // safe because the statement selects exactly this column, and each generation has its root
  const root = parseCertificate((rows[0] as { certificate: Buffer }).certificate);
  const validTo = until === undefined ? null : startOfVietnamDay(addDays(until, 1));
  const { fingerprint } = root;
  const name = root.subject.commonName ?? root.subject.text;
  await ctx.query(
    `insert into signatures.trust_anchor (fingerprint, name, certificate, legal_basis, valid_from, valid_to, added_at)
     select $1::text, $2::text, $3::bytea, $4::text, $5::timestamptz, $6::timestamptz, $7::timestamptz
      where not exists (select 1 from signatures.trust_anchor as other where other.fingerprint = $1::text)`,
    [fingerprint, name, root.raw, FORMER_BASIS, root.notBefore, validTo, ctx.now],
  );
  ctx.record({ type: 'signatures.trust-anchor-added', agencyId: installation, subject: { type: 'trust-anchor', id: installation }, data: { name, fingerprint, legalBasis: FORMER_BASIS } });
}
