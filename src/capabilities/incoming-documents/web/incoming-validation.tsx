import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useApi } from '#ui/api-context.tsx';
import { Banner } from '#ui/feedback/banner.tsx';
import { ErrorState } from '#ui/feedback/error-state.tsx';
import { formatDateTime } from '#ui/format.ts';
import { useT } from '#ui/i18n.ts';
import type { IncomingDetail } from '../contract.ts';
import { EarlierReports } from './earlier-reports.tsx';
import { messages } from './messages.ts';
import { ReportCard, type Report } from './report-card.tsx';

const LOOK_MS = 2000;

/** The report on the signatures of the main file, kept since its arrival. */
export function IncomingValidation({ document }: { document: IncomingDetail }): ReactNode {
  const t = useT(messages);
  if (document.medium === 'paper') return <p className="lt-quiet">{t('paperHasNone')}</p>;
  return <SignatureReport path={`${document.id}/validation`} />;
}

/** Asks for the report of a document as soon as it is open: one that is outdated is made anew, and lists and head follow. */
export function useMainReport(document: IncomingDetail): void {
  useReport(`${document.id}/validation`, document.medium === 'electronic');
}

function useReport(path: string, enabled = true) {
  const api = useApi();
  return useQuery<Report | null>({
    queryKey: ['incoming-documents', 'validation', path],
    enabled,
    meta: { topics: ['signatures'] },
    // What was signed a moment ago, or is outdated, is judged in the background, of which nobody is told.
    refetchInterval: ({ state: { data } }) => (data === null || data?.isBeingMadeAnew === true ? LOOK_MS : false),
    queryFn: ({ signal }) => api.get<Report | null>(`/api/v1/incoming-documents/${path}`, { signal }),
  });
}

/** The report on the signatures of a file of a document, by the last part of its address. */
export function SignatureReport({ path }: { path: string }): ReactNode {
  const t = useT(messages);
  const report = useReport(path);
  if (report.error !== null) return <ErrorState compact error={report.error} onRetry={() => void report.refetch()} />;
  if (report.data === undefined || report.data === null) return <p className="lt-quiet">{t('validationPending')}</p>;
  return (
    <div className="lt-stack">
      {report.data.isBeingMadeAnew && <Banner title={t('madeAnew')}>{t('madeAnewText', { time: formatDateTime(report.data.validatedAt) })}</Banner>}
      <ReportCard report={report.data} />
      <EarlierReports path={path} validatedAt={report.data.validatedAt} />
    </div>
  );
}
