import { systemActor } from '#kernel/actor.ts';
import { run, type CommandContext } from '#kernel/command.ts';
import type { Queryable } from '#kernel/database.ts';
import { service, type Kernel } from '#kernel/kernel.ts';
import { parseRevocationList } from '../../domain/pki/crl.ts';
import type { RevokedCertificate } from '../../domain/pki/revocation-list.ts';
import { isTokenAway, signRevocationList, type AuthorityKey } from './authority-key.ts';
import { authorityErrors } from './errors.ts';
import { insertRevocationList, revokedUnder, takeTurn, type ListIssuer } from './insert-list.ts';
import { builtInAuthority, type AuthorityGeneration } from './keys.ts';
import { dropOutdatedAnswers } from './ocsp-answers.ts';

const DAY_MS = 86_400_000;

/** How long a list holds, and how old it may get before the next one is published. The root revokes almost never. */
const lives = { issuing: { holdsMs: 7 * DAY_MS, renewMs: DAY_MS }, root: { holdsMs: 180 * DAY_MS, renewMs: 60 * DAY_MS } } as const;

type Wanted = { issuer: ListIssuer; /** The one in use unless given. */ generation?: number };

/**
 * Publishes the next revocation lists of an issuer, with everything that is revoked at this moment, and drops the OCSP answers that are
 * no longer true, in the caller's transaction. Of an issuing authority all generations that still last are published: the certificate
 * that was just revoked may be under any of them.
 * A revocation does not wait for a token that is away: it counts by its row, and the list that lacks it is made as soon as the token is back.
 * @throws signatures.rootKeyNotHere for a root whose key left the machine
 */
export async function publishRevocationList(ctx: CommandContext, { issuer, generation }: Wanted): Promise<void> {
  const { generations } = await builtInAuthority(ctx.kernel);
  await takeTurn(ctx);
  const wanted = generations.filter((each, index) => (generation === undefined ? index === 0 || (issuer === 'issuing' && lasts(each, ctx.now)) : each.generation === generation));
  for (const each of wanted) {
    const authority = signerOf(each, issuer);
    if (authority === undefined) throw authorityErrors.rootKeyNotHere();
    await insertRevocationList(ctx, { issuer, generation: each.generation, authority, holdsMs: lives[issuer].holdsMs }).catch((error: unknown) => {
      if (!isTokenAway(error)) throw error;
      ctx.kernel.log.warn({ err: error, issuer, generation: each.generation }, 'a revocation list waits for its token');
    });
  }
  await dropOutdatedAnswers(ctx);
}

function lasts({ issuing }: AuthorityGeneration, now: Date): boolean {
  return issuing.certificate.notAfter > now;
}

function signerOf(generation: AuthorityGeneration, issuer: ListIssuer): AuthorityKey | undefined {
  return issuer === 'issuing' ? generation.issuing : generation.root.key;
}

/** Publishes the lists whose turn has come. A root's whose key is elsewhere waits for a person; health says so in time. */
export async function publishDueRevocationLists(kernel: Kernel): Promise<void> {
  const { generations } = await builtInAuthority(kernel);
  const now = kernel.clock.now();
  for (const issuer of ['issuing', 'root'] as const) {
    for (const each of generations) {
      const isKept = each.generation === generations[0]?.generation || (issuer === 'issuing' ? lasts(each, now) : each.root.certificate.notAfter > now);
      if (isKept && signerOf(each, issuer) !== undefined) {
        await run(kernel, publishIfOlderThan, { issuer, generation: each.generation, ageMs: lives[issuer].renewMs }, { actor: systemActor('signatures.publish-revocation-lists') });
      }
    }
  }
}

/** Two that find the list old at the same moment publish one. A list that lacks a revocation, since its token was away, is old at any age. */
async function publishIfOlderThan(ctx: CommandContext, { ageMs, ...wanted }: Required<Wanted> & { ageMs: number }): Promise<void> {
  const isRecent = async (): Promise<boolean> => {
    const latest = await findLatestList(ctx, wanted);
    return latest !== undefined && ctx.now.getTime() - latest.issuedAt.getTime() < ageMs && (await isWhole(ctx, wanted.issuer, latest.content));
  };
  if (await isRecent()) return;
  await takeTurn(ctx);
  if (await isRecent()) return;
  await publishRevocationList(ctx, wanted);
}

/**
 * The list in force; the first one is made when somebody asks for it. A list that has run out is still the newest word of a root whose key
 * is elsewhere.
 * @throws signatures.rootKeyNotHere when such a root never published one
 */
