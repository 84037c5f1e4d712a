import { systemActor } from '#kernel/actor.ts';
import { run, type CommandContext } from '#kernel/command.ts';
import type { Queryable } from '#kernel/database.ts';
import type { Kernel } from '#kernel/kernel.ts';
import type { KeyHolder } from '../../domain/pki/authority.ts';
import { writeRevocationList } from '../../domain/pki/revocation-list.ts';
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
 * @throws signatures.rootKeyNotHere for a root whose key left the machine
 */
export async function publishRevocationList(ctx: CommandContext, { issuer, generation }: Wanted): Promise<void> {
  const { generations } = await builtInAuthority(ctx.kernel);
  await takeTurn(ctx);
  const wanted = generations.filter((each, index) => (generation === undefined ? index === 0 || (issuer === 'issuing' && lasts(each, ctx.now)) : each.generation === generation));
  for (const each of wanted) {
    const authority = signerOf(each, issuer);
    if (authority === undefined) throw authorityErrors.rootKeyNotHere();
    await insertRevocationList(ctx, { issuer, generation: each.generation, authority, holdsMs: lives[issuer].holdsMs });
  }
  await dropOutdatedAnswers(ctx);
}

function lasts({ issuing }: AuthorityGeneration, now: Date): boolean {
  return issuing.certificate.notAfter > now;
}

function signerOf(generation: AuthorityGeneration, issuer: ListIssuer): KeyHolder | undefined {
  if (issuer === 'issuing') return generation.issuing;
  const { certificate, privateKey } = generation.root;
  return privateKey === undefined ? undefined : { certificate, privateKey };
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

/** Two that find the list old at the same moment publish one. */
async function publishIfOlderThan(ctx: CommandContext, { ageMs, ...wanted }: Required<Wanted> & { ageMs: number }): Promise<void> {
  const isRecent = async (): Promise<boolean> => {
    const latest = await findLatestList(ctx, wanted);
    return latest !== undefined && ctx.now.getTime() - latest.issuedAt.getTime() < ageMs;
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
  if (made === undefined) throw new Error('the revocation list vanished while it was being published');
  return made.content;
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
      if (authority === undefined) {
        const published = await findLatestList(kernel.database.pool, { issuer, generation: each.generation });
        if (published !== undefined) lists.push(published.content);
      } else {
        const revoked = await revokedUnder(kernel.database.pool, issuer, authority);
        lists.push(writeRevocationList(authority, { number: 0n, now, nextUpdate: new Date(now.getTime() + 3_600_000), revoked }));
      }
    }
  }
  return lists;
}
