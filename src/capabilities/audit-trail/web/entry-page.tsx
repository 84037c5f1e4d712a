import Download from 'lucide-react/icons/download';
import ListTree from 'lucide-react/icons/list-tree';
import { useQuery } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { useApi } from '#ui/api-context.tsx';
import { Button } from '#ui/controls/button.tsx';
import { ErrorState } from '#ui/feedback/error-state.tsx';
import { Skeleton, SkeletonGroup } from '#ui/feedback/skeleton.tsx';
import { formatDateTime } from '#ui/format.ts';
import { useT } from '#ui/i18n.ts';
import { Detail } from '#ui/layout/detail.tsx';
import { Details } from '#ui/layout/details.tsx';
import { useNavigation, useParam } from '#ui/navigation.tsx';
import { useSession } from '#ui/session-context.tsx';
import type { TrailRow } from '../contract.ts';
import { HoldDialog } from './keeping-dialogs.tsx';
import { messages } from './messages.ts';
import './trail.css';

/** One entry to its last attribute, with its proof. */
export function EntryPage(): ReactNode {
  const id = useParam('id') ?? '';
  const api = useApi();
  const entry = useQuery({ queryKey: ['audit-trail', 'entry', id], queryFn: ({ signal }) => api.get<TrailRow>(`/api/v1/audit-trail/entries/${id.replace('.', '/')}`, { signal }) });
  if (entry.error !== null) return <ErrorState error={entry.error} onRetry={() => void entry.refetch()} />;
  if (entry.data === undefined) {
    return (
      <SkeletonGroup>
        <Skeleton shape="title" />
        <Skeleton shape="block" height="30vh" />
      </SkeletonGroup>
    );
  }
  return <Opened key={id} entry={entry.data} />;
}

function Opened({ entry }: { entry: TrailRow }): ReactNode {
  const t = useT(messages);
  const { navigate } = useNavigation();
  const { post, agency } = useSession();
  const [isHolding, setHolding] = useState(false);
  const entryId = entry.id.slice(entry.agencyId.length + 1);
  const proof = `/api/v1/audit/entries/${entryId}/proof?${new URLSearchParams({ agencyId: entry.agencyId }).toString()}`;
  const same = `/nhat-ky?${new URLSearchParams({ loai: entry.subject.type, ma: entry.subject.id, tu: dayBefore(entry.at) }).toString()}`;
  // The proof tells the entry whole: of the own agency, and of all to an auditor.
  const mayProve = post.roles.includes('auditor') || entry.agencyId === agency.id;
  const mayHold = post.roles.includes('auditor') || post.roles.includes('province_admin');
  return (
    <Detail
      lead={formatDateTime(entry.at)}
      title={entry.text}
      actions={
        <>
          <Button icon={ListTree} onClick={() => navigate(same)}>
            {t('sameSubject')}
          </Button>
          {entry.leafIndex !== null && mayProve && (
            <Button icon={Download} onClick={() => window.open(proof)}>
              {t('proof')}
            </Button>
          )}
          {mayHold && <Button onClick={() => setHolding(true)}>{t('holdThis')}</Button>}
        </>
      }
    >
      <Details
        items={[
          { label: t('who'), value: entry.actorName },
          { label: t('post'), value: entry.actorTitle },
          { label: t('onBehalfOf'), value: entry.onBehalfOf },
          { label: t('agency'), value: entry.agencyName },
          { label: t('kind'), value: <code>{entry.type}</code> },
          { label: t('subject'), value: <code className="trail-code">{`${entry.subject.type} ${entry.subject.id}`}</code>, wide: true },
          { label: t('request'), value: <code className="trail-code">{entry.requestId}</code>, wide: true },
          { label: t('place'), value: entry.leafIndex === null ? t('notSealed') : String(entry.leafIndex) },
          { label: t('hash'), value: <code className="trail-code">{entry.leafHash}</code>, wide: true },
        ]}
      />
      <h3 className="trail-heading">{t('data')}</h3>
      {entry.isContentHidden ? (
        <p>{t('hidden')}</p>
      ) : (
        <pre className="trail-data" tabIndex={0}>
          {JSON.stringify(entry.data, null, 2)}
        </pre>
      )}
      {isHolding && <HoldDialog subject={entry.subject} onClose={() => setHolding(false)} />}
    </Detail>
  );
}

/** The span of the list is bounded: what belongs together happened mostly in the month around it. */
function dayBefore(at: string): string {
  return new Date(new Date(at).getTime() - 30 * 86_400_000).toISOString().slice(0, 10);
}
