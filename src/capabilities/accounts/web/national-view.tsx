import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useApi } from '#ui/api-context.tsx';
import { DataList } from '#ui/data/data-list.tsx';
import { StateMark } from '#ui/data/state-mark.tsx';
import { Table } from '#ui/data/table.tsx';
import { Banner } from '#ui/feedback/banner.tsx';
import { EmptyState } from '#ui/feedback/empty-state.tsx';
import { ErrorState } from '#ui/feedback/error-state.tsx';
import { Skeleton } from '#ui/feedback/skeleton.tsx';
import { formatDateTime, formatNumber } from '#ui/format.ts';
import { useLanguage, useT, type Translate } from '#ui/i18n.ts';
import { Details } from '#ui/layout/details.tsx';
import { Section } from '#ui/layout/page.tsx';
import type { NationalDirectory } from '../contract.ts';
import { NationalConflicts } from './national-conflicts.tsx';
import { nationalMessages } from './national-messages.ts';
import './national.css';

type T = Translate<keyof (typeof nationalMessages)['vi']>;
type Import = NationalDirectory['imports'][number];

const LOOK_AGAIN_MS = 1500;

/** The national list of agencies: the last reading, the differences that wait for a decision, the readings before. */
export function NationalView(): ReactNode {
  const t = useT(nationalMessages);
  const api = useApi();
  const { language } = useLanguage();
  const state = useQuery({
    queryKey: ['accounts', 'national'],
    queryFn: ({ signal }) => api.get<NationalDirectory>('/api/v1/accounts/national-directory', { signal }),
    refetchInterval: (query) => (query.state.data?.imports[0]?.state === 'running' ? LOOK_AGAIN_MS : false),
  });
  if (state.error !== null) return <ErrorState error={state.error} onRetry={() => void state.refetch()} />;
  if (state.data === undefined) return <Skeleton shape="block" height="16rem" />;
  const { imports, entries, linked, openConflicts } = state.data;
  const [latest, ...earlier] = imports;
  const number = (value: number): string => formatNumber(value, language);
  if (latest === undefined) return <EmptyState title={t('never')}>{t('neverText')}</EmptyState>;
  return (
    <div className="lt-national">
      <Section title={t('latest')}>
        {latest.problem !== null && (
          <Banner tone="danger" title={t('stopped')}>
            {latest.problem}
          </Banner>
        )}
        <Details
          items={[
            { label: t('source'), value: sourceOf(latest, t) },
            { label: t('state'), value: <ImportState of={latest} t={t} number={number} /> },
            { label: t('started'), value: formatDateTime(latest.startedAt) },
            { label: t('startedBy'), value: latest.source === 'axis' ? t('system') : latest.startedBy },
            { label: t('result'), value: t('resultText', { added: number(latest.added), changed: number(latest.changed), unchanged: number(latest.unchanged) }), wide: true },
            { label: t('newConflicts'), value: number(latest.conflicts) },
            { label: t('unreadable'), value: latest.unreadable === 0 ? null : t('readCount', { count: number(latest.unreadable) }) },
            { label: t('entries'), value: t('entriesText', { entries: number(entries), linked: number(linked) }), wide: true },
          ]}
        />
      </Section>
      <Unreadable of={latest} t={t} number={number} />
      <NationalConflicts count={openConflicts} version={`${latest.id} ${latest.state}`} />
      {earlier.length > 0 && (
        <Section title={t('earlier')}>
          <DataList
            label={t('earlier')}
            rows={imports}
            rowId={(row) => row.id}
            empty={null}
            columns={[
              { id: 'started', label: t('started'), width: '10rem', narrow: 'top', render: (row) => formatDateTime(row.startedAt) },
              { id: 'source', label: t('source'), width: '24%', main: true, narrow: 'title', render: (row) => sourceOf(row, t) },
              { id: 'state', label: t('state'), width: '9rem', narrow: 'aside', render: (row) => <ImportState of={row} t={t} number={number} /> },
              { id: 'read', label: t('read'), width: '5.5rem', align: 'end', narrow: 'hidden', render: (row) => number(row.position) },
              { id: 'result', label: t('result'), narrow: 'below', render: (row) => <span className="lt-national__result">{row.problem ?? t('resultText', { added: number(row.added), changed: number(row.changed), unchanged: number(row.unchanged) })}</span> },
            ]}
          />
        </Section>
      )}
    </div>
  );
}

function Unreadable({ of, t, number }: { of: Import; t: T; number: (value: number) => string }): ReactNode {
  if (of.unreadableRows.length === 0) return null;
  const more = of.unreadable - of.unreadableRows.length;
  return (
    <Section title={t('unreadableTitle', { count: number(of.unreadable) })}>
      <p>{t('unreadableText')}</p>
      <Table
        caption={t('unreadable')}
        hideCaption
        rows={of.unreadableRows}
        rowId={(row) => String(row.place)}
        columns={[
          { id: 'place', label: t('place'), width: '6rem', render: (row) => number(row.place) },
          { id: 'content', label: t('content'), render: (row) => <code className="lt-national__raw">{row.text}</code> },
        ]}
      />
      {more > 0 && <p className="lt-quiet">{t('unreadableMore', { count: number(more) })}</p>}
    </Section>
  );
}

function sourceOf(of: Import, t: T): string {
  return t(of.source, { origin: of.origin });
}

function ImportState({ of, t, number }: { of: Import; t: T; number: (value: number) => string }): ReactNode {
  if (of.state === 'running') return <StateMark kind="present">{t('running', { count: number(of.position) })}</StateMark>;
  return of.state === 'finished' ? <StateMark kind="done">{t('finished')}</StateMark> : <StateMark kind="stopped">{t('failed')}</StateMark>;
}
