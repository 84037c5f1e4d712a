import type { CommandContext } from '#kernel/command.ts';
import { newId, type Id } from '#kernel/ids.ts';
import { readAuthorizations, type AskedHash, type Authorization } from '../authorizations.ts';
import { CscError, invalid } from '../csc-errors.ts';
import { placeOfActivation, type HashAlgorithm } from '../domain/activation.ts';

export type ReleaseSignatures = {
  clientId: string;
  agencyId: string;
  credentialId: string;
  activationData: string;
  hash: HashAlgorithm;
  hashes: readonly Buffer[];
  /** Wanted as RSASSA-PSS. */
  isPss: boolean;
  /** The application said that it fetches the answer later, or fetches it again. */
  isAsynchronous: boolean;
};

export type Released = { responseId: string; signatures: Buffer[] };

/**
 * Hands out the signatures that the owner's approval made. Activation data open exactly the approved hashes, each once, for some minutes.
 * What a hash was signed to in the other way is taken away with it: one hash is one signature outside.
 * An application whose answer was lost repeats the call asynchronously and is told under which number the answer lies.
 * @throws CscError invalid_request
 */
export async function releaseSignatures(ctx: CommandContext, input: ReleaseSignatures): Promise<Released> {
  const request = await requestOf(ctx, input);
  const asked = input.hashes.map((hash) => request.hashes.find((each) => each.hash.equals(hash)));
  const found = asked.filter((each) => each !== undefined);
  if (found.length !== input.hashes.length || request.hash !== input.hash) throw new CscError('invalid_request', 'Hash is not authorized by the SAD');
  const [first] = found;
  const earlier = first?.responseId ?? null;
  const isRepeat = earlier !== null && found.every((each, index) => each.responseId === earlier && each.responsePosition === index);
  const valueOf = (each: AskedHash): Buffer | null => (input.isPss ? each.pssSignature : each.signature);
  if (isRepeat && input.isAsynchronous && found.every((each) => valueOf(each) !== null)) return { responseId: earlier, signatures: [] };
  const signatures = found.flatMap((each) => (each.releasedAt !== null ? [] : (valueOf(each) ?? [])));
  // The same hash twice in one call would be handed out twice.
  if (signatures.length !== found.length || new Set(found).size !== found.length) throw invalid('SAD');
  const responseId = newId();
  await ctx.query(
    `update remote_signing.asked_hash h set released_at = $3, response_id = $4, response_position = r.position - 1, ${input.isPss ? 'signature' : 'pss_signature'} = null
       from unnest($5::bytea[]) with ordinality as r (hash, position)
      where h.agency_id = $1 and h.authorization_id = $2 and h.hash = r.hash`,
    [request.agencyId, request.id, ctx.now, responseId, input.hashes],
  );
  const subject = { type: 'remote-authorization', id: request.id };
  ctx.record({ type: 'remote-signing.signatures-released', agencyId: request.agencyId, subject, data: { client: request.clientName, count: found.length } });
  return { responseId, signatures };
}

export type RefusedRelease = { clientName: string; activationData: string; reason: string };

/** That activation data of ours were brought where they open nothing: used up, too late, for other hashes, or by somebody else. */
export function recordRefusedRelease(ctx: CommandContext, { clientName: client, activationData, reason }: RefusedRelease): Promise<void> {
  const place = placeOfActivation(ctx.kernel.config.appSecret, activationData);
  // What was not made here belongs to no request, and to no agency's record.
  if (place !== undefined) {
    // safe because it was proved to be made here, with the id of an agency
    const agencyId = place.agencyId as Id<'agency'>;
    ctx.record({ type: 'remote-signing.signatures-refused', agencyId, subject: { type: 'remote-authorization', id: place.id }, data: { client, reason } });
  }
  return Promise.resolve();
}

async function requestOf(ctx: CommandContext, { activationData, clientId, agencyId, credentialId }: ReleaseSignatures): Promise<Authorization> {
  const place = placeOfActivation(ctx.kernel.config.appSecret, activationData);
  if (place?.agencyId !== agencyId) throw invalid('SAD');
  const [request] = await readAuthorizations(ctx, { agencyId, ids: [place.id], lock: true });
  if (request?.clientId !== clientId || request.credentialId !== credentialId || request.state !== 'approved') throw invalid('SAD');
  if (request.usableUntil === null || request.usableUntil <= ctx.now) throw new CscError('invalid_request', 'SAD expired');
  return request;
}
