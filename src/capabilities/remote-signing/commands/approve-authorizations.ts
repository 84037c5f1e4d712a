import { randomBytes } from 'node:crypto';
import type { PersonActor } from '#kernel/actor.ts';
import { run, type CommandContext, type RunOptions } from '#kernel/command.ts';
import { newId } from '#kernel/ids.ts';
import { AppError } from '#kernel/errors.ts';
import type { Kernel } from '#kernel/kernel.ts';
import { closeTasks } from '#engines/cases/index.ts';
import { claimedPasskeyId, verifyAuthentication, type RelyingParty } from '#engines/identity/index.ts';
import { pinForHashes, signHashes, type SignedHash } from '#engines/signatures/index.ts';
import { approvalOptions, pinMemory } from '../adapters/signing-passkeys.ts';
import { readAuthorizations, type Authorization } from '../authorizations.ts';
import { approvalChallenge } from '../domain/activation.ts';
import { errors } from '../errors.ts';
import { ACTIVATION_MS, CEREMONY_MS, MOST_HASHES, PASSKEY_ATTEMPTS } from '../limits.ts';
import { answerHouse, OWN_HOUSE } from '../own-house.ts';
import { findCredential, owner, passkeysOf } from '../ownership.ts';
import { takeCeremony } from './ceremonies.ts';
import { closeAsRefused } from './refuse-authorization.ts';
import { forgetPins, type Forgetting } from './remember-pin.ts';

/**
 * What the browser needs so that the owner's passkey signs exactly these requests, and the PIN as the owner's devices locked it.
 * @throws remote-signing.authorizationNotFound · authorizationEnded · differentCredentials · tooManyDocuments · notEnrolled
 */
export async function beginApproval(kernel: Kernel, actor: PersonActor, { ids, party }: { ids: readonly string[]; party: RelyingParty }) {
  const person = owner(actor);
  const { pool } = kernel.database;
  const now = kernel.clock.now();
  const requests = waitingOf({ person, now, found: await readAuthorizations(pool, { agencyId: person.agencyId, ids }), ids });
  const credentialId = requests[0]?.credentialId ?? '';
  const passkeys = await passkeysOf(pool, { agencyId: person.agencyId, credentialId });
  if (passkeys.length === 0) throw errors.notEnrolled();
  const nonce = randomBytes(32);
  const approvalId = newId();
  await pool.query(
    `insert into remote_signing.ceremony (agency_id, id, person_id, credential_id, kind, nonce, authorization_ids, expires_at, hash_count) values ($1, $2, $3, $4, 'approval', $5, $6, $7, $8)`,
    [person.agencyId, approvalId, person.personId, credentialId, nonce, requests.map((each) => each.id), new Date(now.getTime() + CEREMONY_MS), countOf(requests)],
  );
  const needsPin = await typesPin(kernel, { agencyId: person.agencyId, id: credentialId });
  const options = await approvalOptions(party, { challenge: challengeOf(requests, nonce), passkeys, needsPin });
  return { approvalId, options, memory: needsPin ? pinMemory(credentialId, passkeys) : null };
}

async function typesPin(kernel: Kernel, key: { agencyId: string; id: string }): Promise<boolean> {
  const credential = await findCredential(kernel.database.pool, key);
  return credential === undefined || pinForHashes(kernel, credential) !== 'none';
}

export type Approve = {
  approvalId: string;
  response: unknown;
  /** Left out where the installation keeps the PIN of the device. */
  pin?: string | undefined;
  /** The device had kept the PIN; nobody typed it. */
  isRemembered: boolean;
  party: RelyingParty;
};

/**
 * Approves what the passkey signed: proves it against the hashes as they stand in the database, opens the key with the PIN, signs, and
 * keeps the signatures for the application to fetch. Neither PIN nor key outlives the call; when the process dies in between, the requests
 * still wait. Of two answers at once one counts. A remembered PIN that is wrong is forgotten with the first try. A hash that is withdrawn while
 * the key is at work stays without a signature.
 * @returns how many hashes were signed
 * @throws remote-signing.ceremonyEnded · passkeyRefused · authorizationEnded · authorizationChanged · rememberedPinWrong, and the codes of the engine for a wrong PIN or a certificate that ended
 */
