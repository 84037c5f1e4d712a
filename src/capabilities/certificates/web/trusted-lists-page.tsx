import ShieldCheck from 'lucide-react/icons/shield-check';
import { useQuery } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import type { LoadedList, LoadedLists } from '#engines/signatures/contract.ts';
import { useApi } from '#ui/api-context.tsx';
import { Button } from '#ui/controls/button.tsx';
import { TextArea } from '#ui/controls/text-area.tsx';
import { DataList, type Column } from '#ui/data/data-list.tsx';
import { StateMark, type StateKind } from '#ui/data/state-mark.tsx';
import { Banner } from '#ui/feedback/banner.tsx';
import { EmptyState } from '#ui/feedback/empty-state.tsx';
import { ErrorState } from '#ui/feedback/error-state.tsx';
import { Skeleton, SkeletonGroup } from '#ui/feedback/skeleton.tsx';
import { formatDate, formatDateTime, formatNumber } from '#ui/format.ts';
import { useLanguage, useT } from '#ui/i18n.ts';
import '#ui/layout/form.css';
import { Page } from '#ui/layout/page.tsx';
import { useNavigation } from '#ui/navigation.tsx';
import { ActDialog } from '#ui/overlays/act-dialog.tsx';
import { messages } from './trust-messages.ts';
import './trust.css';

/** The trusted lists that were read, with what is wrong with those that are not used. */
export function TrustedListsPage(): ReactNode {
  const t = useT(messages);
  const api = useApi();
  const { navigate } = useNavigation();
  const { data, error, refetch } = useQuery({ queryKey: ['signatures', 'trusted-lists'], queryFn: ({ signal }) => api.get<LoadedLists>('/api/v1/signatures/trust-store/lists', { signal }) });
  const readAt = data?.readAt ?? null;
  return (
    <Page
      title={t('lists')}
      {...(readAt === null ? {} : { subtitle: t('listsReadAt', { at: formatDateTime(readAt) }) })}
      actions={
        <Button icon={ShieldCheck} onClick={() => navigate('/chung-thu-goc')}>
          {t('back')}
        </Button>
      }
    >
      {error !== null ? (
        <ErrorState error={error} onRetry={() => void refetch()} />
      ) : data === undefined ? (
        <SkeletonGroup>
          <Skeleton shape="block" height="40vh" />
        </SkeletonGroup>
      ) : data.unreadable !== null ? (
        <Banner tone="danger" title={t('unreadable', { file: data.unreadable })}>
          {t('unreadableText')}
        </Banner>
      ) : data.lists.length === 0 ? (
        <EmptyState title={t('listsEmpty')}>{[...(data.isConfigured ? [] : [t('listsNoFolder')]), t('listsEmptyText')].join(' ')}</EmptyState>
      ) : (
        <Lists lists={data.lists} />
      )}
    </Page>
  );
}

const marks: Record<LoadedList['signature'], StateKind> = { valid: 'done', byHand: 'present', notUsed: 'stopped' };

function Lists({ lists }: { lists: readonly LoadedList[] }): ReactNode {
  const [asked, setAsked] = useState<LoadedList>();
  const t = useT(messages);
  const { language } = useLanguage();
  const day = (at: string | null): ReactNode => (at === null ? '–' : <time dateTime={at}>{formatDate(at)}</time>);
  const columns: Column<LoadedList>[] = [
    { id: 'file', label: t('file'), main: true, narrow: 'title', render: (row) => row.file },
    { id: 'operator', label: t('operator'), width: '20%', narrow: 'below', render: (row) => (row.operator === null ? null : <span className="lt-trust-whole">{`${row.operator} (${row.territory ?? ''})`}</span>) },
    {
      id: 'signature',
      label: t('signature'),
      width: '28%',
      narrow: 'below',
      render: (row) => (
        <span className="lt-trust-whole">
          <StateMark kind={marks[row.signature]}>{t(`signature.${row.signature}`)}</StateMark>
          {row.problem !== null && <span className="lt-quiet">{row.problem[language]}</span>}
          {row.abilities.includes('use-older') && (
            <Button size="small" onClick={() => setAsked(row)}>
              {t('useOlder')}
            </Button>
          )}
        </span>
      ),
    },
    { id: 'sequence', width: '6.5rem', narrow: 'hidden', label: t('sequence'), align: 'end', render: (row) => (row.sequenceNumber === null ? '–' : formatNumber(row.sequenceNumber, language)) },
    { id: 'issued', width: '7rem', narrow: 'hidden', label: t('issuedAt'), render: (row) => day(row.issuedAt) },
    { id: 'next', width: '9rem', narrow: 'hidden', label: t('nextUpdate'), render: (row) => day(row.nextUpdate) },
    { id: 'anchors', width: '7.5rem', narrow: 'hidden', label: t('anchors'), align: 'end', render: (row) => (row.anchors === null ? '–' : formatNumber(row.anchors, language)) },
  ];
  return (
    <>
      <DataList label={t('lists')} storageKey="trusted-lists" columns={columns} rows={lists.map(withIssue)} rowId={(row) => row.file} empty={null} />
      {asked !== undefined && asked.older !== null && <UseOlderDialog file={asked.file} older={asked.older} onClose={() => setAsked(undefined)} />}
    </>
  );
}

/** Of an older issue it is known which one it is, although it is not used. */
function withIssue(row: LoadedList): LoadedList {
  if (row.older === null) return row;
  const { operator, territory, sequenceNumber, issuedAt } = row.older;
  return { ...row, operator, territory, sequenceNumber, issuedAt };
}

/** Going back to an older list may bring back an authority that was taken out, so the reason is asked and kept. */
function UseOlderDialog({ file, older, onClose }: { file: string; older: NonNullable<LoadedList['older']>; onClose: () => void }): ReactNode {
  const t = useT(messages);
  const { language } = useLanguage();
  const api = useApi();
  const [reason, setReason] = useState('');
  const { operator, sequenceNumber, issuedAt, newest } = older;
  const number = formatNumber(sequenceNumber, language);
  return (
    <ActDialog
      topics={['signatures']}
      title={t('useOlder')}
      text={t('useOlderText', { file, operator, number, day: formatDate(issuedAt), newer: formatNumber(newest.sequenceNumber, language), newerDay: formatDate(newest.issuedAt) })}
      verb={t('useOlder')}
      danger
      send={() => api.post('/api/v1/signatures/trust-store/lists/use-older', { file, sequenceNumber, issuedAt, reason })}
      done={t('useOlderDone', { number })}
      onClose={onClose}
    >
      {(problem) => <TextArea label={t('useOlderReason')} hint={t('useOlderReasonHint')} required rows={3} maxLength={500} value={reason} onChange={setReason} error={problem('reason')} />}
    </ActDialog>
  );
}
