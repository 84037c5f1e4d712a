import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useApi } from '#ui/api-context.tsx';
import { ErrorState } from '#ui/feedback/error-state.tsx';
import { Skeleton, SkeletonGroup } from '#ui/feedback/skeleton.tsx';
import { useT } from '#ui/i18n.ts';
import { Page } from '#ui/layout/page.tsx';
import { useParam } from '#ui/navigation.tsx';
import type { OutgoingDetail } from '../contract.ts';
import { DraftForm } from './draft-form.tsx';
import { draftMessages } from './draft-messages.ts';

/** A new document, or a draft that is changed. */
export function DraftPage(): ReactNode {
  const t = useT(draftMessages);
  const api = useApi();
  const id = useParam('id');
  const document = useQuery({
    queryKey: ['outgoing-documents', 'draft', id],
    enabled: id !== undefined,
    // A form keeps what one types: it is not asked anew while it is open.
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    queryFn: ({ signal }) => api.get<OutgoingDetail>(`/api/v1/outgoing-documents/${id ?? ''}`, { signal }),
  });
  const title = t(id === undefined ? 'newTitle' : 'editTitle');
  if (document.error !== null) return <ErrorState error={document.error} onRetry={() => void document.refetch()} />;
  return (
    <Page title={title} width="reading">
      {id !== undefined && document.data === undefined ? (
        <SkeletonGroup>
          <Skeleton shape="block" height="8rem" />
          <Skeleton shape="block" height="3rem" />
          <Skeleton shape="block" height="3rem" />
        </SkeletonGroup>
      ) : (
        <DraftForm key={id ?? 'new'} document={document.data} />
      )}
    </Page>
  );
}
