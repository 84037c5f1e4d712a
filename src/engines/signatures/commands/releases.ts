import type { PersonActor } from '#kernel/actor.ts';
import { run, type CommandContext, type RunOptions } from '#kernel/command.ts';
import { AppError } from '#kernel/errors.ts';
import type { Id } from '#kernel/ids.ts';
import type { Kernel } from '#kernel/kernel.ts';
import { driverErrors, toAppError } from '../adapters/driver-errors.ts';
import { SigningDriverError, type SignatureRelease, type SigningDriver } from '../adapters/signing-driver.ts';
import { askForAll, type BatchWork } from '../perform-batch.ts';
import { heldWithAccess, sealFor } from '../personal-access.ts';
import { assertInForce, assertMayUse } from '../policy.ts';
import { keyHolderOf } from '../purposes.ts';
import { getCredential } from '../queries/credentials.ts';
import { getWaitingRelease } from '../queries/waiting-releases.ts';
import { keyOf } from '../signing-work.ts';
import { endBatch, enqueueTurn, findAskedBatch, giveUpBatch, RELEASE, type AskedBatch, type BatchKey } from './batch-requests.ts';
import { UNSENT_MS } from './holder-requests.ts';
import { waitingIn } from './keep-release.ts';
import { getSigning } from './signing-states.ts';
import { learnAsked } from './one-time-code.ts';

type Options = RunOptions & { actor: PersonActor };
export type BegunRelease = { url: string; verifier: string; state: string; driver: string; kind: 'person' | 'agency' };

/**
 * Asks the holder of a key where its person consents to the signatures of a batch. What is consented to is bound to these very files.
 * @throws signatures.releaseEnded when nothing waits, also for somebody else · releaseUnwanted when the service asks otherwise now, after which the
 *   documents can be signed anew · the codes of `assertMayUse`, `assertInForce` · what the driver says
 */
export async function beginRelease(kernel: Kernel, batch: BatchKey, options: Options): Promise<BegunRelease> {
  await getWaitingRelease(kernel.database.pool, options.actor, batch.batchId);
  const asked = await releaseAskedFor(kernel, batch);
  const credential = await getCredential(kernel.database.pool, asked.credential);
  assertMayUse(options.actor, credential);
  assertInForce(credential, kernel.clock.now());
  const { hash, hashes } = { hash: 'sha256' as const, hashes: asked.items.map(({ digest }) => digest) };
  try {
    const way = await releaseOf(keyHolderOf(kernel, credential.driver)).begin(heldWithAccess(kernel, credential), { hash, hashes, followedBy: asked.followedBy, description: asked.description });
    return { ...way, driver: credential.driver, kind: credential.kind };
  } catch (error) {
    if (!(error instanceof SigningDriverError)) throw error;
    const told = toAppError(error);
    if (error.problem === 'releaseUnwanted') {
      await run(kernel, giveUpBatch, { ...batch, code: told.code, again: true }, options);
      await learnAsked(kernel, keyOf(credential), options);
    }
    throw told;
  }
}

function releaseOf({ release }: SigningDriver): SignatureRelease {
  if (release === undefined) throw driverErrors.releasedOnPage();
  return release;
}

async function releaseAskedFor(kernel: Kernel, batch: BatchKey): Promise<AskedBatch> {
  const asked = await findAskedBatch(kernel.database.pool, batch);
  if (asked?.reference !== RELEASE) throw driverErrors.releaseEnded();
  return asked;
}

/** While the person is on the page the files stay locked for them. */
export async function holdForRelease(ctx: CommandContext, { until, ...batch }: BatchKey & { until: Date }): Promise<void> {
  const waiting = await waitingIn(ctx, batch);
  await ctx.query(`update signatures.signing set expires_at = greatest(expires_at, $3) where agency_id = $1 and id = any($2::uuid[]) and state = 'pending'`, [batch.agencyId, waiting.map(({ signingId }) => signingId), until]);
}

export type ReleaseOutcome = { signed: number; pending: number; problem: AppError | undefined };
export type ReleaseAnswer = BatchKey & { consentId: string; code: string; verifier: string };

/**
 * Exchanges what the browser brought back, once, keeps what it is worth, and signs with it. Killed before it is kept, nothing is signed and the files wait for
 * another consent; killed afterwards, the batch's job goes on with what was kept.
 * @throws nothing that concerns the service: that is the outcome's problem
 */
