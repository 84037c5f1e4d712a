import ListChecks from 'lucide-react/icons/list-checks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { useApi } from '#ui/api-context.tsx';
import { ButtonLink } from '#ui/controls/button.tsx';
import { TextField } from '#ui/controls/text-field.tsx';
import { Table } from '#ui/data/table.tsx';
import { Banner } from '#ui/feedback/banner.tsx';
import { EmptyState } from '#ui/feedback/empty-state.tsx';
import { ErrorState } from '#ui/feedback/error-state.tsx';
import { Skeleton, SkeletonGroup } from '#ui/feedback/skeleton.tsx';
import { formatBytes, formatDateTime } from '#ui/format.ts';
import { useLanguage, useT } from '#ui/i18n.ts';
import { Details } from '#ui/layout/details.tsx';
import { Page, Section } from '#ui/layout/page.tsx';
import '#ui/layout/form.css';
import { useParam } from '#ui/navigation.tsx';
import { RouteLine } from '#ui/route/route-line.tsx';
import type { TracedEnvelope } from '../contract.ts';
import './desk.css';
import { traceMessages, wordOf } from './trace-messages.ts';
import { ArrivalSteps, EvidenceLink, TraceState } from './trace-parts.tsx';
import { stationsOf } from './trace-stations.ts';

/** The whole way of one envelope: its files, each recipient, the steps there, the answers and what proves them. */
export function EnvelopePage(): ReactNode {
  const t = useT(traceMessages);
  const api = useApi();
  const [agencyId = '', envelopeId = ''] = (useParam('id') ?? '').split('.');
  const [recipient, setRecipient] = useState('');
  const trace = useQuery({
    queryKey: ['exchange', 'trace', agencyId, envelopeId, recipient],
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => api.get<TracedEnvelope>(`/api/v1/exchange-desk/envelopes/${agencyId}/${envelopeId}`, { signal, query: { recipient: recipient === '' ? undefined : recipient } }),
  });
  const found = trace.data;
  return (
    <Page
      title={found === undefined ? t('back') : t('title', { number: numberOf(found) })}
      subtitle={found?.summary ?? found?.senderName}
      actions={
        <>
          {found !== undefined && found.evidence !== null && <EvidenceLink href={found.evidence} />}
          <ButtonLink icon={ListChecks} to="/lien-thong/van-ban">
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
        <Way envelope={found} recipient={recipient} onRecipient={setRecipient} />
      )}
    </Page>
  );
}

const numberOf = ({ number, notation }: { number: string; notation: string }): string => [number, notation].filter((part) => part !== '').join('/');

function Way({ envelope, recipient, onRecipient }: { envelope: TracedEnvelope; recipient: string; onRecipient: (text: string) => void }): ReactNode {
  const t = useT(traceMessages);
  const { deliveries, recipientCount } = envelope;
  return (
    <div className="lt-desk">
      {!envelope.isOwn && <Banner>{t('contentHidden')}</Banner>}
      <Facts envelope={envelope} />
      <Files envelope={envelope} />
      <Section title={t('deliveryCount', { count: recipientCount })}>
        {recipientCount > 5 && (
          <div className="lt-desk__fields">
            <TextField label={t('find')} value={recipient} onChange={onRecipient} type="search" />
          </div>
        )}
        {deliveries.length < recipientCount && recipient === '' && <p className="lt-quiet">{t('someShown', { shown: deliveries.length, count: recipientCount })}</p>}
        {deliveries.length === 0 && (
          <EmptyState kind="filtered" title={t('noRecipient')}>
            {t('noRecipientText')}
          </EmptyState>
        )}
        <div className="lt-trace__grid">
          {deliveries.map((delivery) => (
            <Delivery key={delivery.recipientAgencyId} envelope={envelope} delivery={delivery} />
          ))}
        </div>
      </Section>
    </div>
  );
}

function Facts({ envelope }: { envelope: TracedEnvelope }): ReactNode {
  const t = useT(traceMessages);
  const kind = wordOf('kind', envelope.kind);
  const time = (instant: string | null): string | null => (instant === null ? null : formatDateTime(instant));
  return (
    <Section title={t('facts')}>
      <Details
        columns={3}
        items={[
          { label: t('sender'), value: envelope.senderName },
          { label: t('sentBy'), value: envelope.sentBy },
          { label: t('kind'), value: kind === undefined ? envelope.typeName : `${t(kind)}, ${envelope.typeName}` },
          { label: t('signedAt'), value: time(envelope.signedAt) },
          { label: t('due'), value: time(envelope.sendDueAt) },
          { label: t('sentAt'), value: time(envelope.sentAt) },
          { label: t('hash'), value: <code>{envelope.contentHash}</code>, wide: true },
        ]}
      />
    </Section>
  );
}

function Files({ envelope }: { envelope: TracedEnvelope }): ReactNode {
  const t = useT(traceMessages);
  const { language } = useLanguage();
  if (envelope.files.length === 0) return null;
  const files = envelope.files.map((file, index) => ({ ...file, place: index + 1 }));
  return (
    <Section title={t('files')}>
      <Table
        caption={t('files')}
        hideCaption
        rows={files}
        rowId={(file) => String(file.place)}
        columns={[
          { id: 'file', label: t('file'), render: (file) => (file.name === '' ? t('hiddenFile', { number: file.place }) : file.name) },
          { id: 'size', label: t('size'), align: 'end', render: (file) => formatBytes(file.sizeBytes, language) },
          { id: 'whole', label: t('whole'), render: (file) => (file.inspection === null ? t('notInspected') : t(file.inspection.isPresent && file.inspection.hashMatches && file.inspection.sizeMatches ? 'yes' : 'no')) },
          { id: 'signatures', label: t('signatures'), align: 'end', render: (file) => file.inspection?.signatureCount ?? t('notInspected') },
        ]}
      />
    </Section>
  );
}

function Delivery({ envelope, delivery }: { envelope: TracedEnvelope; delivery: TracedEnvelope['deliveries'][number] }): ReactNode {
  const t = useT(traceMessages);
  const name = delivery.recipientName;
  const receipts = delivery.answers.filter((answer) => answer.receipt !== '').length;
  return (
    <article className="lt-trace__delivery" aria-label={name}>
      <h3>
        <span>{name}</span>
        <TraceState state={delivery.state} />
      </h3>
      <RouteLine label={t('way', { name })} stations={stationsOf(envelope, delivery, t)} now={new Date()} />
      {delivery.arrival !== null && (
        <details>
          <summary>{t('steps')}</summary>
          <ArrivalSteps steps={delivery.arrival.steps} />
        </details>
      )}
      {(receipts > 0 || envelope.evidence !== null) && (
        <div className="lt-row">
          {receipts > 0 && <span className="lt-quiet">{t('receipts', { count: receipts })}</span>}
          {envelope.evidence !== null && <EvidenceLink href={`${envelope.evidence}?recipientAgencyId=${delivery.recipientAgencyId}`} name={name} />}
        </div>
      )}
    </article>
  );
}
