import { useQuery } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { useApi } from '#ui/api-context.tsx';
import { Tabs } from '#ui/data/tabs.tsx';
import { Banner } from '#ui/feedback/banner.tsx';
import { ErrorState } from '#ui/feedback/error-state.tsx';
import { Skeleton, SkeletonGroup } from '#ui/feedback/skeleton.tsx';
import { useLanguage, useT } from '#ui/i18n.ts';
import { Detail } from '#ui/layout/detail.tsx';
import { useParam } from '#ui/navigation.tsx';
import { PdfViewer } from '#ui/pdf/pdf-viewer.tsx';
import { RecordTimeline } from '#ui/route/record-timeline.tsx';
import { RouteLine } from '#ui/route/route-line.tsx';
import type { TimelineReply } from '#engines/audit/contract.ts';
import type { OutgoingDetail } from '../contract.ts';
import { messages } from './messages.ts';
import { OutgoingActions } from './outgoing-actions.tsx';
import { OutgoingFacts } from './outgoing-facts.tsx';
import { OutgoingStateMark, UrgencyBadge } from './outgoing-marks.tsx';
import { routeOf } from './outgoing-route.ts';
import { RecipientsTable } from './recipients-table.tsx';
import { SentBanners } from './sent-banners.tsx';

/** Topics that make an outgoing document old: its own steps, and what its recipients answer. */
const OUTGOING_TOPICS = ['exchange', 'signatures'];

export function useOutgoing(id: string) {
  const api = useApi();
  return useQuery({
    queryKey: ['outgoing-documents', 'detail', id],
    meta: { topics: OUTGOING_TOPICS },
    queryFn: ({ signal }) => api.get<OutgoingDetail>(`/api/v1/outgoing-documents/${id}`, { signal }),
  });
}

/** One outgoing document: where it stands, its pages, its record, and the verbs of whoever looks. */
export function OutgoingDetailPage(): ReactNode {
  const id = useParam('id') ?? '';
  const document = useOutgoing(id);
  if (document.error !== null) return <ErrorState error={document.error} onRetry={() => void document.refetch()} />;
  if (document.data === undefined) {
    return (
      <SkeletonGroup>
        <Skeleton shape="title" />
        <Skeleton />
        <Skeleton shape="block" height="60vh" />
      </SkeletonGroup>
    );
  }
  return <Opened key={id} document={document.data} />;
}

type View = 'route' | 'recipients' | 'document' | 'facts' | 'timeline';

function Opened({ document }: { document: OutgoingDetail }): ReactNode {
  const t = useT(messages);
  const { language } = useLanguage();
  const [view, setView] = useState<View>('route');
  const main = document.files.find((file) => file.role === 'main');
  return (
    <Detail
      lead={
        <>
          {`${document.typeName} ${document.numberAndNotation ?? ''}`} <UrgencyBadge urgency={document.urgency} t={t} />
        </>
      }
      title={document.summary}
      marks={<OutgoingStateMark state={document.state} t={t} />}
      actions={document.abilities.length === 0 ? undefined : <OutgoingActions document={document} />}
    >
      {document.state === 'returned' && document.returnReason !== null && <Banner tone="warn">{t('returnedBecause', { reason: document.returnReason })}</Banner>}
      <SentBanners document={document} />
      {document.withdrawalReason !== null && <Banner>{t('withdrawnBecause', { reason: document.withdrawalReason })}</Banner>}
      <Tabs
        label={t('detail')}
        value={view}
        // safe because the items below are exactly the views
        onChange={(id) => setView(id as View)}
        items={[
          { id: 'route', label: t('route'), content: <RouteLine label={t('route')} stations={routeOf(document, t, language)} now={new Date()} /> },
          ...(document.issuedAt === null ? [] : [{ id: 'recipients', label: t('recipients'), content: <RecipientsTable document={document} /> }]),
          {
            id: 'document',
            label: t('mainFile'),
            content:
              main === undefined ? null : (
                <div className="lt-detail__pdf">
                  <PdfViewer source={{ url: `/api/v1/files/${main.fileId}` }} name={main.name} />
                </div>
              ),
          },
          { id: 'facts', label: t('facts'), content: <OutgoingFacts document={document} /> },
          { id: 'timeline', label: t('timeline'), content: <DocumentTimeline documentId={document.id} /> },
        ]}
      />
    </Detail>
  );
}

function DocumentTimeline({ documentId }: { documentId: string }): ReactNode {
  const api = useApi();
  const timeline = useQuery({
    queryKey: ['outgoing-documents', 'timeline', documentId],
    meta: { topics: [...OUTGOING_TOPICS, 'audit'] },
    queryFn: ({ signal }) => api.get<TimelineReply>(`/api/v1/outgoing-documents/${documentId}/timeline`, { signal }),
  });
  if (timeline.error !== null) return <ErrorState compact error={timeline.error} onRetry={() => void timeline.refetch()} />;
  return <RecordTimeline entries={timeline.data?.entries} />;
}
