import FilePlus from 'lucide-react/icons/file-plus';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useApi } from '#ui/api-context.tsx';
import { Button, ButtonLink } from '#ui/controls/button.tsx';
import { DataList, type Column } from '#ui/data/data-list.tsx';
import { ListFilters } from '#ui/data/list-filters.tsx';
import { EmptyState } from '#ui/feedback/empty-state.tsx';
import { formatDate, formatDateTime } from '#ui/format.ts';
import { useT } from '#ui/i18n.ts';
import { ListDetail } from '#ui/layout/list-detail.tsx';
import { Page } from '#ui/layout/page.tsx';
import '#ui/layout/form.css';
import { Outlet, useNavigation, useParam, useSearch } from '#ui/navigation.tsx';
import { RouteInline } from '#ui/route/route-inline.tsx';
import type { z } from 'zod';
import type { documentTypeView, outgoingList, outgoingRow } from '../contract.ts';
import { outgoingStates, urgencies } from '../domain/states.ts';
import { messages } from './messages.ts';
import { OutgoingStateMark, UrgencyBadge, type T } from './outgoing-marks.tsx';
import { routeOfRow } from './outgoing-route.ts';

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
  const api = useApi();
  const types = useQuery({ queryKey: ['registers', 'types'], staleTime: 300_000, queryFn: ({ signal }) => api.get<DocumentTypes>('/api/v1/outgoing-documents/document-types', { signal }) });
  return (
    <ListFilters
      choices={[
        { name: 'trang_thai', label: t('states'), all: t('anyState'), options: outgoingStates.map((value) => ({ value, label: t(value) })) },
        { name: 'do_khan', label: t('urgency'), all: t('anyUrgency'), options: urgencies.map((value) => ({ value, label: t(value) })) },
        { name: 'loai', label: t('type'), all: t('anyType'), options: (types.data?.types ?? []).map(({ code, name }) => ({ value: code, label: name })) },
      ]}
      search={{ name: 'tim', label: t('search') }}
    />
  );
}

type DocumentTypes = { types: z.infer<typeof documentTypeView>[] };
type Row = z.infer<typeof outgoingRow>;

function List({ openId, hrefOf }: { openId: string | undefined; hrefOf: (id: string) => string }): ReactNode {
  const t = useT(messages);
  const api = useApi();
  const [search, setSearch] = useSearch();
  const state = outgoingStates.find((each) => each === search['trang_thai']);
  const urgency = urgencies.find((each) => each === search['do_khan']);
  const type = search['loai'];
  const text = search['tim'];
  const filters = { state, urgency, type, text };
  const pages = useInfiniteQuery({
    queryKey: ['outgoing-documents', 'list', filters],
    queryFn: ({ signal, pageParam }) => api.get<z.infer<typeof outgoingList>>('/api/v1/outgoing-documents', { signal, query: { ...filters, after: pageParam } }),
    // safe because the first page has no cursor
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
  });
  const filtered = Object.values(filters).some((value) => value !== undefined);
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
          <EmptyState kind="filtered" title={t('noneFound')} actions={<Button onClick={() => setSearch({ trang_thai: undefined, do_khan: undefined, loai: undefined, tim: undefined })}>{t('clear')}</Button>} />
        ) : (
          <EmptyState title={t('empty')}>{t('emptyText')}</EmptyState>
        )
      }
    />
  );
}

function columns(t: T): Column<Row>[] {
  return [
    { id: 'number', label: t('number'), width: '8.5rem', narrow: 'top', render: (row) => row.numberAndNotation ?? <span className="lt-quiet">{t('noNumber')}</span> },
    { id: 'summary', label: t('summary'), narrow: 'title', main: true, render: (row) => row.summary },
    { id: 'urgency', label: t('urgency'), width: '6.5rem', narrow: 'aside', optional: true, render: (row) => (row.urgency === 'normal' ? null : <UrgencyBadge urgency={row.urgency} t={t} />) },
    { id: 'type', label: t('type'), width: '8rem', narrow: 'hidden', optional: 'hidden', render: (row) => row.typeName },
    {
      id: 'route',
      label: t('route'),
      width: '7.5rem',
      narrow: 'below',
      optional: true,
      render: (row) => <RouteInline label={t('routeOf', { name: row.numberAndNotation ?? row.summary })} stations={routeOfRow(row, t)} />,
    },
    { id: 'state', label: t('state'), width: '8.5rem', narrow: 'below', render: (row) => <OutgoingStateMark state={row.state} t={t} /> },
    { id: 'approver', label: t('approver'), width: '10rem', narrow: 'hidden', optional: true, render: (row) => row.approverName },
    { id: 'recipients', label: t('recipients'), width: '6.5rem', narrow: 'below', optional: true, render: (row) => t('recipientCount', { count: row.recipientCount }) },
    { id: 'issuedOn', label: t('issuedOn'), width: '7rem', narrow: 'hidden', optional: true, render: (row) => (row.issuedOn === null ? null : formatDate(row.issuedOn)) },
    { id: 'drafter', label: t('drafter'), width: '11rem', narrow: 'hidden', optional: 'hidden', render: (row) => row.drafterName },
    { id: 'createdAt', label: t('createdAt'), width: '9.5rem', narrow: 'hidden', optional: 'hidden', render: (row) => formatDateTime(row.createdAt) },
  ];
}
