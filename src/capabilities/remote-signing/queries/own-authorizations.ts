import type { PersonActor } from '#kernel/actor.ts';
import type { Kernel } from '#kernel/kernel.ts';
import { isoInVietnam } from '#kernel/time.ts';
import { credentialsByKey, listCredentials, pinForHashes } from '#engines/signatures/index.ts';
import { authorizationsOf, type Authorization } from '../authorizations.ts';
import type { AskedAuthorization, AskedKey, AuthorizationList, RemoteCredentialList } from '../contract.ts';
import { MOST_HASHES } from '../limits.ts';
import { owner, passkeysOf, type Credential } from '../ownership.ts';

/** What waits for the caller, oldest first, and the twenty that were decided last. */
export async function ownAuthorizations(kernel: Kernel, actor: PersonActor): Promise<AuthorizationList> {
  const { agencyId, personId } = owner(actor);
  const { pool } = kernel.database;
  const now = kernel.clock.now();
  const waiting = await authorizationsOf(pool, { agencyId, personId, isWaiting: true, now });
  const decided = await authorizationsOf(pool, { agencyId, personId, isWaiting: false, now });
  const ids = [...new Set([...waiting, ...decided].map((each) => each.credentialId))];
  const credentials = await credentialsByKey(pool, ids.map((id) => ({ agencyId, id })));
  const labels = new Map<string, string>(credentials.map((each) => [each.id, each.label]));
  const isAsked = new Set(waiting.map((each) => each.credentialId));
  const keys = await Promise.all(credentials.filter(({ id }) => isAsked.has(id)).map((each) => askedKey(kernel, each)));
  const describe = (each: Authorization): AskedAuthorization => ({
    id: each.id,
    credentialId: each.credentialId,
    credentialLabel: labels.get(each.credentialId) ?? '',
    clientName: each.clientName,
    description: each.description,
    hashAlgorithm: each.hash,
    // One that ran out a moment ago and was not swept yet.
    state: each.state === 'waiting' && each.expiresAt <= now ? 'expired' : each.state,
    askedAt: isoInVietnam(each.askedAt),
    expiresAt: isoInVietnam(each.expiresAt),
    decidedAt: each.decidedAt === null ? null : isoInVietnam(each.decidedAt),
    documents: each.hashes.map(({ hash, documentName, documentLink }) => ({ name: documentName, link: documentLink, hash: hash.toString('hex') })),
  });
  return { waiting: waiting.map(describe), decided: decided.map(describe), keys, mostDocuments: MOST_HASHES };
}

async function askedKey(kernel: Kernel, credential: Credential): Promise<AskedKey> {
  const passkeys = await passkeysOf(kernel.database.pool, { agencyId: credential.agency_id, credentialId: credential.id });
  const needsPin = pinForHashes(kernel, credential) !== 'none';
  return { credentialId: credential.id, needsPin, remembersPin: passkeys.some((each) => each.lockedPin !== null), mayRememberPin: passkeys.every((each) => each.mayRememberPin) };
}

/** The caller's own certificates that can be opened to remote signing, and those that are: keys whose holder asks elsewhere are none of them. */
export async function ownRemoteCredentials(kernel: Kernel, actor: PersonActor): Promise<RemoteCredentialList> {
  const { agencyId, personId } = owner(actor);
  const { pool } = kernel.database;
  const now = kernel.clock.now();
  const own = await listCredentials(pool, { agencyId, personId, kind: 'person' });
  const credentials = await Promise.all(
    own
      .filter((each) => each.state === 'active' && each.valid_to > now && pinForHashes(kernel, each) !== 'notHere')
      .slice(0, 20)
      .map(async (each) => {
        const { id, label, serial, valid_to: validTo } = each;
        const passkeys = (await passkeysOf(pool, { agencyId, credentialId: id })).map((passkey) => ({ id: passkey.id, name: passkey.name, remembersPin: passkey.lockedPin !== null }));
        return { id, label, serial, validTo: isoInVietnam(validTo), isEnrolled: passkeys.length > 0, needsPin: pinForHashes(kernel, each) === 'typed', passkeys };
      }),
  );
  return { credentials };
}
