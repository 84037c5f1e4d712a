import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useApi } from '#ui/api-context.tsx';
import { Banner } from '#ui/feedback/banner.tsx';
import { ErrorState } from '#ui/feedback/error-state.tsx';
import { formatDateTime } from '#ui/format.ts';
import { useLanguage, useT } from '#ui/i18n.ts';
import { VerdictCard } from '#ui/signatures/verdict-card.tsx';
import type { FileVerdict, SignatureVerdict } from '#ui/signatures/verdict.ts';
import type { IncomingDetail } from '../contract.ts';
import { messages } from './messages.ts';

type Wording = { vi: string; en: string };
type Finding = { text: Wording; todo: Wording };

/** The stored report as the server sends it: a verdict with its words in both languages. */
type Report = Omit<FileVerdict, 'indication' | 'signatures'> & {
  indication: FileVerdict['indication'] | 'UNSIGNED' | 'UNREADABLE';
  validatedAt: string;
  isBeingMadeAnew: boolean;
  problem: Finding | null;
  signatures: (Omit<SignatureVerdict, 'findings'> & { problems: Finding[] })[];
};

const LOOK_MS = 2000;

/** The report on the signatures of the main file, kept since its arrival. */
export function IncomingValidation({ document }: { document: IncomingDetail }): ReactNode {
  const t = useT(messages);
  if (document.medium === 'paper') return <p className="lt-quiet">{t('paperHasNone')}</p>;
  return <SignatureReport path={`${document.id}/validation`} />;
}

/** The report on the signatures of a file of a document, by the last part of its address. */
export function SignatureReport({ path }: { path: string }): ReactNode {
  const t = useT(messages);
  const api = useApi();
  const report = useQuery<Report | null>({
    queryKey: ['incoming-documents', 'validation', path],
    meta: { topics: ['signatures'] },
    // What was signed a moment ago, or is outdated, is judged in the background, of which nobody is told.
    refetchInterval: ({ state: { data } }) => (data === null || data?.isBeingMadeAnew === true ? LOOK_MS : false),
    queryFn: ({ signal }) => api.get<Report | null>(`/api/v1/incoming-documents/${path}`, { signal }),
  });
  if (report.error !== null) return <ErrorState compact error={report.error} onRetry={() => void report.refetch()} />;
  if (report.data === undefined || report.data === null) return <p className="lt-quiet">{t('validationPending')}</p>;
  return (
    <div className="lt-stack">
      {report.data.isBeingMadeAnew && <Banner title={t('madeAnew')}>{t('madeAnewText', { time: formatDateTime(report.data.validatedAt) })}</Banner>}
      <Verdict report={report.data} />
    </div>
  );
}

function Verdict({ report: { indication, problem, signatures, ...rest } }: { report: Report }): ReactNode {
  const { language } = useLanguage();
  if (problem !== null) {
    return (
      <Banner tone="danger" title={problem.text[language]}>
        {problem.todo[language]}
      </Banner>
    );
  }
  const verdict: FileVerdict = {
    ...rest,
    indication: indication === 'UNSIGNED' || indication === 'UNREADABLE' ? 'INDETERMINATE' : indication,
    signatures: signatures.map(({ problems, ...signature }) => ({
      ...signature,
      findings: problems.map(({ text, todo }) => ({ text: text[language], todo: todo[language] })),
    })),
  };
  return <VerdictCard verdict={verdict} />;
}
