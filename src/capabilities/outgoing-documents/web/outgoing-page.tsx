import FilePlus from 'lucide-react/icons/file-plus';
import Search from 'lucide-react/icons/search';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useEffect, useState, type ReactNode } from 'react';
import { useApi } from '#ui/api-context.tsx';
import { Button, ButtonLink } from '#ui/controls/button.tsx';
import { Select } from '#ui/controls/select.tsx';
import { TextField } from '#ui/controls/text-field.tsx';
import { DataList, type Column } from '#ui/data/data-list.tsx';
import { EmptyState } from '#ui/feedback/empty-state.tsx';
import { formatDate, formatDateTime } from '#ui/format.ts';
import { useT } from '#ui/i18n.ts';
import { ListDetail } from '#ui/layout/list-detail.tsx';
import { Page } from '#ui/layout/page.tsx';
import '#ui/layout/form.css';
import { Outlet, useNavigation, useParam, useSearch } from '#ui/navigation.tsx';
import type { z } from 'zod';
import { outgoingStates, type outgoingList, type outgoingRow } from '../contract.ts';
import { messages } from './messages.ts';
import { OutgoingStateMark, UrgencyBadge, type T } from './outgoing-marks.tsx';

const TYPING_PAUSE_MS = 250;

/** The agency's outgoing documents: filters in the address, the open one beside the list. */
export function OutgoingPage(): ReactNode {
  const t = useT(messages);
  const { navigate, search } = useNavigation();
  const openId = useParam('id');
  const query = new URLSearchParams(search).toString();
  const withSearch = (path: string) => (query === '' ? path : `${path}?${query}`);
  return (
    <Page
      title={t('title')}
      width="full"
      actions={
        <ButtonLink variant="primary" icon={FilePlus} to="/soan-van-ban">
          {t('new')}
        </ButtonLink>
      }
      bar={<Filters />}
    >
      <ListDetail
        listLabel={t('list')}
        detailLabel={t('detail')}
        onClose={() => navigate(withSearch('/van-ban-di'))}
        list={<List openId={openId} hrefOf={(id) => withSearch(`/van-ban-di/${id}`)} />}
        detail={openId === undefined ? undefined : <Outlet />}
      />
    </Page>
  );
}

function Filters(): ReactNode {
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
      <Select
        label={t('states')}
        hideLabel
        value={state ?? 'all'}
        onChange={(value) => setSearch({ trang_thai: value === 'all' ? undefined : value })}
        options={[{ value: 'all', label: t('all') }, ...outgoingStates.map((each) => ({ value: each, label: t(each) }))]}
      />
      <TextField label={t('search')} hideLabel icon={Search} placeholder={t('search')} type="search" value={typed} onChange={setTyped} />
    </>
  );
}

type Row = z.infer<typeof outgoingRow>;

function List({ openId, hrefOf }: { openId: string | undefined; hrefOf: (id: string) => string }): ReactNode {
  const t = useT(messages);
  const api = useApi();
  const [search, setSearch] = useSearch();
  const state = outgoingStates.find((each) => each === search['trang_thai']);
  const text = search['tim'];
  const pages = useInfiniteQuery({
    queryKey: ['outgoing-documents', 'list', state, text],
    queryFn: ({ signal, pageParam }) => api.get<z.infer<typeof outgoingList>>('/api/v1/outgoing-documents', { signal, query: { state, text, after: pageParam } }),
    // safe because the first page has no cursor
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
  });
  const filtered = state !== undefined || text !== undefined;
  return (
    <DataList
      label={t('list')}
      storageKey="outgoing-documents"
      columns={columns(t)}
      rows={pages.data?.pages.flatMap((page) => page.rows)}
      rowId={(row) => row.id}
      hrefOf={(row) => hrefOf(row.id)}
      openId={openId}
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

function columns(t: T): Column<Row>[] {
  return [
    { id: 'number', label: t('number'), width: '10rem', narrow: 'top', render: (row) => row.numberAndNotation ?? <span className="lt-quiet">{t('noNumber')}</span> },
    { id: 'summary', label: t('summary'), narrow: 'title', main: true, render: (row) => row.summary },
    { id: 'urgency', label: t('urgency'), width: '7rem', narrow: 'aside', optional: true, render: (row) => <UrgencyBadge urgency={row.urgency} t={t} /> },
    { id: 'type', label: t('type'), width: '8rem', narrow: 'hidden', optional: 'hidden', render: (row) => row.typeName },
    { id: 'state', label: t('state'), width: '9rem', narrow: 'below', render: (row) => <OutgoingStateMark state={row.state} t={t} /> },
    { id: 'approver', label: t('approver'), width: '11rem', narrow: 'hidden', optional: true, render: (row) => row.approverName },
    { id: 'recipients', label: t('recipients'), width: '8rem', narrow: 'below', optional: true, render: (row) => t('recipientCount', { count: row.recipientCount }) },
    { id: 'issuedOn', label: t('issuedOn'), width: '7rem', narrow: 'hidden', optional: true, render: (row) => (row.issuedOn === null ? null : formatDate(row.issuedOn)) },
    { id: 'drafter', label: t('drafter'), width: '11rem', narrow: 'hidden', optional: 'hidden', render: (row) => row.drafterName },
    { id: 'createdAt', label: t('createdAt'), width: '9.5rem', narrow: 'hidden', optional: 'hidden', render: (row) => formatDateTime(row.createdAt) },
  ];
}
