import { useState, type ReactNode } from 'react';
import { Button } from '#ui/controls/button.tsx';
import { TextArea } from '#ui/controls/text-area.tsx';
import { Banner } from '#ui/feedback/banner.tsx';
import { formatDate, formatDateTime } from '#ui/format.ts';
import { useT } from '#ui/i18n.ts';
import { Link } from '#ui/navigation.tsx';
import type { IncomingDetail, NoticeView } from '../contract.ts';
import { noticeMessages } from './notice-messages.ts';
import { StepDialog } from './step-dialog.tsx';

/** What one has to know first: that it is recalled, replaced, asked back, or waited for. */
export function NoticeBanners({ document }: { document: IncomingDetail }): ReactNode {
  const t = useT(noticeMessages);
  const { recall, replacedBy, replaces, remindedAt } = document;
  const open = document.abilities.includes('answer-notice') ? document.notices.filter(({ answer }) => answer === null) : [];
  return (
    <>
      {recall !== null && (
        <Banner tone="danger" title={t(`recalled.${recall.kind}`)}>
          {t('recalledText', { sender: document.senderName, at: formatDateTime(recall.at), reason: recall.reason })}
        </Banner>
      )}
      {replacedBy !== null && (
        <Banner tone="warn" title={t('replaced')}>
          {t('replacedText')} {replacedBy.id === null ? replacedBy.number : <Link to={`/van-ban-den/${replacedBy.id}`}>{replacedBy.number}</Link>}
        </Banner>
      )}
      {replaces !== null && (
        <Banner>
          {t('replaces')} {replaces.reason} {replaces.id !== null && <Link to={`/van-ban-den/${replaces.id}`}>{t('openReplaced')}</Link>}
        </Banner>
      )}
      {document.reminded && remindedAt !== null && <Banner tone="warn">{t('reminded', { at: formatDateTime(remindedAt) })}</Banner>}
      {open.map((notice) => (
        <Asked key={notice.id} document={document} notice={notice} />
      ))}
    </>
  );
}

function Asked({ document, notice }: { document: IncomingDetail; notice: NoticeView }): ReactNode {
  const t = useT(noticeMessages);
  const [answering, setAnswering] = useState<'agree' | 'decline'>();
  const kind = notice.kind === 'update' && notice.cancels ? 'removed' : notice.kind;
  return (
    <>
      <Banner
        tone="warn"
        title={t(`ask.${kind}`, { sender: document.senderName })}
        actions={
          <>
            <Button size="small" variant={notice.cancels ? 'danger' : 'primary'} onClick={() => setAnswering('agree')}>
              {t(notice.cancels ? 'agreeCancel' : 'agreeUpdate')}
            </Button>
            <Button size="small" onClick={() => setAnswering('decline')}>
              {t('decline')}
            </Button>
          </>
        }
      >
        {t('askText', { reason: notice.reason, due: formatDateTime(notice.dueAt) })}
        {notice.changed !== null && ` ${t('changedTo', { summary: notice.changed.summary, due: notice.changed.answerDue === null ? t('noDue') : formatDate(notice.changed.answerDue) })}`}
      </Banner>
      {answering !== undefined && <AnswerDialog documentId={document.id} notice={notice} agree={answering === 'agree'} onClose={() => setAnswering(undefined)} />}
    </>
  );
}

type AnswerProps = { documentId: string; notice: NoticeView; agree: boolean; onClose: () => void };

/** Says what the answer does before it does; a refusal needs a reason. */
function AnswerDialog({ documentId, notice, agree, onClose }: AnswerProps): ReactNode {
  const t = useT(noticeMessages);
  const [reason, setReason] = useState('');
  const words = !agree ? (['declineTitle', 'declineText', 'decline'] as const) : notice.cancels ? (['agreeTitle', 'agreeText', 'agreeCancel'] as const) : (['agreeUpdateTitle', 'agreeUpdateText', 'agreeUpdate'] as const);
  return (
    <StepDialog
      documentId={documentId}
      step={`notices/${notice.id}/answer`}
      title={t(words[0])}
      text={t(words[1])}
      verb={t(words[2])}
      danger={agree && notice.cancels}
      body={{ agree, ...(agree ? {} : { reason }) }}
      done={t(agree ? 'agreedToast' : 'declinedToast')}
      onClose={onClose}
    >
      {agree ? undefined : (problem) => <TextArea label={t('reason')} required rows={4} maxLength={1000} value={reason} onChange={setReason} error={problem('reason')} />}
    </StepDialog>
  );
}
