import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import type { IncomingDetail } from '#capabilities/incoming-documents/contract.ts';
import { useApi } from '#ui/api-context.tsx';
import { ErrorState } from '#ui/feedback/error-state.tsx';
import { useT } from '#ui/i18n.ts';
import { Page } from '#ui/layout/page.tsx';
import { useParam } from '#ui/navigation.tsx';
import { CopyDesk } from './copy-desk.tsx';
import { copyMessages } from './copy-messages.ts';
import { StampDesk } from './stamp-desk.tsx';

/** Where the clerk makes an electronic copy of an incoming document and puts the agency's signature on it. */
export function CopyPage(): ReactNode {
  return <IncomingDesk title="title" desk={(document) => <CopyDesk document={document} />} />;
}

/** Where the clerk puts the arrival mark on an electronic document. */
export function StampPage(): ReactNode {
  return <IncomingDesk title="stampTitle" desk={(document) => <StampDesk document={document} />} />;
}

function IncomingDesk({ title, desk }: { title: 'title' | 'stampTitle'; desk: (document: IncomingDetail) => ReactNode }): ReactNode {
  const t = useT(copyMessages);
  const api = useApi();
  const id = useParam('id') ?? '';
  const document = useQuery({ queryKey: ['incoming-documents', 'detail', id], queryFn: ({ signal }) => api.get<IncomingDetail>(`/api/v1/incoming-documents/${id}`, { signal }) });
  if (document.error !== null) return <ErrorState error={document.error} onRetry={() => void document.refetch()} />;
  return (
    <Page key={id} title={t(title)} subtitle={document.data?.summary} width="full">
      {document.data !== undefined && desk(document.data)}
    </Page>
  );
}
