import RefreshCw from 'lucide-react/icons/refresh-cw';
import Waypoints from 'lucide-react/icons/waypoints';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { useApi } from '#ui/api-context.tsx';
import { Button } from '#ui/controls/button.tsx';
import { Combobox } from '#ui/controls/combobox.tsx';
import { Select } from '#ui/controls/select.tsx';
import { TextArea } from '#ui/controls/text-area.tsx';
import { DataList, type Column } from '#ui/data/data-list.tsx';
import { pagingOf } from '#ui/data/keyed-pages.ts';
import { Banner } from '#ui/feedback/banner.tsx';
import { EmptyState } from '#ui/feedback/empty-state.tsx';
import { Forbidden } from '#ui/feedback/forbidden.tsx';
import { formatBytes, formatDateTime } from '#ui/format.ts';
import { useT, type Translate } from '#ui/i18n.ts';
import '#ui/layout/form.css';
import { Page } from '#ui/layout/page.tsx';
import { useNavigation } from '#ui/navigation.tsx';
import { ActDialog } from '#ui/overlays/act-dialog.tsx';
import { Menu } from '#ui/overlays/menu.tsx';
import { useAbility } from '#ui/session-context.tsx';
import type { TakerList } from '#engines/exchange/contract.ts';
import { packetMessages, type PacketKey } from './packet-messages.ts';
import './partners.css';
import { useRetryArrival } from './use-retry-arrival.ts';
import { ARRIVALS, ARRIVALS_PAGE, LOOK_AGAIN_MS, reasonOf, type Arrival } from './words.ts';

type Act = 'hand-over' | 'recover' | 'settle';
type Opened = { act: Act; row: Arrival };

/** What came and could not be delivered: its facts, the reason, and what to do about it. */
export function QuarantinePage(): ReactNode {
  const t = useT(packetMessages);
  const { navigate } = useNavigation();
  const mayWatch = useAbility('exchange-partners.watch');
  const maySettle = useAbility('exchange-partners.settle');
  const back = (
    <Button icon={Waypoints} onClick={() => navigate('/he-thong-ket-noi')}>
      {t('back')}
    </Button>
  );
  return (
    <Page title={t('quarantine')} width="full" actions={mayWatch ? back : undefined}>
      {mayWatch || maySettle ? <Quarantine /> : <Forbidden />}
    </Page>
  );
}

function Quarantine(): ReactNode {
  const t = useT(packetMessages);
  const api = useApi();
  const { data, error, isFetching, isFetchingNextPage, hasNextPage, fetchNextPage, refetch } = useInfiniteQuery({
    queryKey: ['exchange', 'arrivals'],
    refetchInterval: LOOK_AGAIN_MS,
    initialPageParam: undefined as string | undefined,
    queryFn: ({ signal, pageParam }) => api.get<{ arrivals: Arrival[] }>(ARRIVALS, { signal, query: { before: pageParam } }),
    getNextPageParam: (page) => (page.arrivals.length < ARRIVALS_PAGE ? undefined : page.arrivals.at(-1)?.id),
  });
  // Here and not in the row: what somebody is writing stays when the row leaves, since another has ended it meanwhile.
  const [open, setOpen] = useState<Opened | undefined>();
  const rows = data?.pages.flatMap((page) => page.arrivals);
  const mayAct = rows?.some(({ abilities }) => abilities.length > 0) === true;
  return (
    <>
      <DataList
        label={t('quarantine')}
        storageKey="exchange-quarantine"
        columns={columnsOf(t, mayAct, setOpen)}
        rows={rows}
        rowId={(row) => row.id}
        error={error}
        onRetry={() => void refetch()}
        refreshing={isFetching && !isFetchingNextPage && data !== undefined}
        paging={pagingOf({ hasNextPage, isFetchingNextPage, fetchNextPage })}
        empty={
          <EmptyState kind="last" title={t('quarantineEmpty')}>
            {t('quarantineEmptyText')}
          </EmptyState>
        }
      />
      {open !== undefined && <OpenDialog opened={open} onClose={() => setOpen(undefined)} />}
    </>
  );
}