export async function finishRelease(kernel: Kernel, { consentId, code, verifier, ...batch }: ReleaseAnswer, options: Options): Promise<ReleaseOutcome> {
  try {
    const asked = await releaseAskedFor(kernel, batch);
    const credential = await getCredential(kernel.database.pool, asked.credential);
    const driver = keyHolderOf(kernel, credential.driver);
    const { secret, lastsMs } = await releaseOf(driver).finish({ code, verifier });
    await run(kernel, keepReleased, { ...batch, consentId, secret, lastsMs }, options);
    const work: BatchWork = { kernel, input: { agencyId: batch.agencyId, actor: options.actor, signingIds: asked.signingIds }, credential, driver, person: { options, secrets: { secret } }, outcomes: new Map(), requests: 0 };
    const problem = await askForAll(work, batch, asked.signingIds.map((signingId) => ({ signingId })));
    const refused = [...work.outcomes.values()].find((each) => each.state === 'refused');
    const count = (state: string): Promise<number> => (problem === undefined ? documentsIn(kernel, batch, [...work.outcomes].flatMap(([signingId, each]) => (each.state === state ? [signingId] : []))) : Promise.resolve(0));
    return { signed: await count('signed'), pending: await count('pending'), problem: problem ?? refused?.error };
  } catch (error) {
    if (error instanceof SigningDriverError) return { signed: 0, pending: 0, problem: toAppError(error) };
    if (error instanceof AppError && !error.code.startsWith('kernel.')) return { signed: 0, pending: 0, problem: error };
    throw error;
  }
}

/** A document of several files counts once. */
async function documentsIn(kernel: Kernel, { agencyId }: BatchKey, signingIds: readonly string[]): Promise<number> {
  const signings = await Promise.all(signingIds.map((signingId) => getSigning(kernel.database.pool, { agencyId, signingId })));
  return new Set(signings.map(({ subject }) => `${subject.type} ${subject.id}`)).size;
}

type Released = BatchKey & { consentId: string; secret: string; lastsMs: number };
/** A service may say anything; longer than this nobody waits for a signature. */
const LONGEST_MS = 24 * 3_600_000;

/** From the commit on the batch is a request like any other: its job signs if this process does not. */
async function keepReleased(ctx: CommandContext, { consentId, secret, lastsMs, ...batch }: Released): Promise<void> {
  const kept = await ctx.query(`update signatures.service_consent set state = 'given', access = $3, expires_at = $4 where agency_id = $1 and id = $2 and state = 'answered'`, [
    batch.agencyId,
    consentId,
    sealFor(ctx.kernel, consentId, secret),
    new Date(ctx.now.getTime() + Math.min(Math.max(lastsMs, 1000), LONGEST_MS)),
  ]);
  const { rows } = await ctx.query(`update signatures.signing_batch set holder_reference = null, turn = turn + 1 where agency_id = $1 and id = $2 and state = 'asked' and holder_reference = $3 returning turn`, [
    batch.agencyId,
    batch.batchId,
    RELEASE,
  ]);
  const turn = rows[0]?.['turn'];
  // Another consent, or giving up, was faster: this one opens nothing.
  if (kept.rowCount !== 1 || typeof turn !== 'number' || (await waitingIn(ctx, batch)).length === 0) throw driverErrors.releaseEnded();
  enqueueTurn(ctx, batch, { turn, afterMs: UNSENT_MS });
}

/** The person said no on the page: the files can be signed anew, otherwise or again. */
export async function refuseRelease(ctx: CommandContext, batch: BatchKey): Promise<void> {
  await giveUpBatch(ctx, { ...batch, code: driverErrors.releaseRefused().code, again: false });
}

/**
 * Gives up what waits for the caller's consent; the files can be signed anew at once.
 * @throws signatures.releaseEnded when nothing waits, also for somebody else
 */
export async function giveUpRelease(ctx: CommandContext, batch: BatchKey & { agencyId: Id<'agency'> }): Promise<void> {
  if (ctx.actor.kind !== 'person') throw driverErrors.releaseEnded();
  await getWaitingRelease(ctx, ctx.actor, batch.batchId);
  await giveUpBatch(ctx, { ...batch, code: driverErrors.releaseEnded().code, again: true });
}

/** Ends what nobody consented to in time; their signings were closed by their own time. */
export async function endForgottenReleases(ctx: CommandContext, { before }: { before: Date }): Promise<void> {
  const { rows } = await ctx.query(
    `select b.agency_id as "agencyId", b.id as "batchId" from signatures.signing_batch b
      where b.state = 'asked' and b.holder_reference = $1 and b.asked_at < $2
        and not exists (select 1 from signatures.service_consent c where c.agency_id = b.agency_id and c.batch_id = b.id and c.state = 'asked' and c.expires_at > $3)
        and not exists (select 1 from signatures.signing_batch_item i join signatures.signing s on s.agency_id = i.agency_id and s.id = i.signing_id and s.state = 'pending'
                         where i.agency_id = b.agency_id and i.batch_id = b.id)
      order by b.agency_id, b.id limit 200`,
    [RELEASE, before, ctx.now],
  );
  // safe because the statement selects exactly these columns
  for (const batch of rows as BatchKey[]) {
    for (const { signingId } of await waitingIn(ctx, batch)) await ctx.query('update signatures.signing set prepared = null, holder_reference = null where agency_id = $1 and id = $2', [batch.agencyId, signingId]);
    await endBatch(ctx, batch, 'given_up');
  }
}
