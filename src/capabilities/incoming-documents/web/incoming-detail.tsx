import FileCheck from 'lucide-react/icons/file-check';
import Undo2 from 'lucide-react/icons/undo-2';
import { useQuery } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { useApi } from '#ui/api-context.tsx';
import { Button } from '#ui/controls/button.tsx';
import { DeadlineMark } from '#ui/data/deadline-mark.tsx';
import { Tabs } from '#ui/data/tabs.tsx';
import type { TimelineReply } from '#engines/audit/contract.ts';
import { Banner } from '#ui/feedback/banner.tsx';
import { EmptyState } from '#ui/feedback/empty-state.tsx';
import { ErrorState } from '#ui/feedback/error-state.tsx';
import { Skeleton, SkeletonGroup } from '#ui/feedback/skeleton.tsx';
import { useT } from '#ui/i18n.ts';
import { Detail } from '#ui/layout/detail.tsx';
import { Link, useParam, useSearch } from '#ui/navigation.tsx';
import { PdfViewer } from '#ui/pdf/pdf-viewer.tsx';
import { RecordTimeline } from '#ui/route/record-timeline.tsx';
import type { IncomingDetail } from '../contract.ts';
import { numberOf } from '../domain/number-words.ts';
import { ArrivalStamp } from './arrival-stamp.tsx';
import { Copies } from './copies.tsx';
import { copyMessages } from './copy-messages.ts';
import { DestructionNotice } from './destruction-notice.tsx';
import { HandlingActions } from './handling-actions.tsx';
import { handlingMessages } from './handling-messages.ts';
import { HandlingSlip } from './handling-slip.tsx';
import { HandlingTree } from './handling-tree.tsx';
import { IncomingFacts } from './incoming-facts.tsx';
import { IncomingValidation, useMainReport } from './incoming-validation.tsx';
import { IncomingStateMark, UrgencyBadge, VerdictMark } from './inbox-columns.tsx';
import { messages } from './messages.ts';
import { NoticeBanners } from './notice-banners.tsx';
import { noticeMessages } from './notice-messages.ts';
import { RefuseDialog } from './refuse-dialog.tsx';
import { useRegister } from './use-register.ts';

/** One incoming document: what it says of itself, its page, its signatures, its record, and the clerk's two verbs. */
export function IncomingDetailPage(): ReactNode {
  const id = useParam('id') ?? '';
  const api = useApi();
  const document = useQuery({ queryKey: ['incoming-documents', 'detail', id], queryFn: ({ signal }) => api.get<IncomingDetail>(`/api/v1/incoming-documents/${id}`, { signal }) });
  if (document.error !== null) return <ErrorState error={document.error} onRetry={() => void document.refetch()} />;
  if (document.data === undefined) {
    return (
      <SkeletonGroup>
        <Skeleton shape="title" />
        <Skeleton shape="text" />
        <Skeleton shape="block" height="60vh" />
      </SkeletonGroup>
    );
  }
  return <Opened key={id} document={document.data} />;
}

type View = 'document' | 'stamp' | 'copies' | 'handling' | 'slip' | 'destruction' | 'facts' | 'signatures' | 'timeline';

