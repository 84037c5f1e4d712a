import { useInfiniteQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useApi } from '#ui/api-context.tsx';
import { DataList, type Column } from '#ui/data/data-list.tsx';
import { DeadlineMark } from '#ui/data/deadline-mark.tsx';
import { pagingOf } from '#ui/data/keyed-pages.ts';
import { EmptyState } from '#ui/feedback/empty-state.tsx';
import { formatDateTime } from '#ui/format.ts';
import { useT } from '#ui/i18n.ts';
import { Page } from '#ui/layout/page.tsx';
import type { GuestTask, GuestTasks } from '../contract.ts';
import { guestMessages, type GuestKey } from './guest-messages.ts';

/** What waits for the guest's office: documents to read, requests of senders to answer, reminders. */
export function TasksPage(): ReactNode {
  const t = useT(guestMessages);
  const api = useApi();
  const now = new Date();
  const pages = useInfiniteQuery({
    queryKey: ['guest-offices', 'tasks'],
    meta: { topics: ['incoming-documents', 'cases'] },
    queryFn: ({ signal, pageParam }) => api.get<GuestTasks>('/api/v1/guest-offices/tasks', { signal, query: { after: pageParam } }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next }) => next ?? undefined,
  });
  const columns: Column<GuestTask>[] = [
    { id: 'title', label: t('letter'), narrow: 'title', main: true, render: (row) => row.title },
    { id: 'task', label: t('task'), width: '26%', narrow: 'below', render: (row) => t(wordOf(row)) },
    { id: 'due', label: t('due'), width: '12rem', narrow: 'below', render: (row) => (row.dueAt === null ? null : <DeadlineMark due={row.dueAt} now={now} short />) },
    { id: 'since', label: t('since'), width: '10rem', narrow: 'top', render: (row) => <time dateTime={row.openedAt}>{formatDateTime(row.openedAt)}</time> },
  ];
  return (
    <Page title={t('tasks')} width="full">
      <DataList
        label={t('tasks')}
        storageKey="guest-tasks"
        columns={columns}
        rows={pages.data?.pages.flatMap(({ items }) => items)}
        rowId={(row) => row.id}
        hrefOf={(row) => `/hop-den/${row.subject.id}`}
        refreshing={pages.isFetching && !pages.isFetchingNextPage}
        error={pages.error}
        onRetry={() => void pages.refetch()}
        paging={pagingOf(pages)}
        empty={<EmptyState title={t('tasksEmpty')}>{t('tasksEmptyText')}</EmptyState>}
      />
    </Page>
  );
}

const words: Readonly<Record<string, GuestKey>> = {
  'incoming-documents.register': 'task.incoming-documents.register',
  'incoming-documents.answer-notice': 'task.incoming-documents.answer-notice',
  'incoming-documents.reminder': 'task.incoming-documents.reminder',
};
const wordOf = ({ kind }: GuestTask): GuestKey => words[kind] ?? 'task.other';