export async function currentRevocationList(kernel: Kernel, issuer: ListIssuer, generation?: number): Promise<Buffer> {
  const { generations } = await builtInAuthority(kernel);
  const chosen = generation === undefined ? generations[0] : generations.find((each) => each.generation === generation);
  if (chosen === undefined) throw authorityErrors.noAuthority();
  const wanted = { issuer, generation: chosen.generation };
  const latest = await findLatestList(kernel.database.pool, wanted);
  const isHere = signerOf(chosen, issuer) !== undefined;
  if (latest !== undefined && (!isHere || latest.nextUpdate > kernel.clock.now())) return latest.content;
  if (!isHere) throw authorityErrors.rootKeyNotHere();
  await run(kernel, publishIfOlderThan, { ...wanted, ageMs: lives[issuer].holdsMs }, { actor: systemActor('signatures.publish-revocation-lists') });
  const made = await findLatestList(kernel.database.pool, wanted);
  if (made === undefined) throw authorityErrors.listWaits();
  return made.content;
}

/** Whether a list holds everything that its issuer revoked until now. */
async function isWhole(q: Queryable, issuer: ListIssuer, content: Buffer): Promise<boolean> {
  const list = parseRevocationList(content);
  const revoked = await revokedUnder(q, issuer, { certificate: { subject: list.issuer } });
  return revoked.every(({ serial }) => list.find(serial) !== undefined);
}

type LatestList = { content: Buffer; issuedAt: Date; nextUpdate: Date };

async function findLatestList(q: Queryable, { issuer, generation }: Required<Wanted>): Promise<LatestList | undefined> {
  const { rows } = await q.query(
    `select content, issued_at as "issuedAt", next_update as "nextUpdate" from signatures.revocation_list
      where issuer = $1 and generation = $2 order by number desc limit 1`,
    [issuer, generation],
  );
  // safe because the statement selects exactly these columns
  return rows[0] as LatestList | undefined;
}

/**
 * Lists of all generations that speak for this very moment, for our own validation: the published ones are up to a day old. Only a root
 * whose key is elsewhere is represented by its published list.
 */
export async function listsOfThisMoment(kernel: Kernel): Promise<Buffer[]> {
  const { generations } = await builtInAuthority(kernel);
  const now = kernel.clock.now();
  const lists: Buffer[] = [];
  for (const each of generations) {
    for (const issuer of ['root', 'issuing'] as const) {
      const authority = signerOf(each, issuer);
      const published = async (): Promise<Buffer | undefined> => (await findLatestList(kernel.database.pool, { issuer, generation: each.generation }))?.content;
      const list = authority === undefined ? await published() : await signedNow(kernel, { issuer, authority, now, published });
      if (list !== undefined) lists.push(list);
    }
  }
  return lists;
}

/** The last list of each issuer that spoke for a moment, with what was revoked then. */
const lastLists = service<WeakMap<AuthorityKey, { second: number; revoked: string; list: Buffer }>>(Symbol('momentary revocation lists'), () => new WeakMap());

/**
 * A list says its time in whole seconds (RFC 5280 section 5.1.2.4): within the same second, and with the same certificates revoked, the list
 * would say the same again, so it is not signed again. What is revoked is asked each time.
 */
async function signedInThisSecond(kernel: Kernel, { authority, now, revoked }: { authority: AuthorityKey; now: Date; revoked: readonly RevokedCertificate[] }): Promise<Buffer> {
  const kept = lastLists(kernel);
  const second = Math.floor(now.getTime() / 1000);
  const inWords = revoked.map(({ serial, revokedAt, reason }) => `${serial.toString('hex')} ${String(revokedAt.getTime())} ${reason}`).join('\n');
  const last = kept.get(authority);
  if (last?.second === second && last.revoked === inWords) return last.list;
  const list = await signRevocationList(authority, { number: 0n, now, nextUpdate: new Date(now.getTime() + 3_600_000), revoked });
  kept.set(authority, { second, revoked: inWords, list });
  return list;
}

type Momentary = { issuer: ListIssuer; authority: AuthorityKey; now: Date; published: () => Promise<Buffer | undefined> };

/** While the token is away the published list speaks, unless it lacks a revocation: nobody is to be told then that a revoked certificate is good. */
async function signedNow(kernel: Kernel, { issuer, authority, now, published }: Momentary): Promise<Buffer | undefined> {
  const revoked = await revokedUnder(kernel.database.pool, issuer, authority);
  try {
    return await signedInThisSecond(kernel, { authority, now, revoked });
  } catch (error) {
    if (!isTokenAway(error)) throw error;
    const latest = await published();
    if (latest !== undefined && !(await isWhole(kernel.database.pool, issuer, latest))) throw error;
    return latest;
  }
}
