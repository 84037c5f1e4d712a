import Download from 'lucide-react/icons/download';
import FileBadge from 'lucide-react/icons/file-badge';
import Printer from 'lucide-react/icons/printer';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useApi } from '#ui/api-context.tsx';
import { Button } from '#ui/controls/button.tsx';
import { Table, type TableColumn } from '#ui/data/table.tsx';
import { EmptyState } from '#ui/feedback/empty-state.tsx';
import { ErrorState } from '#ui/feedback/error-state.tsx';
import { Skeleton, SkeletonGroup } from '#ui/feedback/skeleton.tsx';
import { formatDateTime } from '#ui/format.ts';
import { useT } from '#ui/i18n.ts';
import '#ui/layout/form.css';
import { Page } from '#ui/layout/page.tsx';
import { Link, useNavigation } from '#ui/navigation.tsx';
import type { CertificateStatistics } from '../contract.ts';
import './forms.css';
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
        <>
          <Button icon={FileBadge} onClick={() => navigate('/chung-thu-so')}>
            {t('back')}
          </Button>
          <Button icon={Printer} onClick={() => window.print()}>
            {t('printTable')}
          </Button>
          <a className="lt-button lt-button--quiet" href="/api/v1/certificates/inventory.xlsx" download>
            <span className="lt-button__content">
              <Download size={16} aria-hidden="true" /> {t('excel')}
            </span>
          </a>
        </>
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
        <>
          <InWords rows={statistics.data.agencies} at={statistics.dataUpdatedAt} />
          <Counts rows={statistics.data.agencies} />
        </>
      )}
    </Page>
  );
}

const sum = (rows: readonly Row[], id: (typeof counted)[number]): number => rows.reduce((all, row) => all + row[id], 0);

/** The answer in a sentence, with its source and age, before the table behind it. */
function InWords({ rows, at }: { rows: readonly Row[]; at: number }): ReactNode {
  const t = useT(messages);
  return (
    <div className="lt-stack">
      <p>
        {t('inWords', {
          total: sum(rows, 'people') + sum(rows, 'agency') + sum(rows, 'devices'),
          agencies: rows.length,
          active: sum(rows, 'active'),
          soon: sum(rows, 'within60'),
          expired: sum(rows, 'expired'),
          stopped: sum(rows, 'suspended') + sum(rows, 'revoked'),
        })}
      </p>
      <p className="lt-quiet">{t('countedAt', { at: formatDateTime(new Date(at).toISOString()) })}</p>
    </div>
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
    { id: 'agency-name', label: t('managing'), render: (row) => <AgencyLink row={row} /> },
    ...counted.map((id): TableColumn<Row> => ({ id, label: labels[id], align: 'end', render: (row) => row[id] })),
  ];
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
              {sum(rows, id)}
            </td>
          ))}
        </tr>
      }
    />
  );
}

/** Leads to the certificates that were counted. */
function AgencyLink({ row: { agencyId, agencyName } }: { row: Row }): ReactNode {
  return (
    <Link className="lt-count-agency" to={`/chung-thu-so?co_quan=${agencyId}`}>
      {agencyName}
    </Link>
  );
}
