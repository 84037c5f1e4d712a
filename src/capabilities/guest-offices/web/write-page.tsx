import { useQuery } from '@tanstack/react-query';
import { type ReactNode } from 'react';
import { useApi } from '#ui/api-context.tsx';
import { ErrorState } from '#ui/feedback/error-state.tsx';
import { Skeleton } from '#ui/feedback/skeleton.tsx';
import { useT } from '#ui/i18n.ts';
import { Page } from '#ui/layout/page.tsx';
import { useSearch } from '#ui/navigation.tsx';
import type { IncomingDetail } from '#capabilities/incoming-documents/contract.ts';
import { guestMessages } from './guest-messages.ts';
import { WriteForm } from './write-form.tsx';

/** One page to send a letter, new or as a reply. */
export function WritePage(): ReactNode {
  const t = useT(guestMessages);
  const api = useApi();
  const [{ 'tra-loi': answeredId }] = useSearch();
  const answered = useQuery({
    queryKey: ['incoming-documents', 'detail', answeredId],
    enabled: answeredId !== undefined,
    queryFn: ({ signal }) => api.get<IncomingDetail>(`/api/v1/incoming-documents/${answeredId ?? ''}`, { signal }),
  });
  return (
    <Page title={t('write')} subtitle={t('writeLead')} width="reading">
      {answered.error !== null ? (
        <ErrorState error={answered.error} onRetry={() => void answered.refetch()} />
      ) : answeredId !== undefined && answered.data === undefined ? (
        <Skeleton shape="block" height="20rem" />
      ) : (
        <WriteForm key={answeredId} answered={answered.data} />
      )}
    </Page>
  );
}
