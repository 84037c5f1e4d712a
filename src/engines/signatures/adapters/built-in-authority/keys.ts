import { systemActor } from '#kernel/actor.ts';
import { run, type CommandContext } from '#kernel/command.ts';
import type { Queryable } from '#kernel/database.ts';
import { service, type Kernel } from '#kernel/kernel.ts';
import { parseCertificate, type Certificate } from '../../domain/pki/certificate.ts';
import { installation } from '../../events.ts';
import { timestampService, type AuthorityKey, type TimestampService } from './authority-key.ts';
import { createAuthority } from './create-authority.ts';
import { CREATION_LOCK, makeServiceKey, openKey, type AuthorityRole, type StoredKey } from './kept-keys.ts';

/** The root; without a key when that left the machine after a key ceremony. */
export type RootAuthority = { certificate: Certificate; key: AuthorityKey | undefined };

/** A root with the issuing authority under it and what answers for its certificates. Each ceremony makes the next generation. */
export type AuthorityGeneration = { generation: number; root: RootAuthority; issuing: AuthorityKey; ocsp: AuthorityKey };

/** The built-in authority with its keys opened. It is not a public authority, and its names say so. */
export type BuiltInAuthority = AuthorityGeneration & {
  timestamp: TimestampService;
  timestampCertificate: Certificate;
  /** All of them, the one in use first: what a former one issued is answered for as long as it may be asked about. */
  generations: readonly AuthorityGeneration[];
};

type Opened = { authority: BuiltInAuthority; keys: number; lookedAt: number };

/** Another process may have renewed a service key or replaced the authority: after this time it is asked how many keys there are. */
const LOOK_AGAIN_MS = 60_000;
const RENEW_BEFORE_MS = 60 * 86_400_000;

const openedAuthority = service<{ current: Promise<Opened> | undefined }>(Symbol('built-in authority'), () => ({ current: undefined }));

/**
 * The installation's own authority; made at the first call of the first process, shared by all.
 * @throws signatures.authorityLocked when APP_SECRET is not the one the keys were made with.
 */
export async function builtInAuthority(kernel: Kernel): Promise<BuiltInAuthority> {
  const holder = openedAuthority(kernel);
  const opened = await holder.current?.catch(() => undefined);
  const now = kernel.clock.now().getTime();
  if (opened !== undefined && now - opened.lookedAt < LOOK_AGAIN_MS) return opened.authority;
  if (opened !== undefined && (await countKeys(kernel.database.pool)) === opened.keys) {
    opened.lookedAt = now;
    return opened.authority;
  }
  const opening = open(kernel);
  holder.current = opening;
  return (await opening).authority;
}

async function countKeys(q: Queryable): Promise<number> {
  const { rows } = await q.query('select count(*) as count from signatures.authority_key');
  return Number(rows[0]?.['count']);
}

async function open(kernel: Kernel): Promise<Opened> {
  const opened = (await load(kernel)) ?? (await run(kernel, createAuthority, {}, { actor: systemActor('signatures.authority') }).then(() => load(kernel)));
  if (opened === undefined) throw new Error('the built-in authority vanished while it was being made');
  return opened;
}

async function load(kernel: Kernel): Promise<Opened | undefined> {
  const lookedAt = kernel.clock.now().getTime();
  const { rows } = await kernel.database.pool.query<{ role: AuthorityRole; generation: number; certificate: Buffer; container: Buffer | null; holder: string | null; keyId: string | null }>(
    'select role, generation, certificate, container, holder, key_id as "keyId" from signatures.authority_key order by generation desc',
  );
  const stored = rows.map((row): StoredKey => ({ ...row, certificate: parseCertificate(row.certificate) }));
  const of = (role: AuthorityRole): StoredKey[] => stored.filter((key) => key.role === role);
  // A service's keys are renewed more often than their issuer, and have numbers of their own.
  const under = (role: AuthorityRole, issuer: StoredKey): StoredKey | undefined => of(role).find(({ certificate }) => certificate.issuer.raw.equals(issuer.certificate.subject.raw));
  const generations = await Promise.all(
    of('issuing').map(async (issuing): Promise<AuthorityGeneration> => {
      const root = of('root').find(({ generation }) => generation === issuing.generation);
      const ocsp = under('ocsp', issuing);
      if (root === undefined || ocsp === undefined) throw new Error(`generation ${String(issuing.generation)} of the authority is not whole`);
      const isRootHere = root.container !== null || root.holder !== null;
      return {
        generation: issuing.generation,
        root: { certificate: root.certificate, key: isRootHere ? await openKey(kernel, root) : undefined },
        issuing: await openKey(kernel, issuing),
        ocsp: await openKey(kernel, ocsp),
      };
    }),
  );
  const [current] = generations;
  const [issuing] = of('issuing');
  const timestampKey = issuing && under('timestamp', issuing);
  if (current === undefined || timestampKey === undefined) return undefined;
  const timestamp = await openKey(kernel, timestampKey);
  return {
    lookedAt,
    keys: stored.length,
    authority: {
      ...current,
      timestamp: timestampService({ ...timestamp, chain: [current.issuing.certificate] }),
      timestampCertificate: timestamp.certificate,
      generations,
    },
  };
}

/**
 * Replaces the time-stamping and OCSP keys that end within two months; a former generation keeps its OCSP key as long as its issuing
 * authority lasts. Returns the roles renewed.
 */
export async function renewServiceKeys(ctx: CommandContext): Promise<('timestamp' | 'ocsp')[]> {
  await ctx.query('select pg_advisory_xact_lock($1)', [CREATION_LOCK]);
  if ((await countKeys(ctx)) === 0) return [];
  // Another process may have renewed them while this one waited.
  forgetOpenedAuthority(ctx.kernel);
  const { generations, timestampCertificate, generation: current } = await builtInAuthority(ctx.kernel);
  const ends = (certificate: Certificate): boolean => certificate.notAfter.getTime() < ctx.now.getTime() + RENEW_BEFORE_MS;
  const renewed: ('timestamp' | 'ocsp')[] = [];
  for (const each of generations.filter(({ issuing }) => issuing.certificate.notAfter > ctx.now)) {
    const roles = [...(ends(each.ocsp.certificate) ? ['ocsp' as const] : []), ...(each.generation === current && ends(timestampCertificate) ? ['timestamp' as const] : [])];
    for (const role of roles) {
      const fingerprint = await makeServiceKey(ctx, { role, issuing: each.issuing, issuerGeneration: each.generation });
      ctx.record({ type: 'signatures.service-key-renewed', agencyId: installation, subject: { type: 'authority', id: installation }, data: { service: role, fingerprint } });
      renewed.push(role);
    }
  }
  return renewed;
}

/** Lets this process open the keys anew at the next use. */
export function forgetOpenedAuthority(kernel: Kernel): void {
  openedAuthority(kernel).current = undefined;
}
