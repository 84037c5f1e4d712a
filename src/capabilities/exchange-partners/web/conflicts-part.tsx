import Download from 'lucide-react/icons/download';
import SearchIcon from 'lucide-react/icons/search';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import type { z } from 'zod';
import type { conflictPage, conflictView } from '#engines/exchange/contract.ts';
import { useApi } from '#ui/api-context.tsx';
import { Button } from '#ui/controls/button.tsx';
import { Select } from '#ui/controls/select.tsx';
import { TextField } from '#ui/controls/text-field.tsx';
import { DataList, type Column } from '#ui/data/data-list.tsx';
import { pagingOf } from '#ui/data/keyed-pages.ts';
import { EmptyState } from '#ui/feedback/empty-state.tsx';
import { formatDate, formatDateTime } from '#ui/format.ts';
import { useT, type Translate } from '#ui/i18n.ts';
import { ActDialog } from '#ui/overlays/act-dialog.tsx';
import { conflictMessages, type ConflictKey } from './conflict-messages.ts';
import './partners.css';
import { LOOK_AGAIN_MS, PARTNERS, type Partner } from './words.ts';

type Conflict = z.infer<typeof conflictView>;
type Page = z.infer<typeof conflictPage>;
type T = Translate<ConflictKey>;
type Problem = Conflict['problem'];
type Decision = { conflict: Conflict; verb: 'accept' | 'keep' };

const ANY = '*';
const problems: readonly Problem[] = ['hosted_here', 'other_partner', 'name_differs', 'code_malformed', 'code_moved'];

/** Where the directory of the other side says something else than ours: nothing was overwritten, and a person decides each. */
export function ConflictsPart({ partner }: { partner: Partner }): ReactNode {
  const t = useT(conflictMessages);
  const api = useApi();
  const [decision, setDecision] = useState<Decision | undefined>();
  const [problem, setProblem] = useState<Problem | typeof ANY>(ANY);
  const [text, setText] = useState('');
  const asked = { ...(problem === ANY ? {} : { problem }), ...(text.trim() === '' ? {} : { text: text.trim() }) };
  const url = `${PARTNERS}/${partner.id}/conflicts`;
  const { data, error, isFetching, isFetchingNextPage, hasNextPage, fetchNextPage, refetch } = useInfiniteQuery({
    queryKey: ['exchange', 'partner-conflicts', partner.id, asked],
    refetchInterval: LOOK_AGAIN_MS,
    initialPageParam: undefined as string | undefined,
    queryFn: ({ signal, pageParam }) => api.get<Page>(url, { signal, query: { ...asked, after: pageParam } }),
    getNextPageParam: (page) => page.next ?? undefined,
    placeholderData: (before) => before,
  });
  const rows = data?.pages.flatMap((page) => page.conflicts);
  const total = data?.pages[0]?.total ?? 0;
  const maySettle = rows?.some(({ abilities }) => abilities.length > 0) === true;
  const columns: Column<Conflict>[] = [
    { id: 'what', label: t('what'), width: '18%', narrow: 'top', render: (row) => <span className="lt-partners__side">{t(`problem.${row.problem}`)}</span> },
    { id: 'theirs', label: t('theirs'), narrow: 'title', main: true, render: (row) => <Side name={row.name} more={[codeOf(t, row.code)]} /> },
    { id: 'ours', label: t('ours'), width: '27%', narrow: 'below', render: (row) => <Ours ours={row.ours} t={t} /> },
    { id: 'since', label: t('since'), width: '6.5rem', narrow: 'aside', render: (row) => <time dateTime={row.foundAt} title={formatDateTime(row.foundAt)}>{formatDate(row.foundAt)}</time> },
    ...(maySettle ? [{ id: 'action', label: t('action'), width: '8.5rem', narrow: 'below' as const, render: (row: Conflict) => <Acts conflict={row} t={t} onDecide={setDecision} /> }] : []),
  ];
  return (
    <>
      {total > 0 && (
        <div className="lt-partners__filters">
          <Select label={t('what')} hideLabel value={problem} onChange={setProblem} options={[{ value: ANY, label: t('any') }, ...problems.map((value) => ({ value, label: t(`problem.${value}`) }))]} />
          <TextField label={t('search')} hideLabel icon={SearchIcon} placeholder={t('search')} type="search" maxLength={200} value={text} onChange={setText} />
          <span className="lt-partners__acts">
            {(['xlsx', 'csv'] as const).map((format) => (
              <Button key={format} icon={Download} onClick={() => window.location.assign(`${url}.${format}?${new URLSearchParams(asked).toString()}`)}>
                {t(format)}
              </Button>
            ))}
          </span>
        </div>
      )}
      <DataList
        label={t('tab')}
        columns={columns}
        rows={rows}
        rowId={(row) => row.remoteId}
        refreshing={isFetching && !isFetchingNextPage && data !== undefined}
        error={error}
        onRetry={() => void refetch()}
        paging={pagingOf({ hasNextPage, isFetchingNextPage, fetchNextPage })}
        empty={
          total > 0 ? (
            <EmptyState kind="filtered" title={t('noneFound')} />
          ) : (
            <EmptyState kind="last" title={t('empty')}>
              {t('emptyText')}
            </EmptyState>
          )
        }
      />
      {decision !== undefined && <Decide partner={partner} decision={decision} onClose={() => setDecision(undefined)} />}
    </>
  );
}

const codeOf = (t: T, code: string | null): string => (code === null ? t('noCode') : t('codeIs', { code }));

function Side({ name, more }: { name: string; more: readonly string[] }): ReactNode {
  return (
    <span className="lt-partners__side">
      <span>{name}</span>
      <span className="lt-quiet">{more.join(', ')}</span>
    </span>
  );
}

function Ours({ ours, t }: { ours: Conflict['ours']; t: T }): ReactNode {
  if (ours === null) return <span className="lt-quiet">{t('nothingHere')}</span>;
  const way = ours.isLocal ? t('local') : ours.via === null ? t('noWay') : t('via', { name: ours.via });
  return <Side name={ours.name} more={[codeOf(t, ours.code), way]} />;
}

function Acts({ conflict, t, onDecide }: { conflict: Conflict; t: T; onDecide: (decision: Decision) => void }): ReactNode {
  return (
    <span className="lt-partners__acts">
      {conflict.abilities.map((verb) => (
        <Button key={verb} size="small" aria-label={`${t(verb)}: ${conflict.name}`} onClick={() => onDecide({ conflict, verb })}>
          {t(verb)}
        </Button>
      ))}
    </span>
  );
}

function Decide({ partner, decision: { conflict, verb }, onClose }: { partner: Partner; decision: Decision; onClose: () => void }): ReactNode {
  const t = useT(conflictMessages);
  const api = useApi();
  const url = `${PARTNERS}/${partner.id}/conflicts/${encodeURIComponent(conflict.remoteId)}`;
  if (verb === 'keep') {
    return <ActDialog topics={['exchange']} title={t('keepTitle')} text={t('keepText')} verb={t('keep')} send={() => api.post(`${url}/settle`)} done={t('kept')} onClose={onClose} />;
  }
  // The server does not offer to give away an agency that lives here.
  if (conflict.problem === 'hosted_here') return null;
  const text = t(`accept.${conflict.problem}`, { theirs: conflict.name, ours: conflict.ours?.name ?? '' });
  return <ActDialog topics={['exchange']} title={t('acceptTitle', { name: partner.name })} text={text} verb={t('accept')} send={() => api.post(`${url}/accept`)} done={t('accepted')} onClose={onClose} />;
}
