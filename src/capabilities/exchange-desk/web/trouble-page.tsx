import { useQuery } from '@tanstack/react-query';
import RefreshCw from 'lucide-react/icons/refresh-cw';
import { useRef, useState, type ReactNode } from 'react';
import type { TroubledDelivery } from '#engines/exchange/contract.ts';
import { useApi } from '#ui/api-context.tsx';
import { Button } from '#ui/controls/button.tsx';
import { DataList, type Column } from '#ui/data/data-list.tsx';
import { StateMark, type StateKind } from '#ui/data/state-mark.tsx';
import { EmptyState } from '#ui/feedback/empty-state.tsx';
import { Forbidden } from '#ui/feedback/forbidden.tsx';
import { formatDateTime, formatRelative, formatTime } from '#ui/format.ts';
import { useLanguage, useT, type Translate } from '#ui/i18n.ts';
import { Page } from '#ui/layout/page.tsx';
import '#ui/layout/form.css';
import { useAbility, useSession } from '#ui/session-context.tsx';
import { DeskNav } from './desk-nav.tsx';
import { DocumentName } from './document-name.tsx';
import { messages, type MessageKey } from './messages.ts';
import { canBeRetried, isLineDown, keyOf, LOOK_AGAIN_MS, troubleUrl, type Troubles } from './trouble.ts';
import { moreToChoose } from './trouble-choice.ts';
import { useRetry, useRetryChosen } from './use-retry.ts';
import './trouble.css';

const SHOWN_AT_ONCE = 50;

/** What was sent and has not arrived: to whom, since when, why, and trying again. Kept live. */
export function TroublePage(): ReactNode {
  const t = useT(messages);
  if (useAbility('exchange-desk.watch')) return <Troubled />;
  return (
    <Page title={t('title')}>
      <Forbidden />
    </Page>
  );
}

function Troubled(): ReactNode {
  const t = useT(messages);
  const api = useApi();
  const { agency } = useSession();
  const [shown, setShown] = useState(SHOWN_AT_ONCE);
  const { data, error, isFetching, refetch } = useQuery({
    queryKey: ['exchange', 'troubled'],
    refetchInterval: LOOK_AGAIN_MS,
    queryFn: ({ signal }) => api.get<Troubles>(troubleUrl, { signal }),
  });
  const items = data?.items;
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const retryable = useRetryable(items);
  const columns = useColumns(retryable.length > 0);
  const retried = retryable.filter((item) => chosen.has(keyOf(item)));
  const areOwnDocuments = items?.every((item) => item.agencyId === agency.id && item.subject.type === 'outgoing-document') === true;
  return (
    <Page title={t('title')} subtitle={items === undefined || items.length === 0 ? undefined : t('subtitle', { count: items.length })} width="full" bar={<DeskNav />}>
      <DataList
        label={t('list')}
        storageKey="exchange-trouble"
        columns={columns}
        rows={items?.slice(0, shown)}
        rowId={keyOf}
        hrefOf={(item) => (areOwnDocuments ? `/van-ban-di/${item.subject.id}` : `/lien-thong/goi/${item.agencyId}.${item.envelopeId}`)}
        {...(retryable.length > 1 ? { selection: { selected: chosen, onChange: setChosen }, bulkActions: () => <RetryChosen items={retried} more={moreToChoose({ items: items ?? [], retryable, shown, chosen })} onChoose={setChosen} /> } : {})}
        refreshing={isFetching && items !== undefined}
        error={error}
        onRetry={() => void refetch()}
        paging={{ onMore: items !== undefined && items.length > shown ? () => setShown(shown + SHOWN_AT_ONCE) : undefined }}
        empty={
          <EmptyState kind="last" title={t('empty')}>
            {t('emptyText')}
          </EmptyState>
        }
      />
    </Page>
  );
}

const kinds: Record<TroubledDelivery['trouble'], StateKind> = { stuck: 'stopped', returned: 'stopped', retrying: 'present', late: 'present', no_route: 'ahead' };

/** What the caller may try again: the own agency's, where trying has a sense. */
function useRetryable(items: readonly TroubledDelivery[] = []): TroubledDelivery[] {
  const { agency } = useSession();
  const mayRetry = useAbility('exchange-desk.retry');
  return mayRetry ? items.filter((item) => item.agencyId === agency.id && canBeRetried(item)) : [];
}

type RetryChosenProps = { items: readonly TroubledDelivery[]; more: ReturnType<typeof moreToChoose>; onChoose: (chosen: ReadonlySet<string>) => void };

