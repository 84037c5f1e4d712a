import { useQueryClient } from '@tanstack/react-query';
import type { ReactNode, Ref } from 'react';
import { useApi } from '#ui/api-context.tsx';
import { Button } from '#ui/controls/button.tsx';
import { Checkbox } from '#ui/controls/checkbox.tsx';
import { problemToast } from '#ui/feedback/problem-toast.ts';
import { useToasts } from '#ui/feedback/toast.tsx';
import { useLanguage, useT } from '#ui/i18n.ts';
import { useMutation } from '#ui/mutation.ts';
import { conflictProblems } from '#engines/identity/contract.ts';
import { MOST_CHOSEN, type ConflictsDecided, type DirectoryConflict } from '../contract.ts';
import { ChangeDialog } from './change-dialog.tsx';
import { nationalMessages } from './national-messages.ts';

export type Resolution = DirectoryConflict['together'][number];
/** A difference that was chosen and not decided, and why. */
export type LeftConflict = { name: string; why: string };

const CONFLICTS = '/api/v1/accounts/national-directory/conflicts';
/** As many as a dialog can name without being scrolled. */
const MOST_NAMED = 10;
const RESOLUTIONS = ['keep_ours', 'take_theirs'] as const;

type ChoiceBarProps = {
  ref: Ref<HTMLDivElement>;
  rows: readonly DirectoryConflict[];
  chosen: readonly DirectoryConflict[];
  /** Whether more match than these rows. */
  hasMore: boolean;
  /** Whether all that match can be chosen next. */
  offersMatching: boolean;
  /** How many match, where that is known. */
  total: number | undefined;
  isLoading: boolean;
  onChoose: (chosen: readonly DirectoryConflict[]) => void;
  /** Chooses all that match, as many as one decision takes. */
  onChooseMatching: () => void;
  onDecide: (resolution: Resolution) => void;
};

/** Chooses all that are shown, then all that match, and offers what may be decided about all that are chosen. */
export function ChoiceBar({ ref, rows, chosen, hasMore, offersMatching, total, isLoading, onChoose, onChooseMatching, onDecide }: ChoiceBarProps): ReactNode {
  const t = useT(nationalMessages);
  const offered = chosen.length === 0 ? [] : RESOLUTIONS.filter((resolution) => chosen.every(({ together }) => together.includes(resolution)));
  const isAll = chosen.length === rows.length;
  return (
    <div ref={ref} className="lt-national__choice">
      <Checkbox label={t('chooseAll', { count: rows.length })} checked={isAll} indeterminate={chosen.length > 0 && !isAll} onChange={(checked) => onChoose(checked ? rows : [])} />
      <span role="status">{chosen.length > 0 && t(hasMore && chosen.length === MOST_CHOSEN ? 'chosenMost' : 'chosen', { count: chosen.length })}</span>
      {offersMatching && (
        <Button size="small" variant="plain" loading={isLoading} onClick={onChooseMatching}>
          {total === undefined ? t('chooseMatching', { most: MOST_CHOSEN }) : total > MOST_CHOSEN ? t('chooseMost', { most: MOST_CHOSEN, total }) : t('chooseTotal', { total })}
        </Button>
      )}
      {offered.map((resolution) => (
        <Button key={resolution} size="small" onClick={() => onDecide(resolution)}>
          {t(resolution === 'keep_ours' ? 'keepChosen' : 'followChosen', { count: chosen.length })}
        </Button>
      ))}
    </div>
  );
}

type TogetherDialogProps = { chosen: readonly DirectoryConflict[]; resolution: Resolution; onDecided: () => void; onLeft: (left: readonly LeftConflict[]) => void; onClose: () => void };

/** Several differences decided alike in one step; that ours was kept is taken back in one step too. */
export function TogetherDialog({ chosen, resolution, onDecided, onLeft, onClose }: TogetherDialogProps): ReactNode {
  const t = useT(nationalMessages);
  const { language } = useLanguage();
  const api = useApi();
  const toasts = useToasts();
  const queries = useQueryClient();
  const leftOf = ({ left }: ConflictsDecided): LeftConflict[] =>
    left.map(({ ref, problem, why }) => ({ name: chosen.find((each) => each.ref === ref && each.problem === problem)?.theirs.name ?? ref, why: why[language] }));
  const reopen = useMutation({
    mutationFn: (conflicts: ConflictsDecided['settled']) => api.post<ConflictsDecided>(`${CONFLICTS}/reopen-chosen`, { conflicts }),
    onSuccess: (reply) => {
      toasts.show({ text: t('reopenedMany', { count: reply.settled.length }), tone: 'done' });
      onLeft(leftOf(reply));
    },
    onError: (error) => toasts.show(problemToast(error)),
    onSettled: () => void queries.invalidateQueries({ queryKey: ['accounts'] }),
  });
  const isKept = resolution === 'keep_ours';
  const count = { count: chosen.length };
  return (
    <ChangeDialog
      title={t(isKept ? 'keepManyTitle' : 'followManyTitle', count)}
      consequence={t(isKept ? 'keepManyText' : 'followManyText')}
      verb={t(isKept ? 'keepOurs' : 'takeTheirs')}
      done={({ settled }) => (settled.length === 0 ? t('noneDecided') : t(isKept ? 'keptMany' : 'followedMany', { count: settled.length }))}
      undo={({ settled }) => (isKept && settled.length > 0 ? () => reopen.mutate(settled) : undefined)}
      send={() => api.post<ConflictsDecided>(`${CONFLICTS}/settle-chosen`, { conflicts: chosen.map(({ ref, problem, foundAt }) => ({ ref, problem, foundAt })), resolution })}
      onDone={(reply) => {
        onLeft(leftOf(reply));
        onDecided();
      }}
      onClose={onClose}
    >
      {() => <ul className="lt-national__chosen">{isKept ? <Kinds chosen={chosen} /> : <Names chosen={chosen} />}</ul>}
    </ChangeDialog>
  );
}

function Kinds({ chosen }: Pick<TogetherDialogProps, 'chosen'>): ReactNode {
  const t = useT(nationalMessages);
  const kinds = conflictProblems.map((problem) => ({ problem, count: chosen.filter((each) => each.problem === problem).length }));
  return kinds.flatMap(({ problem, count }) => (count === 0 ? [] : [<li key={problem}>{`${t(problem)}: ${String(count)}`}</li>]));
}

function Names({ chosen }: Pick<TogetherDialogProps, 'chosen'>): ReactNode {
  const t = useT(nationalMessages);
  return (
    <>
      {chosen.slice(0, MOST_NAMED).map(({ ref, problem, ours, theirs }) => (
        <li key={`${ref} ${problem}`}>{t('renamed', { ours: ours?.name ?? '', theirs: theirs.name })}</li>
      ))}
      {chosen.length > MOST_NAMED && <li>{t('moreNames', { count: chosen.length - MOST_NAMED })}</li>}
    </>
  );
}
