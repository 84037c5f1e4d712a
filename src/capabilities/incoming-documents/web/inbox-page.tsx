import Search from 'lucide-react/icons/search';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useEffect, useState, type ReactNode } from 'react';
import { useApi } from '#ui/api-context.tsx';
import { Button } from '#ui/controls/button.tsx';
import { TextField } from '#ui/controls/text-field.tsx';
import { DataList } from '#ui/data/data-list.tsx';
import { Tabs } from '#ui/data/tabs.tsx';
import { EmptyState } from '#ui/feedback/empty-state.tsx';
import { useT } from '#ui/i18n.ts';
import { ListDetail } from '#ui/layout/list-detail.tsx';
import { Page } from '#ui/layout/page.tsx';
import '#ui/layout/form.css';
import { Outlet, useNavigation, useParam, useSearch } from '#ui/navigation.tsx';
import type { z } from 'zod';
import { incomingStates, type incomingList } from '../contract.ts';
import { inboxColumns } from './inbox-columns.tsx';
import { messages } from './messages.ts';

const TYPING_PAUSE_MS = 250;

/** The agency's inbox: filters in the address, the list keeps its place while documents are opened beside it. */
export function InboxPage(): ReactNode {
  const t = useT(messages);
  const { navigate, search } = useNavigation();
  const openId = useParam('id');
  const withSearch = (path: string) => {
    const query = new URLSearchParams(search).toString();
    return query === '' ? path : `${path}?${query}`;
  };
  return (
    <Page title={t('title')} width="full" bar={<InboxFilters />}>
      <ListDetail
        listLabel={t('list')}
        detailLabel={t('detail')}
        onClose={() => navigate(withSearch('/van-ban-den'))}
        list={<InboxList openId={openId} hrefOf={(id) => withSearch(`/van-ban-den/${id}`)} />}
        detail={openId === undefined ? undefined : <Outlet />}
      />
    </Page>
  );
}

function InboxFilters(): ReactNode {
  const t = useT(messages);
  const [{ trang_thai: state, tim: text = '' }, setSearch] = useSearch();
  const [typed, setTyped] = useState(text);
  useEffect(() => {
    if (typed === text) return undefined;
    const timer = setTimeout(() => setSearch({ tim: typed === '' ? undefined : typed }), TYPING_PAUSE_MS);
    return () => clearTimeout(timer);
  }, [typed, text, setSearch]);
  return (
    <>
      <Tabs
        label={t('states')}
        value={state ?? 'all'}
        onChange={(id) => setSearch({ trang_thai: id === 'all' ? undefined : id })}
        items={[{ id: 'all', label: t('all') }, ...incomingStates.map((each) => ({ id: each, label: t(each) }))]}
      />
      <TextField label={t('search')} hideLabel icon={Search} placeholder={t('search')} type="search" value={typed} onChange={setTyped} />
    </>
  );
}

function InboxList({ openId, hrefOf }: { openId: string | undefined; hrefOf: (id: string) => string }): ReactNode {
  const t = useT(messages);
  const api = useApi();
  const [search, setSearch] = useSearch();
  const state = incomingStates.find((each) => each === search['trang_thai']);
  const text = search['tim'];
  const pages = useInfiniteQuery({
    queryKey: ['incoming-documents', 'list', state, text],
    queryFn: ({ signal, pageParam }) => api.get<z.infer<typeof incomingList>>('/api/v1/incoming-documents', { signal, query: { state, text, after: pageParam } }),
    // safe because the first page has no cursor
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
  });
  const filtered = state !== undefined || text !== undefined;
  return (
    <DataList
      label={t('list')}
      storageKey="incoming-documents"
      columns={inboxColumns(t, new Date())}
      rows={pages.data?.pages.flatMap((page) => page.rows)}
      rowId={(row) => row.id}
      hrefOf={(row) => hrefOf(row.id)}
      openId={openId}
      isUnread={(row) => row.state === 'arrived'}
      refreshing={pages.isFetching && !pages.isFetchingNextPage}
      error={pages.error}
      onRetry={() => void pages.refetch()}
      paging={{ kind: 'more', onMore: pages.hasNextPage ? () => void pages.fetchNextPage() : undefined, loadingMore: pages.isFetchingNextPage }}
      empty={
        filtered ? (
          <EmptyState kind="filtered" title={t('noneFound')} actions={<Button onClick={() => setSearch({ trang_thai: undefined, tim: undefined })}>{t('clear')}</Button>} />
        ) : (
          <EmptyState title={t('empty')}>{t('emptyText')}</EmptyState>
        )
      }
    />
  );
}
