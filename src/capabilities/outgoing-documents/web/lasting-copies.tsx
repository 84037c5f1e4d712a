import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import type { z } from 'zod';
import type { lastingCopyReply } from '#engines/signatures/contract.ts';
import { useApi } from '#ui/api-context.tsx';
import { ErrorState } from '#ui/feedback/error-state.tsx';
import { useT } from '#ui/i18n.ts';
import { Section } from '#ui/layout/page.tsx';
import { LastingCopyCard } from '#ui/signatures/lasting-copy.tsx';
import { messages } from './messages.ts';

type File = { fileId: string; name: string; role: string };

/** The copies of a document's files that last for decades, where there are any; the main file's bears no name. */
export function LastingCopies({ files }: { files: readonly File[] }): ReactNode {
  return files.map((file) => <LastingCopy key={file.fileId} file={file} />);
}

function LastingCopy({ file }: { file: File }): ReactNode {
  const t = useT(messages);
  const api = useApi();
  const reply = useQuery({
    queryKey: ['lasting-copies', file.fileId],
    meta: { topics: ['signatures'] },
    queryFn: ({ signal }) => api.get<z.infer<typeof lastingCopyReply>>(`/api/v1/signatures/lasting-copies/${file.fileId}`, { signal }),
  });
  const facts = reply.data?.copy;
  if (reply.error !== null) return <ErrorState compact error={reply.error} onRetry={() => void reply.refetch()} />;
  if (facts === undefined || facts === null) return null;
  return (
    <Section title={file.role === 'main' ? t('lastingCopy') : t('lastingCopyOf', { name: file.name })}>
      <LastingCopyCard facts={facts} />
    </Section>
  );
}
