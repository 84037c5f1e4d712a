import FileBadge from 'lucide-react/icons/file-badge';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { useApi } from '#ui/api-context.tsx';
import { ButtonLink } from '#ui/controls/button.tsx';
import { Select } from '#ui/controls/select.tsx';
import { oneOf } from '#ui/data/keyed-pages.ts';
import { Table } from '#ui/data/table.tsx';
import { EmptyState } from '#ui/feedback/empty-state.tsx';
import { ErrorState } from '#ui/feedback/error-state.tsx';
import { Forbidden } from '#ui/feedback/forbidden.tsx';
import { Skeleton, SkeletonGroup } from '#ui/feedback/skeleton.tsx';
import { formatDateTime, formatNumber } from '#ui/format.ts';
import { useLanguage, useT } from '#ui/i18n.ts';
import { Page, Section } from '#ui/layout/page.tsx';
import '#ui/layout/form.css';
import { useSearch } from '#ui/navigation.tsx';
import { useAbility } from '#ui/session-context.tsx';
import { spans, type FlowReply, type Span } from '../contract.ts';
import { deskMessages } from './desk-messages.ts';
import { DeskNav } from './desk-nav.tsx';
import { FlowMapDrawing } from './flow-map.tsx';
import { MOST_NODES } from './flow-map-model.ts';
import { PartnerTable } from './partner-table.tsx';
import { Throughput } from './throughput.tsx';

const LOOK_AGAIN_MS = 15_000;

/** Who exchanges how much with whom, how much at a time, and how the lines to the partners are. Kept live. */
export function FlowPage(): ReactNode {
  const t = useT(deskMessages);
  const [search, setSearch] = useSearch();
  const span = oneOf(spans, search['khoang']) ?? 'day';
  const api = useApi();
  const mayRead = useAbility('exchange-desk.read');
  const flow = useQuery({
    queryKey: ['exchange-desk', 'flow', span],
    enabled: mayRead,
    refetchInterval: LOOK_AGAIN_MS,
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => api.get<FlowReply>('/api/v1/exchange-desk/flow', { signal, query: { span } }),
  });
  return (
    <Page
      title={t('flowTitle')}
      subtitle={flow.data === undefined ? undefined : <Lead flow={flow.data} />}
      actions={
        <ButtonLink icon={FileBadge} to="/chung-thu-so?tinh_trang=endsSoon">
          {t('certificates')}
        </ButtonLink>
      }
      bar={
        <>
          <DeskNav />
          <div className="lt-desk__fields">
            <Select label={t('span')} value={span} onChange={(value: Span) => setSearch({ khoang: value })} options={spans.map((value) => ({ value, label: t(value) }))} />
          </div>
        </>
      }
    >
      {!mayRead ? (
        <Forbidden />
      ) : flow.error !== null ? (
        <ErrorState error={flow.error} onRetry={() => void flow.refetch()} />
      ) : flow.data === undefined ? (
        <SkeletonGroup>
          <Skeleton shape="block" height="50vh" />
        </SkeletonGroup>
      ) : (
        <Shown flow={flow.data} />
      )}
    </Page>
  );
}

function Lead({ flow }: { flow: FlowReply }): ReactNode {
  const t = useT(deskMessages);
  const { language } = useLanguage();
  const number = (value: number): string => formatNumber(value, language);
  const lead = t('flowLead', { sent: number(flow.sent), arrived: number(flow.arrived), troubled: number(flow.troubled) });
  return flow.until === null ? lead : `${lead}. ${t('updated', { at: formatDateTime(flow.until) })}`;
}

function Shown({ flow }: { flow: FlowReply }): ReactNode {
  const t = useT(deskMessages);
  const mayOversee = useAbility('exchange-desk.oversee');
  const partners = mayOversee && (
    <Section title={t('partners')}>
      <PartnerTable />
    </Section>
  );
  return (
    <div className="lt-desk">
      {flow.pairs > 0 ? (
        <Exchange flow={flow} partners={partners} />
      ) : (
        <>
          <EmptyState title={t('noFlow')}>{t('noFlowText')}</EmptyState>
          {partners}
        </>
      )}
    </div>
  );
}

/** The partners stand before the table of pairs, which may have hundreds of rows. */
function Exchange({ flow, partners }: { flow: FlowReply; partners: ReactNode }): ReactNode {
  const t = useT(deskMessages);
  const { language } = useLanguage();
  const [chosen, setChosen] = useState('');
  const names = new Map(flow.nodes.map((node) => [node.id, node.name]));
  const rows = chosen === '' ? flow.edges : flow.edges.filter((edge) => edge.from === chosen || edge.to === chosen);
  return (
    <>
      <Section title={t('map')}>
        <div className="lt-desk__fields">
          <Select
            label={t('highlight')}
            value={chosen}
            onChange={setChosen}
            options={[{ value: '', label: t('everyAgency') }, ...flow.nodes.map((node) => ({ value: node.id, label: node.name })).sort((a, b) => a.label.localeCompare(b.label, 'vi'))]}
          />
        </div>
        <FlowMapDrawing flow={flow} chosen={chosen} />
        <p className="lt-quiet">
          {t('mapText')} {flow.nodes.length > MOST_NODES && t('mapSome', { shown: MOST_NODES, all: flow.nodes.length })}
        </p>
      </Section>
      <Section title={t('throughput')}>
        <Throughput flow={flow} />
      </Section>
      {partners}
      <Section title={t('pairsTable')}>
        {flow.pairs > flow.edges.length && <p className="lt-quiet">{t('pairsSome', { shown: formatNumber(flow.edges.length, language), all: formatNumber(flow.pairs, language) })}</p>}
        <Table
          caption={t('pairsTable')}
          hideCaption
          rows={rows}
          rowId={(edge) => `${edge.from} ${edge.to}`}
          columns={[
            { id: 'from', label: t('from'), width: '35%', render: (edge) => names.get(edge.from) },
            { id: 'to', label: t('to'), width: '35%', render: (edge) => names.get(edge.to) },
            { id: 'sent', label: t('sent'), align: 'end', render: (edge) => formatNumber(edge.sent, language) },
            { id: 'arrived', label: t('arrived'), align: 'end', render: (edge) => formatNumber(edge.arrived, language) },
            { id: 'troubled', label: t('troubled'), align: 'end', render: (edge) => formatNumber(edge.troubled, language) },
          ]}
        />
      </Section>
    </>
  );
}
