import { hkdfSync } from 'node:crypto';
import { systemActor } from '#kernel/actor.ts';
import { run, type CommandContext } from '#kernel/command.ts';
import type { Config } from '#kernel/config.ts';
import { service, type Kernel } from '#kernel/kernel.ts';
import {
  createIssuingAuthority,
  createRootAuthority,
  generateKey,
  issueCertificate,
  serviceSubject,
  type Authority,
  type KeyHolder,
  type ServiceUrls,
} from '../../domain/pki/authority.ts';
import type { Certificate } from '../../domain/pki/certificate.ts';
import { readPkcs12, writePkcs12 } from '../../domain/pki/pkcs12.ts';
import { createTimestampAuthority, type TimestampAuthority } from '../../domain/pki/timestamp-authority.ts';
import { signatureErrors } from '../../errors.ts';
import { installation } from '../../events.ts';
import type { AuthorityRole, Tables } from '../../tables.ts';

/** The built-in authority with its keys opened. It is not a public authority, and its names say so. */
export type BuiltInAuthority = {
  root: Authority;
  issuing: Authority;
  ocsp: KeyHolder;
  timestamp: TimestampAuthority;
  timestampCertificate: Certificate;
};

type Opened = { authority: BuiltInAuthority; openedAt: number };

/** Another process may have renewed a service key: what was opened is looked at again after this time. */
const REOPEN_AFTER_MS = 3_600_000;
const RENEW_BEFORE_MS = 60 * 86_400_000;
/** The passwords are 256 random bits, so the rounds protect nothing more. */
const KEY_ROUNDS = 10_000;
/** Any number that is ours: two processes that start at once make one authority. */
const CREATION_LOCK = 7_249_101;

const openedAuthority = service<{ current: Promise<Opened> | undefined }>(Symbol('built-in authority'), () => ({ current: undefined }));

/**
 * The installation's own authority; made at the first call of the first process, shared by all.
 * @throws signatures.authorityLocked when APP_SECRET is not the one the keys were made with.
 */
export async function builtInAuthority(kernel: Kernel): Promise<BuiltInAuthority> {
  const holder = openedAuthority(kernel);
  const opened = await holder.current?.catch(() => undefined);
  if (opened !== undefined && kernel.clock.now().getTime() - opened.openedAt < REOPEN_AFTER_MS) return opened.authority;
  const opening = open(kernel);
  holder.current = opening;
  return (await opening).authority;
}

async function open(kernel: Kernel): Promise<Opened> {
  const openedAt = kernel.clock.now().getTime();
  const authority =
    (await load(kernel)) ?? (await run(kernel, createAuthority, {}, { actor: systemActor('signatures.authority') }).then(() => load(kernel)));
  if (authority === undefined) throw new Error('the built-in authority vanished while it was being made');
  return { authority, openedAt };
}

async function load(kernel: Kernel): Promise<BuiltInAuthority | undefined> {
  const { rows } = await kernel.database.pool.query<{ role: AuthorityRole; container: Buffer }>(
    'select distinct on (role) role, container from signatures.authority_key order by role, generation desc',
  );
  if (rows.length < 4) return undefined;
  const keys = new Map(await Promise.all(rows.map(async (row) => [row.role, await openContainer(kernel.config, row.role, row.container)] as const)));
  const get = (role: AuthorityRole): Authority => {
    const key = keys.get(role);
    if (key === undefined) throw new Error(`the authority has no ${role} key`);
    return key;
  };
  const timestamp = get('timestamp');
  return {
    root: get('root'),
    issuing: get('issuing'),
    ocsp: get('ocsp'),
    timestamp: createTimestampAuthority({ ...timestamp, chain: [get('issuing').certificate] }),
    timestampCertificate: timestamp.certificate,
  };
}

async function openContainer(config: Config, role: AuthorityRole, container: Buffer): Promise<Authority> {
  try {
    const { privateKey, certificate, chain } = await readPkcs12(container, passwordFor(config, role));
    return { privateKey, certificate, chain };
  } catch (error) {
    throw signatureErrors.authorityLocked({ cause: error, internal: role });
  }
}

function passwordFor(config: Config, role: AuthorityRole): string {
  return Buffer.from(hkdfSync('sha256', config.appSecret, '', `lienthong signatures authority ${role}`, 32)).toString('base64url');
}

/** The addresses in certificates, where verifiers look for revocations. */
export function serviceUrls(config: Config, issuer: 'root' | 'issuing'): Required<ServiceUrls> {
  const base = (config.publicUrl ?? `http://localhost:${String(config.port)}`).replace(/\/$/, '');
  return issuer === 'root'
    ? { crl: `${base}/pki/root.crl`, ocsp: `${base}/pki/ocsp`, caIssuers: `${base}/pki/root.crt` }
    : { crl: `${base}/pki/crl.crl`, ocsp: `${base}/pki/ocsp`, caIssuers: `${base}/pki/issuing.crt` };
}

