import ListChecks from 'lucide-react/icons/list-checks';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useApi } from '#ui/api-context.tsx';
import { ButtonLink } from '#ui/controls/button.tsx';
import { Banner } from '#ui/feedback/banner.tsx';
import { ErrorState } from '#ui/feedback/error-state.tsx';
import { Skeleton, SkeletonGroup } from '#ui/feedback/skeleton.tsx';
import { useT } from '#ui/i18n.ts';
import { Details } from '#ui/layout/details.tsx';
import { Page, Section } from '#ui/layout/page.tsx';
import '#ui/layout/form.css';
import { useParam } from '#ui/navigation.tsx';
import { RouteLine, type RouteStation } from '#ui/route/route-line.tsx';
import type { TracedMessage } from '../contract.ts';
import './desk.css';
import { traceMessages, wordOf } from './trace-messages.ts';
import { ArrivalSteps, EvidenceLink, TraceState } from './trace-parts.tsx';
import { answerStation, parcelStation } from './trace-stations.ts';

/** The whole way of one message at its receiver: how it came, the steps of its verification, the answers and how they went out. */
export function MessagePage(): ReactNode {
  const t = useT(traceMessages);
  const api = useApi();
  const [agencyId = '', messageId = ''] = (useParam('id') ?? '').split('.');
  const trace = useQuery({
    queryKey: ['exchange', 'message-trace', agencyId, messageId],
    queryFn: ({ signal }) => api.get<TracedMessage>(`/api/v1/exchange-desk/messages/${agencyId}/${messageId}`, { signal }),
  });
  const found = trace.data;
  return (
    <Page
      title={found === undefined ? t('back') : t('messageTitle', { number: [found.number, found.notation].filter((part) => part !== '').join('/') })}
      subtitle={found?.summary ?? found?.senderName}
      actions={
        <>
          {found !== undefined && found.evidence !== null && <EvidenceLink href={found.evidence} />}
          <ButtonLink icon={ListChecks} to="/lien-thong/van-ban?chieu=received">
            {t('back')}
          </ButtonLink>
        </>
      }
    >
      {trace.error !== null ? (
        <ErrorState error={trace.error} onRetry={() => void trace.refetch()} />
      ) : found === undefined ? (
        <SkeletonGroup>
          <Skeleton shape="block" height="50vh" />
        </SkeletonGroup>
      ) : (
        <Way message={found} />
      )}
    </Page>
  );
}

function Way({ message }: { message: TracedMessage }): ReactNode {
  const t = useT(traceMessages);
  const kind = wordOf('kind', message.kind);
  const stations: RouteStation[] = [
    { id: 'arrived', label: t('arrived'), state: 'done', at: message.arrivedAt, ...(message.partnerName === null ? {} : { note: t('through', { name: message.partnerName }) }) },
    ...(message.openedAt === null ? [] : [{ id: 'opened', label: t('opened'), state: 'done' as const, at: message.openedAt }]),
    ...message.answers.flatMap((answer) => [
      ...(answer.status === '01' ? [] : [answerStation(answer, t)]),
      ...(answer.parcel === null ? [] : [{ ...parcelStation(answer.parcel, t('answerParcel', { name: answer.parcel.partnerName }), t), id: `parcel ${String(answer.ordinal)}` }]),
    ]),
  ];
  return (
    <div className="lt-desk">
      {!message.isOwn && <Banner>{t('contentHidden')}</Banner>}
      <Section title={t('facts')} actions={<TraceState state={message.state} />}>
        <Details
          columns={3}
          items={[
            { label: t('sender'), value: message.senderName },
            { label: t('kind'), value: kind === undefined ? message.typeName : `${t(kind)}, ${message.typeName}` },
            { label: t('signatures'), value: message.signatureCount },
            { label: t('hash'), value: <code>{message.contentHash}</code>, wide: true },
          ]}
        />
      </Section>
      <Section title={t('answersWay')}>
        <RouteLine label={t('answersWay')} stations={stations} now={new Date()} />
      </Section>
      <Section title={t('steps')}>
        <ArrivalSteps steps={message.steps} />
      </Section>
    </div>
  );
}