function columnsOf(t: Translate<PacketKey>, mayAct: boolean, onOpen: (opened: Opened) => void): Column<Arrival>[] {
  return [
    { id: 'from', label: t('from'), width: '18%', narrow: 'top', render: (row) => <span className="lt-partners__side">{row.partnerName}</span> },
    {
      id: 'what',
      label: t('what'),
      main: true,
      narrow: 'title',
      render: (row) => (
        <span className="lt-partners__side">
          <span>{titleOf(row) ?? t('unreadable')}</span>
          {row.senderName !== null && <span className="lt-quiet">{row.senderName}</span>}
        </span>
      ),
    },
    { id: 'why', label: t('why'), width: '28%', narrow: 'below', render: (row) => <Why row={row} /> },
    { id: 'at', label: t('receivedAt'), width: '9.5rem', narrow: 'below', render: (row) => formatDateTime(row.receivedAt) },
    { id: 'size', label: t('size'), width: '6rem', align: 'end', narrow: 'hidden', optional: true, render: (row) => formatBytes(row.sizeBytes) },
    ...(mayAct ? [{ id: 'act', label: t('act'), width: '15rem', narrow: 'below' as const, render: (row: Arrival) => row.abilities.length > 0 && <Acts row={row} onOpen={(act) => onOpen({ act, row })} /> }] : []),
  ];
}

function OpenDialog({ opened: { act, row }, onClose }: { opened: Opened; onClose: () => void }): ReactNode {
  switch (act) {
    case 'hand-over':
      return row.claimedAgency === null ? <HandOver row={row} onClose={onClose} /> : <HandClaimOver row={row} to={row.claimedAgency} onClose={onClose} />;
    case 'recover':
      return <Recover row={row} onClose={onClose} />;
    case 'settle':
      return <Settle row={row} onClose={onClose} />;
  }
}

/** A claim has its number where others say what is wrong. */
const titleOf = ({ kind, problem, summary }: Arrival): string | null => (kind === 'claim' && problem !== null ? [problem, summary].filter((part) => part !== null).join(' · ') : summary);

/** The reason in words, and under it what the machine said; of a claim that is the number, which stands as its title. */
function Why({ row }: { row: Arrival }): ReactNode {
  const t = useT(packetMessages);
  return (
    <span className="lt-partners__side">
      <span>{reasonOf(t, row.problemCode)}</span>
      {row.problem !== null && row.kind !== 'claim' && <span className="lt-quiet">{t('detail', { problem: row.problem })}</span>}
    </span>
  );
}

function Acts({ row, onOpen }: { row: Arrival; onOpen: (act: Act) => void }): ReactNode {
  const t = useT(packetMessages);
  const retry = useRetryArrival(row);
  const name = titleOf(row) ?? `${t('unreadable')}, ${row.partnerName}`;
  return (
    <span className="lt-row">
      {row.abilities.includes('retry') && (
        <Button size="small" icon={RefreshCw} loading={retry.isPending} aria-label={`${t('retry')}: ${name}`} onClick={() => retry.mutate()}>
          {t('retry')}
        </Button>
      )}
      <Menu
        trigger={
          <Button size="small" aria-label={`${t('act')}: ${name}`}>
            {t('act')}
          </Button>
        }
        entries={[
          { id: 'recover', label: t('recover'), onSelect: () => onOpen('recover') },
          { id: 'hand-over', label: t('handOver'), onSelect: () => onOpen('hand-over') },
          { id: 'original', label: t('original'), onSelect: () => window.location.assign(`${ARRIVALS}/${row.id}/original`) },
          { id: 'settle', label: t('settle'), onSelect: () => onOpen('settle') },
        ].filter(({ id }) => row.abilities.some((act) => act === id))}
      />
    </span>
  );
}

