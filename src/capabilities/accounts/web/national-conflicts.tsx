import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { useRef, useState, type ReactNode } from 'react';
import { useApi } from '#ui/api-context.tsx';
import { Button } from '#ui/controls/button.tsx';
import { Checkbox } from '#ui/controls/checkbox.tsx';
import { Select } from '#ui/controls/select.tsx';
import { Banner } from '#ui/feedback/banner.tsx';
import { EmptyState } from '#ui/feedback/empty-state.tsx';
import { ErrorState } from '#ui/feedback/error-state.tsx';
import { ProblemBanner } from '#ui/feedback/problem-banner.tsx';
import { problemToast } from '#ui/feedback/problem-toast.ts';
import { Skeleton } from '#ui/feedback/skeleton.tsx';
import { useToasts } from '#ui/feedback/toast.tsx';
import { turnByKey } from '#ui/data/keyed-pages.ts';
import { loadRows } from '#ui/data/load-rows.ts';
import { formatDate, formatNumber } from '#ui/format.ts';
import { useLanguage, useT, type Translate } from '#ui/i18n.ts';
import { Section } from '#ui/layout/page.tsx';
import { useMutation } from '#ui/mutation.ts';
import { useNextButton } from '#ui/next-button.ts';
import { Link } from '#ui/navigation.tsx';
import { conflictProblems } from '#engines/identity/contract.ts';
import { MOST_CHOSEN, type ConflictList, type DirectoryConflict } from '../contract.ts';
import { ChangeDialog } from './change-dialog.tsx';
import { nationalMessages } from './national-messages.ts';
import { ChoiceBar, TogetherDialog, type LeftConflict, type Resolution } from './national-together.tsx';

type T = Translate<keyof (typeof nationalMessages)['vi']>;
type Problem = DirectoryConflict['problem'];

