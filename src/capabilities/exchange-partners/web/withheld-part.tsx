import RefreshCw from 'lucide-react/icons/refresh-cw';
import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import type { z } from 'zod';
import type { withheldPage } from '#engines/exchange/contract.ts';
import { useApi } from '#ui/api-context.tsx';
import { Button } from '#ui/controls/button.tsx';
import { DataList, type Column } from '#ui/data/data-list.tsx';
import { pagingOf } from '#ui/data/keyed-pages.ts';
import { ErrorState } from '#ui/feedback/error-state.tsx';
import { problemToast } from '#ui/feedback/problem-toast.ts';
import { useToasts } from '#ui/feedback/toast.tsx';
import { formatDateTime } from '#ui/format.ts';
import { useT, type Translate } from '#ui/i18n.ts';
import '#ui/layout/form.css';
import { Section } from '#ui/layout/page.tsx';
import { useMutation } from '#ui/mutation.ts';
import './partners.css';
import { TroubleText } from './trouble-text.tsx';
import { withheldMessages, type WithheldKey } from './withheld-messages.ts';
import { LOOK_AGAIN_MS, PARTNERS, type Partner } from './words.ts';

type Page = z.infer<typeof withheldPage>;
type Packet = Page['packets'][number];

/** While the axis is being asked, what it gives leaves the list soon. */
const WHILE_ASKING_MS = 5000;

const isDue = ({ nextAskAt }: Packet): boolean => Date.parse(nextAskAt) <= Date.now();
const isBeingAsked = ({ packets, abilities }: Page): boolean => abilities.length > 0 && packets.some(isDue);

/** What the national axis lists and does not give: why, when it is asked for again, and having it asked for now. Nothing where there is none. */
export function WithheldPart({ partner }: { partner: Partner }): ReactNode {
  const t = useT(withheldMessages);
  const api = useApi();
  const toasts = useToasts();
  const queries = useQueryClient();
  const url = `${PARTNERS}/${partner.id}/withheld`;
  const { data, error, isFetching, isFetchingNextPage, hasNextPage, fetchNextPage, refetch } = useInfiniteQuery({
    queryKey: ['exchange', 'partner-withheld', partner.id],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ signal, pageParam }) => api.get<Page>(url, { signal, query: { after: pageParam } }),
    getNextPageParam: (page) => page.next ?? undefined,
    refetchInterval: ({ state }) => (state.data?.pages.some(isBeingAsked) === true ? WHILE_ASKING_MS : LOOK_AGAIN_MS),
  });
  const askAgain = useMutation({
    mutationFn: () => api.post(`${url}/ask-again`),
    onSuccess: () => toasts.show({ tone: 'info', text: t('asked') }),
    onError: (problem) => toasts.show(problemToast(problem)),
    onSettled: () => void queries.invalidateQueries({ queryKey: ['exchange'] }),
  });
  if (data === undefined) return error === null ? null : <ErrorState compact error={error} onRetry={() => void refetch()} />;
  const first = data.pages[0];
  if (first === undefined || first.total === 0) return null;
  return (
    <Section
      title={t('title', { count: first.total })}
      actions={
        first.abilities.includes('ask-again') && (
          <Button size="small" icon={RefreshCw} loading={askAgain.isPending} onClick={() => askAgain.mutate()}>
            {t('askAgain')}
          </Button>
        )
      }
    >
      <p className="lt-quiet">{t('text')}</p>
      <DataList
        label={t('packet')}
        columns={columnsOf(t)}
        rows={data.pages.flatMap(({ packets }) => packets)}
        rowId={(row) => row.docId}
        error={error}
        onRetry={() => void refetch()}
        refreshing={isFetching && !isFetchingNextPage}
        paging={pagingOf({ hasNextPage, isFetchingNextPage, fetchNextPage })}
        empty={null}
      />
    </Section>
  );
}

function columnsOf(t: Translate<WithheldKey>): Column<Packet>[] {
  return [
    {
      id: 'packet',
      label: t('packet'),
      width: '26%',
      main: true,
      narrow: 'title',
      render: ({ docId, fromCode, messageType }) => (
        <span className="lt-partners__side">
          <span>{docId}</span>
          <span className="lt-quiet">{[...(messageType === 'status' ? [t('status')] : []), fromCode === null ? t('fromUnknown') : t('from', { code: fromCode })].join(' · ')}</span>
        </span>
      ),
    },
    {
      id: 'why',
      label: t('why'),
      narrow: 'below',
      render: (row) => (
        <span className="lt-partners__side">
          <TroubleText failure={row} />
        </span>
      ),
    },
    { id: 'since', label: t('since'), width: '10rem', narrow: 'below', render: (row) => formatDateTime(row.since), renderNarrow: (row) => t('sinceNarrow', { at: formatDateTime(row.since) }) },
    { id: 'refusals', label: t('refusals'), width: '5.5rem', narrow: 'below', render: (row) => t('times', { count: row.refusals }), renderNarrow: (row) => t('timesNarrow', { count: row.refusals }) },
    { id: 'next', label: t('next'), width: '10rem', narrow: 'below', render: (row) => (isDue(row) ? t('due') : formatDateTime(row.nextAskAt)), renderNarrow: (row) => (isDue(row) ? t('due') : t('nextNarrow', { at: formatDateTime(row.nextAskAt) })) },
  ];
}
