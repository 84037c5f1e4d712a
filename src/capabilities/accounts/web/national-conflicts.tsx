import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import { useRef, useState, type ReactNode } from 'react';
import { useApi } from '#ui/api-context.tsx';
import { Button } from '#ui/controls/button.tsx';
import { Select } from '#ui/controls/select.tsx';
import { EmptyState } from '#ui/feedback/empty-state.tsx';
import { ErrorState } from '#ui/feedback/error-state.tsx';
import { ProblemBanner } from '#ui/feedback/problem-banner.tsx';
import { problemToast } from '#ui/feedback/problem-toast.ts';
import { Skeleton } from '#ui/feedback/skeleton.tsx';
import { useToasts } from '#ui/feedback/toast.tsx';
import { formatDate, formatNumber } from '#ui/format.ts';
import { useLanguage, useT, type Translate } from '#ui/i18n.ts';
import { Section } from '#ui/layout/page.tsx';
import { Link } from '#ui/navigation.tsx';
import { conflictProblems } from '#engines/identity/contract.ts';
import type { ConflictList, DirectoryConflict } from '../contract.ts';
import { ChangeDialog } from './change-dialog.tsx';
import { nationalMessages } from './national-messages.ts';

type T = Translate<keyof (typeof nationalMessages)['vi']>;
type Problem = DirectoryConflict['problem'];

