import { useInfiniteQuery } from '@tanstack/react-query';
import PenLine from 'lucide-react/icons/pen-line';
import type { ReactNode } from 'react';
import { useApi } from '#ui/api-context.tsx';
import { ButtonLink } from '#ui/controls/button.tsx';
import { DataList, type Column } from '#ui/data/data-list.tsx';
import { pagingOf, turnByKey } from '#ui/data/keyed-pages.ts';
import { EmptyState } from '#ui/feedback/empty-state.tsx';
import { formatDateTime } from '#ui/format.ts';
import { useT } from '#ui/i18n.ts';
import { ListDetail } from '#ui/layout/list-detail.tsx';
import { Page } from '#ui/layout/page.tsx';
import { Outlet, useNavigation, useParam } from '#ui/navigation.tsx';
import type { LetterList, LetterRow } from '../contract.ts';
import { guestMessages } from './guest-messages.ts';
import { SentMark } from './marks.tsx';

/** What the guest's office sent, and where each letter stands. */
export function SentPage(): ReactNode {
  const t = useT(guestMessages);
  const api = useApi();
  const { navigate } = useNavigation();
  const openId = useParam('id');
  const pages = useInfiniteQuery({
    queryKey: ['guest-offices', 'letters'],
    meta: { topics: ['exchange'] },
    queryFn: ({ signal, pageParam }) => api.get<LetterList>('/api/v1/guest-offices/letters', { signal, query: { after: pageParam } }),
    ...turnByKey,
  });
  const columns: Column<LetterRow>[] = [
    { id: 'summary', label: t('letter'), narrow: 'title', main: true, render: (row) => row.summary },
    { id: 'recipient', label: t('recipient'), width: '28%', narrow: 'below', render: (row) => row.recipientName },
    { id: 'state', label: t('state'), width: '9rem', narrow: 'below', render: (row) => <SentMark letter={row} t={t} /> },
    { id: 'at', label: t('when'), width: '10rem', narrow: 'top', render: (row) => <time dateTime={row.sentAt ?? row.createdAt}>{formatDateTime(row.sentAt ?? row.createdAt)}</time> },
  ];
  return (
    <Page title={t('sent')} width="full" actions={<ButtonLink variant="primary" icon={PenLine} to="/gui">{t('write')}</ButtonLink>}>
      <ListDetail
        listLabel={t('sent')}
        detailLabel={t('letter')}
        onClose={() => navigate('/da-gui')}
        list={
          <DataList
            label={t('sent')}
            storageKey="guest-sent"
            columns={columns}
            rows={pages.data?.pages.flatMap(({ rows }) => rows)}
            rowId={(row) => row.id}
            hrefOf={(row) => `/da-gui/${row.id}`}
            openId={openId}
            refreshing={pages.isFetching && !pages.isFetchingNextPage}
            error={pages.error}
            onRetry={() => void pages.refetch()}
            paging={pagingOf(pages)}
            empty={<EmptyState title={t('sentEmpty')}>{t('sentEmptyText')}</EmptyState>}
          />
        }
        detail={openId === undefined ? undefined : <Outlet />}
      />
    </Page>
  );
}
