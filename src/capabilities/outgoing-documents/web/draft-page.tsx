import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useApi } from '#ui/api-context.tsx';
import { ErrorState } from '#ui/feedback/error-state.tsx';
import { Skeleton, SkeletonGroup } from '#ui/feedback/skeleton.tsx';
import { useT } from '#ui/i18n.ts';
import { Page } from '#ui/layout/page.tsx';
import { useParam, useSearch } from '#ui/navigation.tsx';
import type { IncomingDetail } from '#capabilities/incoming-documents/contract.ts';
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
  const [{ thay_the: replacedId, tra_loi: answeredId }] = useSearch();
  const replaced = useQuery({
    queryKey: ['outgoing-documents', 'replaced', replacedId],
    enabled: id === undefined && replacedId !== undefined,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    queryFn: ({ signal }) => api.get<OutgoingDetail>(`/api/v1/outgoing-documents/${replacedId ?? ''}`, { signal }),
  });
  const answered = useQuery({
    queryKey: ['outgoing-documents', 'answered', answeredId],
    enabled: id === undefined && answeredId !== undefined,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    queryFn: ({ signal }) => api.get<IncomingDetail>(`/api/v1/incoming-documents/${answeredId ?? ''}`, { signal }),
  });
  const isAnswering = id === undefined && answeredId !== undefined;
  const isReplacing = id === undefined && replacedId !== undefined;
  const title = t(isReplacing ? 'replacingTitle' : isAnswering ? 'answeringTitle' : id === undefined ? 'newTitle' : 'editTitle');
  if (isReplacing && replaced.error !== null) return <ErrorState error={replaced.error} onRetry={() => void replaced.refetch()} />;
  if (isAnswering && answered.error !== null) return <ErrorState error={answered.error} onRetry={() => void answered.refetch()} />;
  if (document.error !== null) return <ErrorState error={document.error} onRetry={() => void document.refetch()} />;
  return (
    <Page title={title} width="reading">
      {(id !== undefined && document.data === undefined) || (isReplacing && replaced.data === undefined) || (isAnswering && answered.data === undefined) ? (
        <SkeletonGroup>
          <Skeleton shape="block" height="8rem" />
          <Skeleton shape="block" height="3rem" />
          <Skeleton shape="block" height="3rem" />
        </SkeletonGroup>
      ) : (
        <DraftForm key={id ?? replacedId ?? answeredId ?? 'new'} document={document.data} replaced={isReplacing ? replaced.data : undefined} answered={isAnswering ? answered.data : undefined} />
      )}
    </Page>
  );
}