function Opened({ document }: { document: IncomingDetail }): ReactNode {
  const t = useT(messages);
  const tNotice = useT(noticeMessages);
  const tHandling = useT(handlingMessages);
  const tCopy = useT(copyMessages);
  const [{ xem: asked }] = useSearch();
  useMainReport(document);
  const hasCopies = document.copies.list.length > 0 || document.copies.choices.length > 0;
  const hasStamp = document.stamp.mayStamp || document.stamp.made !== null;
  const [view, setView] = useState<View>(document.recall !== null ? 'destruction' : asked === 'ban-sao' && hasCopies ? 'copies' : asked === 'dau-den' && hasStamp ? 'stamp' : 'document');
  const main = document.files.find((file) => file.role === 'main');
  return (
    <Detail
      lead={
        <>
          {`${document.typeName} ${numberOf(document)}`} <UrgencyBadge urgency={document.urgency} t={t} />
        </>
      }
      title={document.summary}
      marks={
        <>
          <span>{document.senderName}</span> <IncomingStateMark state={document.state} t={t} /> <VerdictMark medium={document.medium} verdict={document.verdict} t={t} alone />
          {document.handlingDue !== null && <DeadlineMark due={document.handlingDue} now={new Date()} />}
        </>
      }
      actions={document.abilities.some((ability) => ability !== 'answer-notice') || document.handling.mayReply ? <Actions document={document} /> : undefined}
    >
      <NoticeBanners document={document} />
      <ReturnBanner document={document} />
      {document.twinId !== null && (
        <Banner tone="warn">
          {t('twinText')} <Link to={`/van-ban-den/${document.twinId}`}>{t('openTwin')}</Link>
        </Banner>
      )}
      <Tabs
        label={t('detail')}
        value={view}
        // safe because the items below are exactly the views
        onChange={(id) => setView(id as View)}
        items={[
          {
            id: 'document',
            label: t('mainFile'),
            content: main === undefined ? null : document.filesWithheld ? <Withheld /> : <div className="lt-detail__pdf"><PdfViewer source={{ url: `/api/v1/files/${main.fileId}` }} name={main.name} /></div>,
          },
          ...(hasStamp ? [{ id: 'stamp', label: tCopy('stamp'), content: <ArrivalStamp document={document} /> }] : []),
          ...(hasCopies ? [{ id: 'copies', label: tCopy('copies'), ...(document.copies.list.length === 0 ? {} : { count: document.copies.list.length }), content: <Copies document={document} /> }] : []),
          ...(document.registeredAt === null ? [] : [{ id: 'handling', label: tHandling('handling'), content: <HandlingTree document={document} /> }]),
          ...(document.handling.submittedAt === null ? [] : [{ id: 'slip', label: tHandling('slip'), content: <HandlingSlip document={document} /> }]),
          ...(document.recall === null ? [] : [{ id: 'destruction', label: tNotice('destruction'), content: <DestructionNotice document={document} /> }]),
          { id: 'facts', label: t('facts'), content: <IncomingFacts document={document} /> },
          { id: 'signatures', label: t('signatures'), content: <IncomingValidation document={document} /> },
          { id: 'timeline', label: t('timeline'), content: <DocumentTimeline documentId={document.id} /> },
        ]}
      />
    </Detail>
  );
}

/** Why it came back, for whoever has it now. */
function ReturnBanner({ document }: { document: IncomingDetail }): ReactNode {
  const t = useT(handlingMessages);
  const { returnReason } = document.handling;
  if (returnReason === null || document.recall !== null) return null;
  return <Banner tone="warn">{t(document.state === 'registered' ? 'returnedToClerk' : 'returnedToHandler', { reason: returnReason })}</Banner>;
}

/** A recalled document shows its facts; its pages are kept and not shown. */
function Withheld(): ReactNode {
  const t = useT(noticeMessages);
  return <EmptyState title={t('withheld')} />;
}

function Actions({ document }: { document: IncomingDetail }): ReactNode {
  const t = useT(messages);
  const [refusing, setRefusing] = useState(false);
  const register = useRegister();
  return (
    <>
      {document.abilities.includes('register') && (
        <Button variant="primary" icon={FileCheck} loading={register.isPending} onClick={() => register.mutate(document)}>
          {t('register')}
        </Button>
      )}
      {document.abilities.includes('refuse') && (
        <Button icon={Undo2} onClick={() => setRefusing(true)}>
          {t('refuse')}
        </Button>
      )}
      <HandlingActions document={document} />
      {refusing && <RefuseDialog documentId={document.id} onClose={() => setRefusing(false)} />}
    </>
  );
}

function DocumentTimeline({ documentId }: { documentId: string }): ReactNode {
  const api = useApi();
  const timeline = useQuery({
    queryKey: ['incoming-documents', 'timeline', documentId],
    meta: { topics: ['exchange', 'audit'] },
    queryFn: ({ signal }) => api.get<TimelineReply>(`/api/v1/incoming-documents/${documentId}/timeline`, { signal }),
  });
  if (timeline.error !== null) return <ErrorState compact error={timeline.error} onRetry={() => void timeline.refetch()} />;
  return <RecordTimeline entries={timeline.data?.entries} />;
}