/** Where the national list says otherwise than the directory here; decided one by one, or several alike at once. */
export function NationalConflicts({ count, version }: { count: number; /** Changes when another reading is over. */ version: string }): ReactNode {
  const t = useT(nationalMessages);
  const api = useApi();
  const { language } = useLanguage();
  const [problem, setProblem] = useState<Problem | 'all'>('all');
  const [following, setFollowing] = useState<DirectoryConflict | undefined>(undefined);
  const [picked, setPicked] = useState<ReadonlySet<string>>(new Set());
  const [deciding, setDeciding] = useState<{ resolution: Resolution; chosen: readonly DirectoryConflict[] }>();
  const [left, setLeft] = useState<readonly LeftConflict[]>([]);
  const filter = useRef<HTMLDivElement>(null);
  const bar = useRef<HTMLDivElement>(null);
  const pages = useInfiniteQuery({
    queryKey: ['accounts', 'national-conflicts', problem, version],
    queryFn: ({ signal, pageParam }) => api.get<ConflictList>('/api/v1/accounts/national-directory/conflicts', { signal, query: { problem: problem === 'all' ? undefined : problem, after: pageParam } }),
    ...turnByKey,
    placeholderData: (before) => before,
  });
  const rows = pages.data?.pages.flatMap((page) => page.conflicts);
  const chosen = rows?.filter((row) => picked.has(seenAs(row))) ?? [];
  const shown = rows?.slice(0, MOST_CHOSEN) ?? [];
  const hasMore = pages.hasNextPage || (rows ?? []).length > MOST_CHOSEN;
  const offersMatching = chosen.length === shown.length && hasMore && chosen.length < MOST_CHOSEN;
  const goOn = useNextButton(bar, offersMatching);
  const chooseMatching = useMutation({
    mutationFn: () => loadRows(pages, ({ conflicts }) => conflicts, MOST_CHOSEN),
    onMutate: () => goOn(true),
    onError: () => goOn(false),
    onSuccess: (found) => {
      if (found === undefined) goOn(false);
      else setPicked(new Set(found.rows.map(seenAs)));
    },
  });
  return (
    <Section
      title={`${t('conflicts')} (${formatNumber(count, language)})`}
      actions={
        <div ref={filter}>
          <Select
            label={t('problem')}
            hideLabel
            value={problem}
            onChange={setProblem}
            options={[{ value: 'all' as const, label: t('allProblems') }, ...conflictProblems.map((value) => ({ value, label: t(value) }))]}
          />
        </div>
      }
    >
      {pages.error !== null && <ErrorState error={pages.error} onRetry={() => void pages.refetch()} />}
      {rows === undefined && pages.error === null && <Skeleton shape="block" height="8rem" />}
      {rows?.length === 0 && <NoConflicts onAll={problem === 'all' ? undefined : () => setProblem('all')} />}
      {left.length > 0 && <LeftBanner left={left} onUnderstood={() => setLeft([])} />}
      {rows !== undefined && rows.length > 0 && (
        <ChoiceBar
          ref={bar}
          rows={shown}
          chosen={chosen}
          hasMore={hasMore}
          offersMatching={offersMatching}
          total={problem === 'all' ? count : undefined}
          isLoading={chooseMatching.isPending}
          onChoose={(next) => setPicked(new Set(next.map(seenAs)))}
          onChooseMatching={() => chooseMatching.mutate()}
          onDecide={(resolution) => setDeciding({ resolution, chosen })}
        />
      )}
      {rows !== undefined && rows.length > 0 && (
        <ul className="lt-national__list">
          {rows.map((conflict) => (
            <Conflict
              key={`${conflict.ref} ${conflict.problem}`}
              conflict={conflict}
              isChosen={picked.has(seenAs(conflict))}
              onChoose={(isChosen) => setPicked(isChosen ? new Set(picked).add(seenAs(conflict)) : new Set([...picked].filter((each) => each !== seenAs(conflict))))}
              onFollow={() => setFollowing(conflict)}
            />
          ))}
        </ul>
      )}
      {pages.hasNextPage && (
        <Button loading={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>
          {t('more')}
        </Button>
      )}
      {deciding !== undefined && (
        <TogetherDialog
          {...deciding}
          onLeft={setLeft}
          onDecided={() => {
            setPicked(new Set());
            // The button that was pressed is gone with the choice: the keyboard goes on at the head of the list.
            requestAnimationFrame(() => filter.current?.querySelector('select')?.focus());
          }}
          onClose={() => setDeciding(undefined)}
        />
      )}
      {following !== undefined && <FollowDialog conflict={following} onClose={() => setFollowing(undefined)} />}
    </Section>
  );
}

/** None at all, or none of the kind that is asked for: then `onAll` shows the others. */
function NoConflicts({ onAll }: { onAll: (() => void) | undefined }): ReactNode {
  const t = useT(nationalMessages);
  if (onAll !== undefined) return <EmptyState kind="filtered" title={t('noneOfKind')} actions={<Button onClick={onAll}>{t('allProblems')}</Button>} />;
  return (
    <EmptyState kind="last" title={t('none')}>
      {t('noneText')}
    </EmptyState>
  );
}

/** What of several that were decided together stayed as it was, and why. */
function LeftBanner({ left, onUnderstood }: { left: readonly LeftConflict[]; onUnderstood: () => void }): ReactNode {
  const t = useT(nationalMessages);
  return (
    <Banner
      tone="danger"
      title={t('leftTitle', { count: left.length })}
      actions={
        <Button size="small" onClick={onUnderstood}>
          {t('understood')}
        </Button>
      }
    >
      <ul className="lt-national__left">
        {left.map(({ name, why }) => (
          <li key={`${name} ${why}`}>{`${name}: ${why}`}</li>
        ))}
      </ul>
    </Banner>
  );
}

const CONFLICTS = '/api/v1/accounts/national-directory/conflicts';

/** A choice is of what was seen: it ends when the list says something else. */
const seenAs = ({ ref, problem, foundAt }: DirectoryConflict): string => `${ref} ${problem} ${foundAt}`;

type ConflictProps = { conflict: DirectoryConflict; isChosen: boolean; onChoose: (isChosen: boolean) => void; onFollow: () => void };

function Conflict({ conflict, isChosen, onChoose, onFollow }: ConflictProps): ReactNode {
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
      <Checkbox label={t('choose', { about })} hideLabel checked={isChosen} onChange={onChoose} />
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
