import type { CommandContext } from '#kernel/command.ts';
import { isCancelling, type ChangedFacts } from '../contract.ts';
import { decideNotice } from '../domain/notice.ts';
import type { MessageState } from '../domain/status.ts';
import { AUTOMATIC } from './automatic.ts';
import { carryOutDecisions } from './carry-out-decisions.ts';
import { openNotices, type DecidedNotice, type KeptNotice, type NoticeTarget } from './kept-notices.ts';

/** What became of a document that notices were about. */
export type NoticeEffect = { state: MessageState; notice: KeptNotice; changed?: ChangedFacts };

/**
 * Gives each notice its effect, in the order in which the sender made them, whatever the order of their arrival. One whose
 * document has not come yet is kept and waits for it.
 * @param fresh documents that arrive in this same moment: what became of them is told by their arrival, not by events of their own.
 * @returns the effects by the document's message.
 */
export async function settleNotices(ctx: CommandContext, notices: readonly KeptNotice[], fresh: ReadonlySet<string> = new Set()): Promise<Map<string, NoticeEffect>> {
  if (notices.length === 0) return new Map();
  const found = await lockTargets(ctx, notices);
  const effects = new Map<string, NoticeEffect>();
  const decided = notices
    .map((notice, place) => ({ notice, targets: found.get(place) ?? [] }))
    .toSorted((one, other) => one.notice.business.sequence - other.notice.business.sequence)
    .flatMap(({ notice, targets }) => (targets.length === 0 ? [{ notice, target: undefined, decision: undefined }] : targets.map((target) => judge(notice, target, effects))));
  const ended = await carryOutDecisions(ctx, { decided, fresh, by: AUTOMATIC });
  await settleLeftOver(ctx, ended);
  return effects;
}

/** Other notices that wait for an answer about documents that were just cancelled or replaced need none any more. */
export async function settleLeftOver(ctx: CommandContext, ended: readonly NoticeTarget[]): Promise<void> {
  await settleNotices(ctx, await openNotices(ctx, ended));
}

/** Judges a notice, and lets its effect show in the target for those that come after it. */
function judge(notice: KeptNotice, target: NoticeTarget, effects: Map<string, NoticeEffect>): DecidedNotice {
  const { business } = notice;
  const named = [business.of, ...(business.others ?? [])].find((each) => each.envelopeId === target.envelopeId);
  const decision = decideNotice(
    { kind: business.kind, cancels: isCancelling(business), namesThisContent: named?.contentHash === target.contentHash, sequence: business.sequence },
    { ...target, hasKeeper: target.agencyId === notice.agencyId },
  );
  if (decision.outcome === 'agree' && decision.effect !== 'none') {
    if (decision.effect === 'updated') target.sequence = business.sequence;
    else target.state = decision.effect;
    const before = effects.get(target.messageId);
    const changed = decision.effect === 'updated' ? business.changed : before?.changed;
    effects.set(target.messageId, { state: target.state, notice, ...(changed === undefined ? {} : { changed }) });
  }
  return { notice, target, decision };
}

/**
 * The documents that notices are about, locked: in the receiver's own record, or in that of the agency it succeeds. A
 * document is known by its sender and envelope; numbers do not identify it, since two senders may use the same.
 */
async function lockTargets(ctx: CommandContext, notices: readonly KeptNotice[]): Promise<Map<number, NoticeTarget[]>> {
  const wanted = notices.flatMap((notice, place) =>
    [notice.business.of, ...(notice.business.others ?? [])].flatMap(({ envelopeId }) =>
      [...new Set([notice.agencyId, notice.addressedAgencyId])].map((agencyId) => ({ place, agencyId, senderAgencyId: notice.senderAgencyId, envelopeId })),
    ),
  );
  const { rows } = await ctx.query(
    `select w.place, m.agency_id as "agencyId", m.id as "messageId", m.envelope_id as "envelopeId", encode(m.content_hash, 'hex') as "contentHash",
            m.state, m.opened_at is not null as "isOpened", m.sequence
       from unnest($1::int[], $2::uuid[], $3::uuid[], $4::uuid[]) as w (place, agency_id, sender_agency_id, envelope_id)
       join exchange.message m on m.agency_id = w.agency_id and m.sender_agency_id = w.sender_agency_id and m.envelope_id = w.envelope_id
      where m.kind in ('new', 'replace')
      order by m.agency_id, m.id for update of m`,
    [wanted.map((each) => each.place), wanted.map((each) => each.agencyId), wanted.map((each) => each.senderAgencyId), wanted.map((each) => each.envelopeId)],
  );
  // safe because the statement selects exactly these columns
  const found = rows as (NoticeTarget & { place: number })[];
  const shared = new Map<string, NoticeTarget>();
  const byPlace = new Map<number, NoticeTarget[]>();
  for (const { place, ...row } of found) {
    // one object a document, so that each notice meets what the one before it left
    const target = shared.get(row.messageId) ?? row;
    shared.set(row.messageId, target);
    byPlace.set(place, [...(byPlace.get(place) ?? []), target]);
  }
  return byPlace;
}
