import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useApi } from '#ui/api-context.tsx';
import { StateMark } from '#ui/data/state-mark.tsx';
import { Table } from '#ui/data/table.tsx';
import { ErrorState } from '#ui/feedback/error-state.tsx';
import { Skeleton } from '#ui/feedback/skeleton.tsx';
import { formatDateTime } from '#ui/format.ts';
import { useT } from '#ui/i18n.ts';
import type { PartnerHealth } from '../contract.ts';
import { deskMessages } from './desk-messages.ts';
import { lineOf } from './line-state.ts';

const LOOK_AGAIN_MS = 15_000;

/** How the lines to the partners are, what waits for each, and when it was last heard. */
export function PartnerTable(): ReactNode {
  const t = useT(deskMessages);
  const api = useApi();
  const { data, error, refetch } = useQuery({
    queryKey: ['exchange-desk', 'partners'],
    meta: { topics: ['exchange'] },
    refetchInterval: LOOK_AGAIN_MS,
    queryFn: ({ signal }) => api.get<{ partners: PartnerHealth[] }>('/api/v1/exchange-desk/partners', { signal }),
  });
  if (error !== null) return <ErrorState compact error={error} onRetry={() => void refetch()} />;
  if (data === undefined) return <Skeleton shape="block" height="6rem" />;
  if (data.partners.length === 0) return <p className="lt-quiet">{t('noPartners')}</p>;
  return (
    <Table
      caption={t('partners')}
      hideCaption
      rows={data.partners}
      rowId={(partner) => partner.id}
      columns={[
        { id: 'partner', label: t('partner'), render: (partner) => partner.name },
        { id: 'line', label: t('line'), render: (partner) => <Line partner={partner} /> },
        { id: 'contact', label: t('lastContact'), render: (partner) => (partner.lastSuccessAt === null ? t('never') : formatDateTime(partner.lastSuccessAt)) },
        { id: 'waiting', label: t('waiting'), align: 'end', render: (partner) => partner.waiting },
        { id: 'taken', label: t('taken'), align: 'end', render: (partner) => partner.sent },
        { id: 'failed', label: t('failed'), align: 'end', render: (partner) => partner.failed },
        { id: 'quarantined', label: t('quarantined'), align: 'end', render: (partner) => partner.quarantined },
      ]}
    />
  );
}

function Line({ partner }: { partner: PartnerHealth }): ReactNode {
  const t = useT(deskMessages);
  const [kind, key] = lineOf(partner);
  return <StateMark kind={kind}>{t(key)}</StateMark>;
}
