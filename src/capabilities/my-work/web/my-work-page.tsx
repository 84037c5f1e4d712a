import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useApi } from '#ui/api-context.tsx';
import { Button } from '#ui/controls/button.tsx';
import { Badge } from '#ui/data/badge.tsx';
import { DataList, type Column } from '#ui/data/data-list.tsx';
import { DeadlineMark } from '#ui/data/deadline-mark.tsx';
import { pagingOf, turnByKey } from '#ui/data/keyed-pages.ts';
import { Tabs } from '#ui/data/tabs.tsx';
import { EmptyState } from '#ui/feedback/empty-state.tsx';
import { formatDateTime, formatRelative } from '#ui/format.ts';
import { useLanguage, useT, type Translate } from '#ui/i18n.ts';
import { Page } from '#ui/layout/page.tsx';
import { useSearch } from '#ui/navigation.tsx';
import { useSession } from '#ui/session-context.tsx';
import type { MyWorkCounts, MyWorkItem, MyWorkPage as WorkPage } from '../contract.ts';
import { messages } from './messages.ts';

const TOPICS = ['outgoing-documents', 'incoming-documents', 'cases'];
const FILTERS = ['overdue', 'today', 'near'] as const;

/** What waits for me in my post now, most urgent first; kept live. */
export function MyWorkPage(): ReactNode {
  const t = useT(messages);
  const api = useApi();
  const { post } = useSession();
  const { language } = useLanguage();
  const [{ han }, setSearch] = useSearch();
  const deadline = FILTERS.find((filter) => filter === han);
  const counts = useQuery({ queryKey: ['my-work', 'counts'], meta: { topics: TOPICS }, queryFn: ({ signal }) => api.get<MyWorkCounts>('/api/v1/my-work/counts', { signal }) });
  const pages = useInfiniteQuery({
    queryKey: ['my-work', 'list', deadline],
    meta: { topics: TOPICS },
    queryFn: ({ signal, pageParam }) => api.get<WorkPage>('/api/v1/my-work', { signal, query: { deadline, after: pageParam } }),
    ...turnByKey,
  });
  const rows = pages.data?.pages.flatMap((page) => page.items);
  const now = new Date();
  return (
    <Page
      title={t('title')}
      subtitle={counts.data === undefined ? undefined : t('subtitle', { count: counts.data.open, post: post.title })}
      bar={
        <Tabs
          label={t('filter')}
          value={deadline ?? 'all'}
          onChange={(id) => setSearch({ han: id === 'all' ? undefined : id })}
          items={[
            { id: 'all', label: t('all'), count: counts.data?.open },
            ...FILTERS.map((filter) => ({ id: filter, label: t(filter), count: counts.data?.[filter] })),
          ]}
        />
      }
    >
      <DataList
        label={t('list')}
        storageKey="my-work"
        columns={columns(t, { now, language })}
        rows={rows}
        rowId={(item) => item.id}
        hrefOf={(item) => item.href.replace(/^\/app/, '')}
        refreshing={pages.isFetching && !pages.isFetchingNextPage}
        error={pages.error}
        onRetry={() => void pages.refetch()}
        paging={pagingOf(pages)}
        empty={
          deadline === undefined ? (
            <EmptyState kind="last" title={t('empty')}>
              {t('emptyText')}
            </EmptyState>
          ) : (
            <EmptyState kind="filtered" title={t('noneHere')} actions={<Button onClick={() => setSearch({ han: undefined })}>{t('showAll')}</Button>} />
          )
        }
      />
    </Page>
  );
}

type Translator = Translate<keyof (typeof messages)['vi']>;

function columns(t: Translator, { now, language }: { now: Date; language: 'vi' | 'en' }): Column<MyWorkItem>[] {
  return [
    { id: 'kind', label: t('what'), width: '9rem', narrow: 'top', render: (item) => <strong>{kindLabel(t, item.kind)}</strong> },
    { id: 'title', label: t('about'), narrow: 'title', main: true, render: (item) => item.title },
    {
      id: 'urgency',
      label: t('urgency'),
      width: '7.5rem',
      narrow: 'aside',
      optional: true,
      render: (item) => (item.urgency === 'normal' ? null : <Badge tone="danger">{t(item.urgency)}</Badge>),
    },
    { id: 'due', label: t('due'), width: '9rem', narrow: 'below', render: (item) => (item.dueAt === null ? null : <DeadlineMark due={item.dueAt} now={now} short />) },
    {
      id: 'since',
      label: t('since'),
      width: '9rem',
      narrow: 'below',
      optional: true,
      render: (item) =>
        item.takenBy !== null && !item.takenBy.isMe ? (
          t('takenBy', { name: item.takenBy.name })
        ) : (
          <time dateTime={item.openedAt} title={formatDateTime(item.openedAt)}>
            {formatRelative(item.openedAt, { now, language })}
          </time>
        ),
    },
  ];
}

function kindLabel(t: Translator, kind: string): string {
  return kind in messages.vi ? t(kind as keyof (typeof messages)['vi']) : kind; // safe because the key was just found
}
