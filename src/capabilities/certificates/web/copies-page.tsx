import FileBadge from 'lucide-react/icons/file-badge';
import RefreshCw from 'lucide-react/icons/refresh-cw';
import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import type { z } from 'zod';
import type { FailedCopy, failedCopies } from '#engines/signatures/contract.ts';
import { useApi } from '#ui/api-context.tsx';
import { Button } from '#ui/controls/button.tsx';
import { turnByKey } from '#ui/data/keyed-pages.ts';
import { Table, type TableColumn } from '#ui/data/table.tsx';
import { EmptyState } from '#ui/feedback/empty-state.tsx';
import { ErrorState } from '#ui/feedback/error-state.tsx';
import { Skeleton, SkeletonGroup } from '#ui/feedback/skeleton.tsx';
import { problemToast } from '#ui/feedback/problem-toast.ts';
import { useToasts } from '#ui/feedback/toast.tsx';
import { formatDate, formatDateTime } from '#ui/format.ts';
import { useLanguage, useT } from '#ui/i18n.ts';
import '#ui/layout/form.css';
import { Page } from '#ui/layout/page.tsx';
import { useMutation } from '#ui/mutation.ts';
import { useNavigation } from '#ui/navigation.tsx';
import { messages } from './messages.ts';

const address = '/api/v1/signatures/lasting-copies';

/** Lasting copies of signed files that could not be made or renewed, with the reason, to be tried again. */
export function CopiesPage(): ReactNode {
  const t = useT(messages);
  const api = useApi();
  const { navigate } = useNavigation();
  const pages = useInfiniteQuery({
    queryKey: ['lasting-copies'],
    queryFn: ({ signal, pageParam }) => api.get<z.infer<typeof failedCopies>>(address, { signal, query: { after: pageParam } }),
    ...turnByKey,
  });
  const rows = pages.data?.pages.flatMap((page) => page.rows);
  return (
    <Page
      title={t('copies')}
      actions={
        <Button icon={FileBadge} onClick={() => navigate('/chung-thu-so')}>
          {t('back')}
        </Button>
      }
    >
      {pages.error !== null ? (
        <ErrorState error={pages.error} onRetry={() => void pages.refetch()} />
      ) : rows === undefined ? (
        <SkeletonGroup>
          <Skeleton shape="block" height="40vh" />
        </SkeletonGroup>
      ) : rows.length === 0 ? (
        <EmptyState title={t('copiesEmpty')}>{t('copiesEmptyText')}</EmptyState>
      ) : (
        <Failures rows={rows} />
      )}
      {pages.hasNextPage && (
        <Button loading={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>
          {t('more')}
        </Button>
      )}
    </Page>
  );
}

function Failures({ rows }: { rows: readonly FailedCopy[] }): ReactNode {
  const t = useT(messages);
  const { language } = useLanguage();
  const columns: TableColumn<FailedCopy>[] = [
    { id: 'file', label: t('copyFile'), render: (row) => row.name },
    { id: 'managing', label: t('managing'), render: (row) => row.agencyName },
    { id: 'reason', label: t('copyReason'), render: (row) => row.reason[language] },
    { id: 'failed', label: t('copyFailedAt'), render: (row) => <span className="lt-nowrap">{formatDateTime(row.failedAt)}</span> },
    { id: 'until', label: t('copyUntil'), render: (row) => (row.hasCopy && row.protectedUntil !== null ? formatDate(row.protectedUntil) : '–') },
    { id: 'retry', label: t('copyAct'), render: (row) => <Retry row={row} /> },
  ];
  return <Table caption={t('copies')} hideCaption columns={columns} rows={rows} rowId={(row) => `${row.agencyId} ${row.sha256}`} />;
}

function Retry({ row: { agencyId, sha256 } }: { row: FailedCopy }): ReactNode {
  const t = useT(messages);
  const api = useApi();
  const toasts = useToasts();
  const queries = useQueryClient();
  const retry = useMutation({
    mutationFn: () => api.post(`${address}/retry`, { agencyId, sha256 }),
    onSuccess: () => toasts.show({ tone: 'done', text: t('copyRetried') }),
    onError: (error) => toasts.show(problemToast(error)),
    onSettled: () => void queries.invalidateQueries({ queryKey: ['lasting-copies'] }),
  });
  return (
    <Button size="small" icon={RefreshCw} loading={retry.isPending} onClick={() => retry.mutate()}>
      {t('copyRetry')}
    </Button>
  );
}
