import RefreshCw from 'lucide-react/icons/refresh-cw';
import Waypoints from 'lucide-react/icons/waypoints';
import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useApi } from '#ui/api-context.tsx';
import { Button } from '#ui/controls/button.tsx';
import { DataList, type Column } from '#ui/data/data-list.tsx';
import { oneOf, pagingOf } from '#ui/data/keyed-pages.ts';
import { StateMark, type StateKind } from '#ui/data/state-mark.tsx';
import { Tabs } from '#ui/data/tabs.tsx';
import { EmptyState } from '#ui/feedback/empty-state.tsx';
import { Forbidden } from '#ui/feedback/forbidden.tsx';
import { problemToast } from '#ui/feedback/problem-toast.ts';
import { useToasts } from '#ui/feedback/toast.tsx';
import { formatDateTime } from '#ui/format.ts';
import { useT, type Translate } from '#ui/i18n.ts';
import { Page } from '#ui/layout/page.tsx';
import { useMutation } from '#ui/mutation.ts';
import { useNavigation, useSearch } from '#ui/navigation.tsx';
import { useAbility } from '#ui/session-context.tsx';
import { packetMessages, type PacketKey } from './packet-messages.ts';
import './partners.css';
import { TroubleText } from './trouble-text.tsx';
import type { Transfer } from './words.ts';

const states = ['waiting', 'sent', 'processed', 'refused', 'failed'] as const;
const kinds: Record<Transfer['state'], StateKind> = { waiting: 'present', sent: 'present', processed: 'done', refused: 'stopped', failed: 'stopped' };
const PAGE = 100;

/** What goes out to the systems, newest first, and sending one again. */
export function TransfersPage(): ReactNode {
  const t = useT(packetMessages);
  const { navigate } = useNavigation();
  const [search, setSearch] = useSearch();
  const mayWatch = useAbility('exchange-partners.watch');
  const state = oneOf(states, search['trang_thai']);
  const back = (
    <Button icon={Waypoints} onClick={() => navigate('/he-thong-ket-noi')}>
      {t('back')}
    </Button>
  );
  const bar = (
    <Tabs
      label={t('transferState')}
      value={state ?? 'all'}
      onChange={(id) => setSearch({ trang_thai: id === 'all' ? undefined : id })}
      items={[{ id: 'all', label: t('anyState') }, ...states.map((id) => ({ id, label: t(`transfer.${id}`) }))]}
    />
  );
  return (
    <Page title={t('transfers')} width="full" actions={back} bar={mayWatch ? bar : undefined}>
      {mayWatch ? <Transfers state={state} /> : <Forbidden />}
    </Page>
  );
}

function kindOf({ kind, about }: Transfer, t: Translate<PacketKey>): string {
  switch (kind) {
    case 'envelope':
      return t(`kind.${about.business}`);
    case 'answer':
      return answerOf(about.status, t);
    case 'opening':
    case 'reminder':
      return t(`kind.${kind}`);
  }
}

/** What an answer says, in words; of a status that has none, its number. */
function answerOf(status: string | null, t: Translate<PacketKey>): string {
  const known = (['01', '02', '03', '04', '05', '06', '13', '15', '16'] as const).find((each) => each === status);
  return known === undefined ? t('kind.answer', { status: status ?? '' }) : t(`answer.${known}`);
}

function Transfers({ state }: { state: Transfer['state'] | undefined }): ReactNode {
  const t = useT(packetMessages);
  const api = useApi();
  const mayKeep = useAbility('exchange-partners.keep');
  const pages = useInfiniteQuery({
    queryKey: ['exchange', 'transfers', state],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ signal, pageParam }) => api.get<{ transfers: Transfer[] }>('/api/v1/exchange/transfers', { signal, query: { state, before: pageParam } }),
    getNextPageParam: (page) => (page.transfers.length < PAGE ? undefined : page.transfers.at(-1)?.id),
  });
  const columns: Column<Transfer>[] = [
    { id: 'to', label: t('to'), width: '14%', main: true, narrow: 'title', render: (row) => <span className="lt-partners__side">{row.partnerName}</span> },
    { id: 'kind', label: t('kind'), width: '8.5rem', narrow: 'below', render: (row) => <span className="lt-partners__side">{kindOf(row, t)}</span> },
    { id: 'number', label: t('number'), width: '7rem', narrow: 'below', render: (row) => row.about.number },
    { id: 'sender', label: t('sender'), width: '13%', narrow: 'below', render: (row) => <span className="lt-partners__side">{row.about.senderName}</span> },
    { id: 'state', label: t('transferState'), width: '12.5rem', narrow: 'below', render: (row) => <StateMark kind={kinds[row.state]}>{t(`transfer.${row.state}`)}</StateMark> },
    { id: 'problem', label: t('why'), narrow: 'below', render: (row) => (row.problem !== null ? <span className="lt-partners__side"><span><TroubleText failure={row} /></span></span> : row.problemCode === 'circuitOpen' ? <span className="lt-partners__side">{t('lineDown', { at: row.nextTryAt === null ? '' : formatDateTime(row.nextTryAt) })}</span> : null) },
    { id: 'attempts', label: t('attempts'), width: '7rem', align: 'end', narrow: 'hidden', optional: 'hidden', render: (row) => String(row.attempts) },
    { id: 'created', label: t('created'), width: '9.5rem', narrow: 'below', render: (row) => formatDateTime(row.createdAt) },
    ...(mayKeep ? [{ id: 'act', label: t('act'), width: '7rem', narrow: 'below' as const, render: (row: Transfer) => (row.state === 'refused' || row.state === 'failed' ? <Replay row={row} /> : null) }] : []),
  ];
  return (
    <DataList
      label={t('transfers')}
      storageKey="exchange-transfers"
      columns={columns}
      rows={pages.data?.pages.flatMap((page) => page.transfers)}
      rowId={(row) => row.id}
      error={pages.error}
      onRetry={() => void pages.refetch()}
      refreshing={pages.isFetching && !pages.isFetchingNextPage}
      paging={pagingOf(pages)}
      empty={<EmptyState title={t('transfersEmpty')}>{t('transfersEmptyText')}</EmptyState>}
    />
  );
}

function Replay({ row }: { row: Transfer }): ReactNode {
  const t = useT(packetMessages);
  const api = useApi();
  const toasts = useToasts();
  const queries = useQueryClient();
  const replay = useMutation({
    mutationFn: () => api.post(`/api/v1/exchange/agencies/${row.agencyId}/transfers/${row.id}/retry`),
    onSuccess: () => toasts.show({ tone: 'done', text: t('replayed') }),
    onError: (error) => toasts.show(problemToast(error)),
    onSettled: () => void queries.invalidateQueries({ queryKey: ['exchange'] }),
  });
  return (
    <Button size="small" icon={RefreshCw} loading={replay.isPending} onClick={() => replay.mutate()}>
      {t('replay')}
    </Button>
  );
}
