import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useApi } from '#ui/api-context.tsx';
import { Banner } from '#ui/feedback/banner.tsx';
import { ProblemBanner } from '#ui/feedback/problem-banner.tsx';
import { useLanguage, useT } from '#ui/i18n.ts';
import { VerdictCard } from '#ui/signatures/verdict-card.tsx';
import type { FileVerdict, SignatureVerdict } from '#ui/signatures/verdict.ts';
import { guestMessages } from './guest-messages.ts';

type Wording = { vi: string; en: string };
type Finding = { text: Wording; todo: Wording };

/** The stored report as the server sends it: a verdict with its words in both languages. */
type Report = Omit<FileVerdict, 'indication' | 'signatures'> & {
  indication: FileVerdict['indication'] | 'UNSIGNED' | 'UNREADABLE';
  problem: Finding | null;
  signatures: (Omit<SignatureVerdict, 'findings'> & { problems: Finding[] })[];
};

/** The report on the signatures of an upload, as soon as it is there. */
export function useUploadReport(uploadId: string | undefined) {
  const api = useApi();
  return useQuery({
    queryKey: ['guest-offices', 'upload-report', uploadId],
    enabled: uploadId !== undefined,
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: ({ signal }) => api.get<Report>(`/api/v1/guest-offices/uploads/${uploadId ?? ''}/validation`, { signal }),
  });
}

/** What the signatures of the chosen file are worth, below it. */
export function UploadVerdict({ uploadId }: { uploadId: string | undefined }): ReactNode {
  const t = useT(guestMessages);
  const { language } = useLanguage();
  const { data, error } = useUploadReport(uploadId);
  if (uploadId === undefined) return null;
  if (error !== null) return <ProblemBanner error={error} />;
  if (data === undefined) return <p role="status">{t('checking')}</p>;
  const { indication, problem, signatures, ...rest } = data;
  if (indication === 'UNSIGNED') return <Banner>{t('unsigned')}</Banner>;
  if (problem !== null || indication === 'UNREADABLE') {
    return (
      <Banner tone="danger" title={problem?.text[language] ?? ''}>
        {problem?.todo[language]}
      </Banner>
    );
  }
  const verdict: FileVerdict = {
    ...rest,
    indication,
    signatures: signatures.map(({ problems, ...signature }) => ({ ...signature, findings: problems.map(({ text, todo }) => ({ text: text[language], todo: todo[language] })) })),
  };
  return <VerdictCard verdict={verdict} compact />;
}