/** Where the national list says otherwise than the directory here; one decision each. */
export function NationalConflicts({ count, version }: { count: number; /** Changes when another reading is over. */ version: string }): ReactNode {
  const t = useT(nationalMessages);
  const api = useApi();
  const { language } = useLanguage();
  const [problem, setProblem] = useState<Problem | 'all'>('all');
  const [following, setFollowing] = useState<DirectoryConflict | undefined>(undefined);
  const pages = useInfiniteQuery({
    queryKey: ['accounts', 'national-conflicts', problem, version],
    queryFn: ({ signal, pageParam }) => api.get<ConflictList>('/api/v1/accounts/national-directory/conflicts', { signal, query: { problem: problem === 'all' ? undefined : problem, after: pageParam } }),
    // safe because the first page has no cursor
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
    placeholderData: (before) => before,
  });
  const rows = pages.data?.pages.flatMap((page) => page.conflicts);
  return (
    <Section
      title={`${t('conflicts')} (${formatNumber(count, language)})`}
      actions={
        <Select
          label={t('problem')}
          hideLabel
          value={problem}
          onChange={setProblem}
          options={[{ value: 'all' as const, label: t('allProblems') }, ...conflictProblems.map((value) => ({ value, label: t(value) }))]}
        />
      }
    >
      {pages.error !== null && <ErrorState error={pages.error} onRetry={() => void pages.refetch()} />}
      {rows === undefined && pages.error === null && <Skeleton shape="block" height="8rem" />}
      {rows?.length === 0 &&
        (problem === 'all' ? (
          <EmptyState kind="last" title={t('none')}>
            {t('noneText')}
          </EmptyState>
        ) : (
          <EmptyState kind="filtered" title={t('noneOfKind')} actions={<Button onClick={() => setProblem('all')}>{t('allProblems')}</Button>} />
        ))}
      {rows !== undefined && rows.length > 0 && (
        <ul className="lt-national__list">
          {rows.map((conflict) => (
            <Conflict key={`${conflict.ref} ${conflict.problem}`} conflict={conflict} onFollow={() => setFollowing(conflict)} />
          ))}
        </ul>
      )}
      {pages.hasNextPage && (
        <Button loading={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>
          {t('more')}
        </Button>
      )}
      {following !== undefined && <FollowDialog conflict={following} onClose={() => setFollowing(undefined)} />}
    </Section>
  );
}

const CONFLICTS = '/api/v1/accounts/national-directory/conflicts';

function Conflict({ conflict, onFollow }: { conflict: DirectoryConflict; onFollow: () => void }): ReactNode {
  const t = useT(nationalMessages);
  const api = useApi();
  const toasts = useToasts();
  const queries = useQueryClient();
  const { ref, problem, theirs, ours, abilities } = conflict;
  const row = useRef<HTMLLIElement>(null);
  const reopen = useMutation({
    mutationFn: () => api.post(`${CONFLICTS}/reopen`, { ref, problem }),
    onSuccess: () => toasts.show({ text: t('reopened'), tone: 'done' }),
    onError: (error) => toasts.show(problemToast(error)),
    onSettled: () => void queries.invalidateQueries({ queryKey: ['accounts'] }),
  });
  const keep = useMutation({
    mutationFn: () => api.post(`${CONFLICTS}/settle`, { ref, problem, resolution: 'keep_ours' }),
    // The list may be drawn anew, without this row, before the answer is here.
    onMutate: () => ({ next: besideOf(row.current) }),
    onSuccess: (_reply, _input, { next }) => {
      toasts.show({ text: t('kept'), tone: 'done', undo: () => reopen.mutate() });
      next?.querySelector('button')?.focus();
    },
    onSettled: () => void queries.invalidateQueries({ queryKey: ['accounts'] }),
  });
  const about = `${t(problem)}: ${theirs.name}`;
  return (
    <li ref={row} className="lt-national__conflict">
      <div>
        <p className="lt-national__problem">{t(problem)}</p>
        <dl className="lt-national__sides">
          <dt>{t('theirs')}</dt>
          <dd>
            {theirs.name} <span className="lt-national__code">{theirs.code ?? t('noCode')}</span>
          </dd>
          <dt>{t('ours')}</dt>
          <dd>
            <Ours ours={ours} t={t} />
          </dd>
        </dl>
        {(problem === 'parent_missing' || problem === 'code_malformed') && <p className="lt-quiet">{t(`why_${problem}`)}</p>}
        <ProblemBanner error={keep.error} />
      </div>
      <div className="lt-row">
        {abilities.includes('keep_ours') && (
          <Button size="small" loading={keep.isPending} aria-label={`${t('keepOurs')}: ${about}`} onClick={() => keep.mutate()}>
            {t('keepOurs')}
          </Button>
        )}
        {abilities.includes('take_theirs') && (
          <Button size="small" aria-label={`${t('takeTheirs')}: ${about}`} onClick={onFollow}>
            {t('takeTheirs')}
          </Button>
        )}
      </div>
    </li>
  );
}

/** The row where whoever decides from the keyboard goes on when this one leaves the list. */
const besideOf = (row: HTMLLIElement | null): Element | null => row?.nextElementSibling ?? row?.previousElementSibling ?? null;

function Ours({ ours, t }: { ours: DirectoryConflict['ours']; t: T }): ReactNode {
  if (ours === null) return <span className="lt-quiet">{t('unknown')}</span>;
  return (
    <>
      <Link to={`/danh-ba/${ours.agencyId}`}>{ours.name}</Link> <span className="lt-national__code">{ours.code ?? t('noCode')}</span>
      {ours.closedOn !== null && <span className="lt-quiet">, {t('endedOn', { day: formatDate(ours.closedOn) })}</span>}
    </>
  );
}

function FollowDialog({ conflict, onClose }: { conflict: DirectoryConflict; onClose: () => void }): ReactNode {
  const t = useT(nationalMessages);
  const api = useApi();
  const { ref, problem, theirs } = conflict;
  // The ways out that the server offers are these; a missing superior or a malformed code has none.
  if (problem === 'parent_missing' || problem === 'code_malformed') return null;
  return (
    <ChangeDialog
      title={t('takeTitle')}
      consequence={t(`take_${problem}`, { theirs: theirs.name, code: theirs.code ?? '' })}
      verb={t('takeTheirs')}
      isFinal={problem === 'closed_there'}
      done={t('followed')}
      send={() => api.post(`${CONFLICTS}/settle`, { ref, problem, resolution: 'take_theirs' })}
      onClose={onClose}
    />
  );
}
