import type { CommandContext } from '#kernel/command.ts';
import type { Id } from '#kernel/ids.ts';
import { transition } from '#engines/cases/index.ts';
import { deliveriesOf, sendNotice, type DeliveryLine } from '#engines/exchange/index.ts';
import { authenticityCodeOf } from './authenticity.ts';
import { fullNumber } from './describe-document.ts';
import { agencyOf, lockDocument, subjectOf, updateDocument } from './document-store.ts';
import { errors } from './errors.ts';
import { lifecycle } from './lifecycle.ts';
import { sentSubject } from './sent-actions.ts';
import type { DocumentRow } from './tables.ts';
import { endWaiting } from './waiting.ts';

/** The issued document that this one replaces, locked. @throws outgoing-documents.alreadyReplaced when another one was faster */
export async function lockReplaced(ctx: CommandContext, document: DocumentRow): Promise<DocumentRow | undefined> {
  if (document.replaces_id === null) return undefined;
  const replaced = await lockDocument(ctx, document.agency_id, document.replaces_id);
  if (replaced === undefined || replaced.state === 'replaced') throw errors.alreadyReplaced();
  return replaced;
}

/** What a partner was given is on its way, however long the line rests: it arrives and is replaced there. */
const hasNotLeft = ({ state, via }: DeliveryLine): boolean => (state === 'waiting' && via === null) || state === 'no_route' || state === 'returned';

/**
 * The old document points to the new one. Its recipients who get the new one learn of it by that; the others are told to
 * cancel what they have, and to whom it has not gone yet it never goes.
 */
export async function markReplaced(ctx: CommandContext, { replaced, by, recipientIds }: { replaced: DocumentRow; by: DocumentRow; recipientIds: readonly Id<'agency'>[] }): Promise<void> {
  const sent = sentSubject(replaced);
  const old = await deliveriesOf(ctx, sent);
  const rest = [...new Set(old.flatMap((line) => (hasNotLeft(line) || !recipientIds.includes(line.recipientAgencyId) ? [line.recipientAgencyId] : [])))];
  const reason = `Đã được thay thế bằng văn bản số ${fullNumber(by)}: ${by.replace_reason ?? ''}`.slice(0, 1000);
  if (rest.length > 0) await sendNotice(ctx, { ...sent, kind: 'recall', reason, recipients: rest, ifAny: true });
  await updateDocument(ctx, replaced, { state: transition(lifecycle, replaced.state, 'be-replaced'), replaced_by_id: by.id, replaced_at: ctx.now });
  await endWaiting(ctx, replaced, 'cancelled');
  ctx.record({
    type: 'outgoing-documents.document-replaced',
    agencyId: agencyOf(replaced),
    subject: subjectOf(replaced),
    data: { numberAndNotation: fullNumber(by), reason: by.replace_reason ?? '', authenticityCode: await authenticityCodeOf(ctx, replaced), byAuthenticityCode: await authenticityCodeOf(ctx, by) },
  });
}