export async function approveAuthorizations(kernel: Kernel, input: Approve, options: RunOptions & { actor: PersonActor }): Promise<number> {
  const person = owner(options.actor);
  const { pool } = kernel.database;
  const ceremony = await takeCeremony(kernel, { agencyId: person.agencyId, id: input.approvalId, personId: person.personId, kind: 'approval' });
  const found = await readAuthorizations(pool, { agencyId: person.agencyId, ids: ceremony.authorizationIds });
  const requests = waitingOf({ person, now: kernel.clock.now(), found, ids: ceremony.authorizationIds });
  if (ceremony.hashCount !== null && countOf(requests) < ceremony.hashCount) throw errors.authorizationChanged();
  await run(kernel, recordTry, { requests }, options);
  const passkeys = await passkeysOf(pool, { agencyId: person.agencyId, credentialId: ceremony.credentialId });
  const claimed = claimedPasskeyId(input.response);
  const passkey = passkeys.find((each) => each.id === claimed);
  const proof = { challenge: challengeOf(requests, ceremony.nonce).toString('base64url'), response: input.response };
  const counter = passkey === undefined ? undefined : await verifyAuthentication(input.party, { ...proof, passkey });
  if (passkey === undefined || counter === undefined) {
    await run(kernel, countWrongPasskey, { agencyId: person.agencyId, ids: ceremony.authorizationIds }, options);
    throw errors.passkeyRefused();
  }
  // Where the installation keeps the PIN, one that is sent all the same means nothing.
  const pin = (await typesPin(kernel, { agencyId: person.agencyId, id: ceremony.credentialId })) ? input.pin : undefined;
  try {
    const signatures = await signAll(kernel, { requests, pin }, options);
    const approval = { credentialId: ceremony.credentialId, passkey: { id: passkey.id, counter }, ids: requests.map((each) => each.id), signatures };
    return await run(kernel, finishApproval, { approval, typedFor: pin === undefined || input.isRemembered ? null : input.approvalId }, options);
  } catch (error) {
    const code = error instanceof AppError ? error.code : 'kernel.unexpected';
    const isForgotten = input.isRemembered && WRONG_PIN.includes(code);
    const wrong = isForgotten ? { agencyId: person.agencyId, credentialId: ceremony.credentialId, passkeyId: passkey.id } : null;
    await run(kernel, recordFailure, { requests, code, wrong }, options).catch((failure: unknown) => {
      // Where the database is gone the record is, too; what the person has to know is the first error.
      kernel.log.warn({ err: failure, code }, 'an approval that failed was not recorded');
    });
    throw isForgotten && WRONG_ONCE.includes(code) ? errors.rememberedPinWrong({ cause: error }) : error;
  }
}

/** A PIN nobody typed is told in other words than one that somebody mistyped, unless what comes next is that the key locks itself. */
const WRONG_ONCE = ['signatures.wrongPin', 'signatures.devicePinWrong'];
const WRONG_PIN = [...WRONG_ONCE, 'signatures.devicePinLastTry', 'signatures.devicePinLocked', 'signatures.credentialLocked'];

/** With a PIN that was typed, the ceremony says for five minutes which device may be told to remember it. */
async function finishApproval(ctx: CommandContext, { approval, typedFor }: { approval: Approval; typedFor: string | null }): Promise<number> {
  const signed = await keepApproval(ctx, approval);
  if (typedFor !== null) {
    const person = owner(ctx.actor);
    await ctx.query('update remote_signing.ceremony set typed_with = $3, typed_at = $4 where agency_id = $1 and id = $2', [person.agencyId, typedFor, approval.passkey.id, ctx.now]);
  }
  return signed;
}

/** One opening of the key for all hashes of one kind: a slow key file is as slow for fifty documents as for one. */
async function signAll(kernel: Kernel, { requests, pin }: { requests: readonly Authorization[]; pin: string | undefined }, options: RunOptions): Promise<Signatures> {
  const made: Signatures = new Map();
  for (const [hash, group] of Map.groupBy(requests, (request) => request.hash)) {
    const [first] = group;
    if (first === undefined) continue;
    const digests = group.flatMap((request) => request.hashes.map((each) => each.hash));
    const about = { agencyId: first.agencyId, credentialId: first.credentialId, description: first.description ?? first.clientName, transactionId: first.id };
    // An application names its algorithm when it fetches, when the key is shut again; the house has one.
    const withPss = group.some(({ clientId }) => clientId !== OWN_HOUSE.id);
    const signatures = await signHashes(kernel, { ...about, hash, digests, pin, withPss }, options);
    for (const [index, digest] of digests.entries()) {
      const signature = signatures[index];
      if (signature !== undefined) made.set(digest.toString('hex'), signature);
    }
  }
  return made;
}

/** What a key made over each hash, by its hexadecimal text. */
type Signatures = Map<string, SignedHash>;

const countOf = (requests: readonly Authorization[]): number => requests.reduce((sum, each) => sum + each.hashes.length, 0);

function challengeOf(requests: readonly Authorization[], nonce: Buffer): Buffer {
  return approvalChallenge(requests.map((each) => ({ ...each, hashes: each.hashes.map(({ hash }) => hash) })), nonce);
}

type Waiting = { person: PersonActor; now: Date; found: readonly Authorization[]; ids: readonly string[] };

