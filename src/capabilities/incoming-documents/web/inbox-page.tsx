import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useApi } from '#ui/api-context.tsx';
import { Button } from '#ui/controls/button.tsx';
import { DataList } from '#ui/data/data-list.tsx';
import { ListFilters } from '#ui/data/list-filters.tsx';
import { Tabs } from '#ui/data/tabs.tsx';
import { EmptyState } from '#ui/feedback/empty-state.tsx';
import { useT } from '#ui/i18n.ts';
import { ListDetail } from '#ui/layout/list-detail.tsx';
import { Page } from '#ui/layout/page.tsx';
import '#ui/layout/form.css';
import { Outlet, useNavigation, useParam, useSearch } from '#ui/navigation.tsx';
import type { z } from 'zod';
import type { incomingList } from '../contract.ts';
import { incomingStates, urgencies } from '../domain/states.ts';
import { inboxColumns } from './inbox-columns.tsx';
import { messages } from './messages.ts';
import { useRegister } from './use-register.ts';

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
  const api = useApi();
  const [{ trang_thai: state }, setSearch] = useSearch();
  const types = useQuery({ queryKey: ['registers', 'types'], staleTime: 300_000, queryFn: ({ signal }) => api.get<DocumentTypes>('/api/v1/outgoing-documents/document-types', { signal }) });
  return (
    <>
      <Tabs
        label={t('states')}
        value={state ?? 'all'}
        onChange={(id) => setSearch({ trang_thai: id === 'all' ? undefined : id })}
        items={[{ id: 'all', label: t('all') }, ...incomingStates.map((each) => ({ id: each, label: t(each) }))]}
      />
      <ListFilters
        choices={[
          { name: 'do_khan', label: t('urgency'), all: t('anyUrgency'), options: urgencies.map((value) => ({ value, label: t(value) })) },
          { name: 'loai', label: t('type'), all: t('anyType'), options: (types.data?.types ?? []).map(({ code, name }) => ({ value: code, label: name })) },
        ]}
        search={{ name: 'tim', label: t('search') }}
        others={['trang_thai']}
      />
    </>
  );
}

type DocumentTypes = { types: { code: string; name: string }[] };

function InboxList({ openId, hrefOf }: { openId: string | undefined; hrefOf: (id: string) => string }): ReactNode {
  const t = useT(messages);
  const api = useApi();
  const [search, setSearch] = useSearch();
  const state = incomingStates.find((each) => each === search['trang_thai']);
  const urgency = urgencies.find((each) => each === search['do_khan']);
  const type = search['loai'];
  const text = search['tim'];
  const filters = { state, urgency, type, text };
  const register = useRegister();
  const pages = useInfiniteQuery({
    queryKey: ['incoming-documents', 'list', filters],
    queryFn: ({ signal, pageParam }) => api.get<z.infer<typeof incomingList>>('/api/v1/incoming-documents', { signal, query: { ...filters, after: pageParam } }),
    // safe because the first page has no cursor
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
  });
  const filtered = Object.values(filters).some((value) => value !== undefined);
  return (
    <DataList
      label={t('list')}
      storageKey="incoming-documents"
      columns={inboxColumns(t, new Date())}
      rows={pages.data?.pages.flatMap((page) => page.rows)}
      rowId={(row) => row.id}
      hrefOf={(row) => hrefOf(row.id)}
      openId={openId}
      onComplete={(row) => row.state === 'arrived' && !register.isPending && register.mutate(row)}
      isUnread={(row) => row.state === 'arrived'}
      refreshing={pages.isFetching && !pages.isFetchingNextPage}
      error={pages.error}
      onRetry={() => void pages.refetch()}
      paging={{ kind: 'more', onMore: pages.hasNextPage ? () => void pages.fetchNextPage() : undefined, loadingMore: pages.isFetchingNextPage }}
      empty={
        filtered ? (
          <EmptyState kind="filtered" title={t('noneFound')} actions={<Button onClick={() => setSearch({ trang_thai: undefined, do_khan: undefined, loai: undefined, tim: undefined })}>{t('clear')}</Button>} />
        ) : (
          <EmptyState title={t('empty')}>{t('emptyText')}</EmptyState>
        )
      }
    />
  );
}
