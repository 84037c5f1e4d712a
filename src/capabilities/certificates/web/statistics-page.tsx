import FileBadge from 'lucide-react/icons/file-badge';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useApi } from '#ui/api-context.tsx';
import { Button } from '#ui/controls/button.tsx';
import { Table, type TableColumn } from '#ui/data/table.tsx';
import { EmptyState } from '#ui/feedback/empty-state.tsx';
import { ErrorState } from '#ui/feedback/error-state.tsx';
import { Skeleton, SkeletonGroup } from '#ui/feedback/skeleton.tsx';
import { useT } from '#ui/i18n.ts';
import '#ui/layout/form.css';
import { Page } from '#ui/layout/page.tsx';
import { useNavigation } from '#ui/navigation.tsx';
import type { CertificateStatistics } from '../contract.ts';
import { messages } from './messages.ts';

type Row = CertificateStatistics['agencies'][number];
const counted = ['people', 'agency', 'devices', 'active', 'within60', 'within30', 'within7', 'expired', 'suspended', 'revoked'] as const;

/** How many certificates each agency has, and how many end soon. */
export function StatisticsPage(): ReactNode {
  const t = useT(messages);
  const api = useApi();
  const { navigate } = useNavigation();
  const statistics = useQuery({ queryKey: ['certificates', 'statistics'], queryFn: ({ signal }) => api.get<CertificateStatistics>('/api/v1/certificates/statistics', { signal }) });
  return (
    <Page
      title={t('statisticsTitle')}
      actions={
        <Button icon={FileBadge} onClick={() => navigate('/chung-thu-so')}>
          {t('back')}
        </Button>
      }
    >
      {statistics.error !== null ? (
        <ErrorState error={statistics.error} onRetry={() => void statistics.refetch()} />
      ) : statistics.data === undefined ? (
        <SkeletonGroup>
          <Skeleton shape="block" height="40vh" />
        </SkeletonGroup>
      ) : statistics.data.agencies.length === 0 ? (
        <EmptyState title={t('empty')}>{t('emptyText')}</EmptyState>
      ) : (
        <Counts rows={statistics.data.agencies} />
      )}
    </Page>
  );
}

function Counts({ rows }: { rows: readonly Row[] }): ReactNode {
  const t = useT(messages);
  const labels: Record<(typeof counted)[number], string> = {
    people: t('person'),
    agency: t('agency'),
    devices: t('device'),
    active: t('active'),
    within60: t('within', { days: 60 }),
    within30: t('within', { days: 30 }),
    within7: t('within', { days: 7 }),
    expired: t('expired'),
    suspended: t('suspended'),
    revoked: t('revoked'),
  };
  const columns: TableColumn<Row>[] = [
    { id: 'agency-name', label: t('managing'), render: (row) => <span className="lt-nowrap">{row.agencyName}</span> },
    ...counted.map((id): TableColumn<Row> => ({ id, label: labels[id], align: 'end', render: (row) => row[id] })),
  ];
  const total = (id: (typeof counted)[number]): number => rows.reduce((sum, row) => sum + row[id], 0);
  return (
    <Table
      caption={t('statisticsTitle')}
      hideCaption
      columns={columns}
      rows={rows}
      rowId={(row) => row.agencyId}
      foot={
        <tr>
          <th scope="row">{t('total')}</th>
          {counted.map((id) => (
            <td key={id} data-align="end">
              {total(id)}
            </td>
          ))}
        </tr>
      }
    />
  );
}
