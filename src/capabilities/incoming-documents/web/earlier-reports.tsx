import { useQuery } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { useApi } from '#ui/api-context.tsx';
import { Button } from '#ui/controls/button.tsx';
import { ErrorState } from '#ui/feedback/error-state.tsx';
import { formatDateTime } from '#ui/format.ts';
import { useLanguage, useT } from '#ui/i18n.ts';
import type { EarlierReports as Reply } from '../contract.ts';
import { VerdictMark } from './inbox-columns.tsx';
import { messages } from './messages.ts';
import { ReportCard, type Report } from './report-card.tsx';
import './earlier-reports.css';

/** What earlier checks of the same file said, for whoever has to know it; folded away until asked for, and absent where there was none. */
export function EarlierReports({ path, validatedAt }: { path: string; /** When the present one was made: with another the list is another. */ validatedAt: string }): ReactNode {
  const t = useT(messages);
  const api = useApi();
  const earlier = useQuery({
    queryKey: ['incoming-documents', 'earlier-reports', path, validatedAt],
    queryFn: ({ signal }) => api.get<Reply>(`/api/v1/incoming-documents/${path}/earlier`, { signal }),
  });
  if (earlier.error !== null) return <ErrorState compact error={earlier.error} onRetry={() => void earlier.refetch()} />;
  if (earlier.data === undefined || earlier.data.reports.length === 0) return null;
  const { reports, hasMore } = earlier.data;
  return (
    <details className="lt-earlier">
      <summary>{t(hasMore ? 'earlierNewest' : 'earlierChecks', { count: reports.length })}</summary>
      <ol>
        {reports.map((report) => (
          <EarlierReport key={report.validatedAt} path={path} report={report} />
        ))}
      </ol>
    </details>
  );
}

function EarlierReport({ path, report: { validatedAt, indication, replacedAt, reasons, materials } }: { path: string; report: Reply['reports'][number] }): ReactNode {
  const t = useT(messages);
  const { language } = useLanguage();
  const [isOpen, setOpen] = useState(false);
  const time = formatDateTime(validatedAt);
  const kept = (['crls', 'ocsps', 'certificates'] as const).flatMap((kind) => (materials[kind] === 0 ? [] : [t(kind, { count: materials[kind] })])).join(', ');
  return (
    <li>
      <div className="lt-earlier__head">
        <strong>{t('checkedAt', { time })}</strong>
        <VerdictMark verdict={indication} t={t} />
        <Button variant="plain" size="small" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
          {t(isOpen ? 'hideReport' : 'showReport')}
          <span className="read-by-screen-reader">: {time}</span>
        </Button>
      </div>
      <p>
        {replacedAt !== null && t('replacedAt', { time: formatDateTime(replacedAt) })} {reasons.map((reason) => reason[language]).join(' ')}
      </p>
      {kept !== '' && <p className="lt-quiet">{t('restedOn', { kept })}</p>}
      {isOpen && <ReportThen path={path} at={validatedAt} />}
    </li>
  );
}

/** The report on a file as it was made at an instant. */
function ReportThen({ path, at }: { path: string; at: string }): ReactNode {
  const t = useT(messages);
  const api = useApi();
  const report = useQuery({
    queryKey: ['incoming-documents', 'validation', path, at],
    staleTime: Infinity,
    queryFn: ({ signal }) => api.get<Report>(`/api/v1/incoming-documents/${path}?at=${encodeURIComponent(at)}`, { signal }),
  });
  if (report.error !== null) return <ErrorState compact error={report.error} onRetry={() => void report.refetch()} />;
  return report.data === undefined ? <p className="lt-quiet">{t('loadingReport')}</p> : <ReportCard report={report.data} />;
}