/** Makes root, issuing authority, time-stamping and OCSP keys unless they exist. Whoever comes second finds them made. */
export async function createAuthority(ctx: CommandContext, input: { organization?: string }): Promise<void> {
  await ctx.query('select pg_advisory_xact_lock($1)', [CREATION_LOCK]);
  const { rows } = await ctx.query('select 1 from signatures.authority_key limit 1');
  if (rows.length > 0) return;
  const organization = input.organization ?? 'Liên Thông';
  const { now } = ctx;
  const root = await createRootAuthority({ organization, now });
  const { crl, caIssuers } = serviceUrls(ctx.kernel.config, 'root');
  const issuing = await createIssuingAuthority(root, { organization, now, urls: { crl, caIssuers } });
  await keepKey(ctx, { role: 'root', generation: 1, key: root });
  await keepKey(ctx, { role: 'issuing', generation: 1, key: issuing });
  await keepIssued(ctx, 'issuing', issuing.certificate);
  await makeServiceKey(ctx, { role: 'timestamp', generation: 1, issuing });
  await makeServiceKey(ctx, { role: 'ocsp', generation: 1, issuing });
  const { fingerprint } = root.certificate;
  ctx.record({ type: 'signatures.authority-created', agencyId: installation, subject: { type: 'authority', id: installation }, data: { organization, fingerprint } });
}

/** Replaces the time-stamping and OCSP keys that end within two months. Returns the roles renewed. */
export async function renewServiceKeys(ctx: CommandContext): Promise<AuthorityRole[]> {
  await ctx.query('select pg_advisory_xact_lock($1)', [CREATION_LOCK]);
  const { rows } = await ctx.query(
    `select role, max(generation) as generation from signatures.authority_key where role in ('timestamp', 'ocsp')
      group by role having max(valid_to) < $1`,
    [new Date(ctx.now.getTime() + RENEW_BEFORE_MS)],
  );
  if (rows.length === 0) return [];
  const { issuing } = await builtInAuthority(ctx.kernel);
  const renewed: AuthorityRole[] = [];
  for (const row of rows) {
    const role = row['role'] === 'ocsp' ? 'ocsp' : 'timestamp';
    const fingerprint = await makeServiceKey(ctx, { role, generation: Number(row['generation']) + 1, issuing });
    ctx.record({ type: 'signatures.service-key-renewed', agencyId: installation, subject: { type: 'authority', id: installation }, data: { service: role, fingerprint } });
    renewed.push(role);
  }
  return renewed;
}

/** Lets this process open the keys anew at the next use. */
export function forgetOpenedAuthority(kernel: Kernel): void {
  openedAuthority(kernel).current = undefined;
}

const SERVICE_NAMES = { timestamp: 'Máy chủ cấp dấu thời gian nội bộ Liên Thông', ocsp: 'Máy chủ OCSP nội bộ Liên Thông' } as const;

async function makeServiceKey(
  ctx: CommandContext,
  { role, generation, issuing }: { role: 'timestamp' | 'ocsp'; generation: number; issuing: Authority },
): Promise<string> {
  const { publicKey, privateKey } = await generateKey('p-256');
  const subject = serviceSubject(issuing.certificate.subject.organization ?? 'Liên Thông', SERVICE_NAMES[role]);
  const urls = role === 'timestamp' ? { urls: serviceUrls(ctx.kernel.config, 'issuing') } : {};
  const certificate = issueCertificate(issuing, { kind: role, subject, publicKey, now: ctx.now, ...urls });
  await keepKey(ctx, { role, generation, key: { certificate, privateKey, chain: [issuing.certificate] } });
  await keepIssued(ctx, role, certificate);
  return certificate.fingerprint;
}

async function keepKey(ctx: CommandContext, { role, generation, key }: { role: AuthorityRole; generation: number; key: Authority }): Promise<void> {
  const { certificate, privateKey, chain } = key;
  const container = await writePkcs12({ privateKey, certificate, chain, password: passwordFor(ctx.kernel.config, role), iterations: KEY_ROUNDS });
  await ctx
    .tables<Tables>()
    .insertInto('signatures.authority_key')
    .values({ role, generation, certificate: certificate.raw, container, valid_from: certificate.notBefore, valid_to: certificate.notAfter, created_at: ctx.now })
    .execute();
}

async function keepIssued(ctx: CommandContext, purpose: 'issuing' | 'timestamp' | 'ocsp', certificate: Certificate): Promise<void> {
  await ctx
    .tables<Tables>()
    .insertInto('signatures.issued_certificate')
    .values({
      serial: certificate.serialHex,
      purpose,
      subject: certificate.subject.text,
      certificate: certificate.raw,
      agency_id: null,
      credential_id: null,
      issued_at: ctx.now,
      valid_to: certificate.notAfter,
      state: 'valid',
      revoked_at: null,
      reason: null,
    })
    .execute();
}
