import type { ReactNode } from 'react';
import { Button } from '#ui/controls/button.tsx';
import { Banner } from '#ui/feedback/banner.tsx';
import { formatDateTime } from '#ui/format.ts';
import { useLanguage, useT } from '#ui/i18n.ts';
import { Link } from '#ui/navigation.tsx';
import type { OutgoingDetail } from '../contract.ts';
import { declinedWords } from '../domain/delivery-words.ts';
import { sentMessages } from './sent-messages.ts';
import { useDocumentAction } from './use-document-action.ts';

/** What one has to know first of a document that is no longer in force, replaces another, or met a refusal. */
export function SentBanners({ document }: { document: OutgoingDetail }): ReactNode {
  const t = useT(sentMessages);
  const { recall, replacedBy, replaces } = document;
  const dueAt = document.issuedAt === null ? document.sendDueAt : null;
  const isOverdue = dueAt !== null && Date.parse(dueAt) < Date.now();
  return (
    <>
      {dueAt !== null && <Banner tone={isOverdue ? 'danger' : 'info'}>{t(isOverdue ? 'sendOverdue' : 'sendBy', { at: formatDateTime(dueAt) })}</Banner>}
      {recall !== null && (
        <Banner tone="danger" title={t('recalledTitle')}>
          {t('recalledBanner', { by: recall.by, at: formatDateTime(recall.at), reason: recall.reason })}
        </Banner>
      )}
      {replacedBy !== null && (
        <Banner tone="warn" title={t('replacedTitle')}>
          {t('replacedBanner', { at: formatDateTime(replacedBy.at) })} <Link to={`/van-ban-di/${replacedBy.id}`}>{replacedBy.numberAndNotation}</Link>
        </Banner>
      )}
      {replaces !== null && (
        <Banner>
          {t('replacesBanner')} <Link to={`/van-ban-di/${replaces.id}`}>{replaces.numberAndNotation}</Link>: {replaces.reason}
        </Banner>
      )}
      {document.answersId !== null && (
        <Banner>
          {t('answersBanner')} <Link to={`/van-ban-den/${document.answersId}`}>{t('openAnswered')}</Link>
        </Banner>
      )}
      {document.abilities.includes('read-answer') && <Refused document={document} />}
    </>
  );
}

function Refused({ document }: { document: OutgoingDetail }): ReactNode {
  const t = useT(sentMessages);
  const { language } = useLanguage();
  const read = useDocumentAction<OutgoingDetail>({ documentId: document.id, step: 'read-answers', done: () => t('readToast') });
  const refusals = document.recipients.flatMap(({ name, delivery }) => {
    const notice = delivery?.notices.findLast(({ state }) => state === 'declined');
    return notice === undefined ? [] : [t('refusedBy', { name, what: declinedWords(notice.kind)[language], reason: notice.answerReason ?? '' })];
  });
  return (
    <Banner
      tone="warn"
      title={t('refusedTitle')}
      actions={
        <Button size="small" loading={read.isPending} onClick={() => read.mutate({})}>
          {t('read')}
        </Button>
      }
    >
      {refusals.join('; ')}
    </Banner>
  );
}
