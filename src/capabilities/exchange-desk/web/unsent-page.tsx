import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useApi } from '#ui/api-context.tsx';
import { DataList, type Column } from '#ui/data/data-list.tsx';
import { DeadlineMark } from '#ui/data/deadline-mark.tsx';
import { EmptyState } from '#ui/feedback/empty-state.tsx';
import { Forbidden } from '#ui/feedback/forbidden.tsx';
import { formatDateTime } from '#ui/format.ts';
import { useT } from '#ui/i18n.ts';
import { Page } from '#ui/layout/page.tsx';
import { useAbility } from '#ui/session-context.tsx';
import type { UnsentReply, UnsentRow } from '../contract.ts';
import { DeskNav } from './desk-nav.tsx';
import { LOOK_AGAIN_MS } from './trouble.ts';
import { unsentMessages } from './unsent-messages.ts';

/** What is signed and should have been sent by now (28/2018/QĐ-TTg Art. 6.2), the longest overdue first. */
export function UnsentPage(): ReactNode {
  const t = useT(unsentMessages);
  const api = useApi();
  const mayRead = useAbility('exchange-desk.read');
  const mayOversee = useAbility('exchange-desk.oversee');
  const { data, error, isFetching, refetch } = useQuery({
    queryKey: ['exchange-desk', 'unsent'],
    enabled: mayRead,
    refetchInterval: LOOK_AGAIN_MS,
    meta: { topics: ['outgoing-documents'] },
    queryFn: ({ signal }) => api.get<UnsentReply>('/api/v1/exchange-desk/unsent', { signal }),
  });
  const areOwn = data?.rows.every(({ isOwn }) => isOwn) === true;
  const now = new Date();
  const time = (instant: string): ReactNode => <time dateTime={instant}>{formatDateTime(instant)}</time>;
  const columns: Column<UnsentRow>[] = [
    { id: 'number', label: t('number'), width: '10rem', narrow: 'top', render: (row) => row.number ?? <span className="lt-quiet">{t('noNumber')}</span> },
    { id: 'content', label: t('content'), narrow: 'title', main: true, render: (row) => row.summary ?? t('hidden', { name: row.agencyName }) },
    ...(mayOversee ? [{ id: 'agency', label: t('agency'), width: '18%', narrow: 'below' as const, render: (row: UnsentRow) => row.agencyName }] : []),
    { id: 'signed', label: t('signedAt'), width: '10rem', narrow: 'below', render: (row) => time(row.signedAt), renderNarrow: (row) => `${t('signedAt')} ${formatDateTime(row.signedAt)}` },
    { id: 'waits', label: t('waitsFor'), width: '9rem', narrow: 'below', render: (row) => t(`waits.${row.waitsFor}`) },
    { id: 'due', label: t('due'), width: '10rem', narrow: 'below', render: (row) => <DeadlineMark due={row.dueAt} now={now} short /> },
  ];
  return (
    <Page title={t('title')} subtitle={data === undefined || data.count === 0 ? undefined : t('lead', { count: data.count })} width="full" bar={<DeskNav />}>
      {mayRead ? (
        <>
          <DataList
            label={t('list')}
            storageKey="exchange-unsent"
            columns={columns}
            rows={data?.rows}
            rowId={(row) => row.subject.id}
            hrefOf={areOwn ? (row) => `/van-ban-di/${row.subject.id}` : undefined}
            refreshing={isFetching && data !== undefined}
            error={error}
            onRetry={() => void refetch()}
            empty={
              <EmptyState kind="last" title={t('empty')}>
                {t('emptyText')}
              </EmptyState>
            }
          />
          {data !== undefined && data.count > data.rows.length && <p className="lt-quiet">{t('some', { shown: data.rows.length, count: data.count })}</p>}
        </>
      ) : (
        <Forbidden />
      )}
    </Page>
  );
}