/** The requests in their lasting order, when each of them is this person's own and still waits. */
function waitingOf({ person, now, found, ids }: Waiting): readonly Authorization[] {
  const own = found.filter((each) => each.personId === person.personId);
  if (own.length !== new Set(ids).size) throw errors.authorizationNotFound();
  if (own.some((each) => each.state !== 'waiting' || each.expiresAt <= now)) throw errors.authorizationEnded();
  if (new Set(own.map((each) => each.credentialId)).size > 1) throw errors.differentCredentials();
  if (countOf(own) > MOST_HASHES) throw errors.tooManyDocuments({ values: { most: MOST_HASHES } });
  return own;
}

const subjectOf = ({ id }: { id: string }) => ({ type: 'remote-authorization', id });

function recordTry(ctx: CommandContext, { requests }: { requests: readonly Authorization[] }): Promise<void> {
  for (const each of requests) ctx.record({ type: 'remote-signing.passkey-tried', agencyId: each.agencyId, subject: subjectOf(each), data: { client: each.clientName, count: each.hashes.length } });
  return Promise.resolve();
}

type Failure = { requests: readonly Authorization[]; code: string; wrong: Forgetting | null };

async function recordFailure(ctx: CommandContext, { requests, code, wrong }: Failure): Promise<void> {
  if (wrong !== null) await forgetPins(ctx, wrong);
  for (const each of requests) ctx.record({ type: 'remote-signing.authorization-failed', agencyId: each.agencyId, subject: subjectOf(each), data: { client: each.clientName, count: each.hashes.length, code } });
}

async function countWrongPasskey(ctx: CommandContext, { agencyId, ids }: { agencyId: string; ids: readonly string[] }): Promise<void> {
  const requests = (await readAuthorizations(ctx, { agencyId, ids, lock: true })).filter((each) => each.state === 'waiting');
  await ctx.query(`update remote_signing.asked_authorization set wrong_passkeys = wrong_passkeys + 1 where agency_id = $1 and id = any($2::uuid[]) and state = 'waiting' and wrong_passkeys < $3`, [agencyId, ids, PASSKEY_ATTEMPTS]);
  for (const each of requests) {
    const attempt = each.wrongPasskeys + 1;
    ctx.record({ type: 'remote-signing.passkey-refused', agencyId: each.agencyId, subject: subjectOf(each), data: { client: each.clientName, attempt } });
    if (attempt >= PASSKEY_ATTEMPTS) await closeAsRefused(ctx, each, 'sai khóa truy cập 5 lần');
  }
}

type Approval = { credentialId: string; passkey: { id: string; counter: number }; ids: readonly string[]; signatures: Signatures };

async function keepApproval(ctx: CommandContext, { credentialId, passkey, ids, signatures }: Approval): Promise<number> {
  const person = owner(ctx.actor);
  const found = await readAuthorizations(ctx, { agencyId: person.agencyId, ids, lock: true });
  const requests = waitingOf({ person, now: ctx.now, found, ids });
  await ctx.query(`update remote_signing.asked_authorization set state = 'approved', decided_at = $3, usable_until = $4 where agency_id = $1 and id = any($2::uuid[])`, [
    person.agencyId,
    ids,
    ctx.now,
    new Date(ctx.now.getTime() + ACTIVATION_MS),
  ]);
  await ctx.query('update remote_signing.passkey set counter = $4, last_used_at = $5 where agency_id = $1 and credential_id = $2 and id = $3', [person.agencyId, credentialId, passkey.id, passkey.counter, ctx.now]);
  for (const request of requests) await keepSignatures(ctx, request, signatures);
  await closeTasks(ctx, requests.map((each) => ({ agencyId: each.agencyId, subject: subjectOf(each) })), 'done');
  return countOf(requests);
}

async function keepSignatures(ctx: CommandContext, request: Authorization, made: Signatures): Promise<void> {
  const { agencyId, hashes, clientName: client } = request;
  const signatures = hashes.map(({ hash }) => {
    const signature = made.get(hash.toString('hex'));
    if (signature === undefined) throw new Error('not every hash was signed');
    return { hash, signature: signature.value, pss: signature.pss ?? null };
  });
  // What the house asked goes to its documents in this very transaction; nobody has to fetch it.
  if (!(await answerHouse(ctx, request, signatures))) {
    await ctx.query(
      `update remote_signing.asked_hash h set signature = s.signature, pss_signature = s.pss from unnest($3::bytea[], $4::bytea[], $5::bytea[]) as s (hash, signature, pss)
        where h.agency_id = $1 and h.authorization_id = $2 and h.hash = s.hash`,
      [agencyId, request.id, signatures.map((each) => each.hash), signatures.map((each) => each.signature), signatures.map((each) => each.pss)],
    );
  }
  const subject = subjectOf(request);
  ctx.record({ type: 'remote-signing.authorization-approved', agencyId, subject, data: { client, count: hashes.length } });
  for (const { hash, documentName } of hashes) {
    ctx.record({ type: 'remote-signing.hash-signed', agencyId, subject, data: { client, hash: hash.toString('hex'), document: documentName ?? request.description ?? '' } });
  }
}