function HandOver({ row, onClose }: { row: Arrival; onClose: () => void }): ReactNode {
  const t = useT(packetMessages);
  const api = useApi();
  const [agencyId, setAgencyId] = useState<string | undefined>();
  const [typed, setTyped] = useState('');
  const { data, isFetching } = useQuery({ queryKey: ['exchange', 'takers', typed], queryFn: ({ signal }) => api.get<TakerList>(`${ARRIVALS}/takers`, { signal, query: { text: typed } }) });
  const options = (data?.agencies ?? []).map(({ id, name, code, hasClerk }) => ({ value: id, label: name, disabled: !hasClerk, ...(hasClerk ? (code === null ? {} : { hint: code }) : { hint: t('noClerk') }) }));
  return (
    <ActDialog
      topics={['exchange']}
      title={t('handOver')}
      text={t('handOverText')}
      verb={t('handOverVerb')}
      disabled={agencyId === undefined}
      send={() => api.post(`${ARRIVALS}/${row.id}/hand-over`, { agencyId })}
      done={() => t('handedOver')}
      onClose={onClose}
    >
      {(problem) => <Combobox label={t('agency')} required options={options} value={agencyId} onChange={setAgencyId} onType={setTyped} loading={isFetching} error={problem('agencyId')} />}
    </ActDialog>
  );
}

/** Only the agency in whose name it is can write it back: there is nothing to choose. */
function HandClaimOver({ row, to, onClose }: { row: Arrival; to: NonNullable<Arrival['claimedAgency']>; onClose: () => void }): ReactNode {
  const t = useT(packetMessages);
  const api = useApi();
  const send = () => api.post(`${ARRIVALS}/${row.id}/hand-over`, { agencyId: to.id });
  return (
    <ActDialog
      topics={['exchange']}
      title={t('handOver')}
      text={t('handClaimOverText', { number: row.problem ?? '', agency: to.name })}
      verb={t('handOverVerb')}
      disabled={!to.hasClerk}
      send={send}
      done={() => t('handedOver')}
      onClose={onClose}
    >
      {() => !to.hasClerk && <Banner tone="warn">{t('claimNoClerk', { agency: to.name })}</Banner>}
    </ActDialog>
  );
}

/** A person says that what a partner has in our name is ours. */
function Recover({ row, onClose }: { row: Arrival; onClose: () => void }): ReactNode {
  const t = useT(packetMessages);
  const api = useApi();
  const [resolution, setResolution] = useState('');
  return (
    <ActDialog
      topics={['exchange']}
      title={t('recover')}
      text={t('recoverText', { number: row.problem ?? '' })}
      verb={t('recover')}
      send={() => api.post(`${ARRIVALS}/${row.id}/recover`, { resolution })}
      done={() => t('recovered')}
      onClose={onClose}
    >
      {(problem) => <TextArea label={t('recoverReason')} required rows={3} value={resolution} onChange={setResolution} error={problem('resolution')} />}
    </ActDialog>
  );
}

function Settle({ row, onClose }: { row: Arrival; onClose: () => void }): ReactNode {
  const t = useT(packetMessages);
  const api = useApi();
  const [outcome, setOutcome] = useState<'resolved' | 'discarded'>('resolved');
  const [resolution, setResolution] = useState('');
  return (
    <ActDialog topics={['exchange']} title={t('settle')} text={t('settleText')} verb={t('settle')} send={() => api.post(`${ARRIVALS}/${row.id}/settle`, { outcome, resolution })} done={() => t('settled')} onClose={onClose}>
      {(problem) => (
        <>
          <Select
            label={t('outcome')}
            required
            value={outcome}
            onChange={setOutcome}
            options={[
              { value: 'resolved', label: t('resolved') },
              { value: 'discarded', label: t('discarded') },
            ]}
          />
          <TextArea label={t('resolution')} required rows={3} value={resolution} onChange={setResolution} error={problem('resolution')} />
        </>
      )}
    </ActDialog>
  );
}