/** Tries all again that are chosen; once all in view are, the rest of the list can be chosen too. */
function RetryChosen({ items, more, onChoose }: RetryChosenProps): ReactNode {
  const t = useT(messages);
  const { mutate, isPending } = useRetryChosen();
  const retry = useRef<HTMLSpanElement>(null);
  const chooseAll = (keys: ReadonlySet<string>): void => {
    onChoose(keys);
    // The button that was pressed is gone: the keyboard goes on with what is done with the choice.
    requestAnimationFrame(() => retry.current?.querySelector('button')?.focus());
  };
  return (
    <>
      {more !== undefined && !isPending && (
        <Button variant="plain" size="small" onClick={() => chooseAll(more.keys)}>
          {t(more.isBounded ? 'chooseMost' : 'chooseTotal', { count: more.keys.size })}
        </Button>
      )}
      <span ref={retry}>
        <Button size="small" icon={RefreshCw} loading={isPending} disabled={items.length === 0} onClick={() => mutate(items, { onSuccess: () => onChoose(new Set()) })}>
          {t('retryChosen', { count: items.length })}
        </Button>
      </span>
    </>
  );
}

function useColumns(hasAction: boolean): Column<TroubledDelivery>[] {
  const t = useT(messages);
  const { language } = useLanguage();
  const { agency } = useSession();
  const mayRetry = useAbility('exchange-desk.retry');
  const now = new Date();
  const columns: Column<TroubledDelivery>[] = [
    { id: 'recipient', label: t('recipient'), width: '18%', narrow: 'top', render: (item) => <span className="lt-trouble__whole">{item.recipientName}</span> },
    { id: 'document', label: t('document'), narrow: 'title', main: true, render: (item) => <DocumentName document={item.document} /> },
    { id: 'trouble', label: t('trouble'), width: '8rem', narrow: 'below', render: (item) => <StateMark kind={kinds[item.trouble]}>{t(`trouble.${item.trouble}`)}</StateMark> },
    {
      id: 'since',
      label: t('since'),
      width: '7rem',
      narrow: 'below',
      optional: true,
      render: (item) => (
        <time dateTime={item.since} title={formatDateTime(item.since)}>
          {formatRelative(item.since, { now, language })}
        </time>
      ),
    },
    { id: 'attempts', label: t('attempts'), width: '7rem', narrow: 'below', optional: true, render: (item) => (item.attempts === 0 ? null : t('attemptCount', { count: item.attempts })) },
    { id: 'reason', label: t('reason'), width: '27%', narrow: 'below', render: (item) => <Reason item={item} t={t} now={now} isVietnamese={language === 'vi'} mayRetry={mayRetry && item.agencyId === agency.id} /> },
  ];
  if (!hasAction) return columns;
  return [...columns, { id: 'action', label: t('action'), width: '8.25rem', narrow: 'below', render: (item) => (item.agencyId === agency.id && canBeRetried(item) ? <RetryButton item={item} /> : null) }];
}

type ReasonProps = { item: TroubledDelivery; t: Translate<MessageKey>; now: Date; isVietnamese: boolean; mayRetry: boolean };

/** The engine's own reason where it wrote one for people; a failed try's is a machine's, and only hangs on the sentence. */
function Reason({ item: { trouble, problem, nextTryAt }, t, now, isVietnamese, mayRetry }: ReasonProps): ReactNode {
  if (trouble === 'no_route' || trouble === 'returned') return <span className="lt-trouble__whole">{(isVietnamese ? problem : null) ?? t(`reason.${trouble}`)}</span>;
  const isAhead = nextTryAt !== null && Date.parse(nextTryAt) > now.getTime();
  const sentences = {
    stuck: () => t(mayRetry ? 'reason.stuck' : 'reason.stuckElsewhere'),
    retrying: () => (isLineDown({ problem }) ? (isAhead ? t('reason.lineDown', { at: formatTime(nextTryAt) }) : t('reason.lineDownSoon')) : isAhead ? t('reason.retrying', { at: formatTime(nextTryAt) }) : t('reason.retryingSoon')),
    late: () => t('reason.late'),
  };
  return (
    <span className="lt-trouble__whole" title={problem === null || isLineDown({ problem }) ? undefined : t('technical', { problem })}>
      {sentences[trouble]()}
    </span>
  );
}

function RetryButton({ item }: { item: TroubledDelivery }): ReactNode {
  const t = useT(messages);
  const { mutate, isPending } = useRetry();
  return (
    <Button size="small" icon={RefreshCw} loading={isPending} onClick={() => mutate(item)}>
      {t('retry')}
    </Button>
  );
}
