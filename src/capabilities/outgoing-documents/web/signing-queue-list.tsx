import { useEffect, useMemo, useRef, type KeyboardEvent, type ReactNode, type RefObject } from 'react';
import { Button } from '#ui/controls/button.tsx';
import { Checkbox } from '#ui/controls/checkbox.tsx';
import { DeadlineMark } from '#ui/data/deadline-mark.tsx';
import { StateMark } from '#ui/data/state-mark.tsx';
import { Skeleton, SkeletonGroup } from '#ui/feedback/skeleton.tsx';
import { formatDateTime } from '#ui/format.ts';
import { useT } from '#ui/i18n.ts';
import { isFocusFree } from '#ui/kept-focus.ts';
import { Link, useNavigation } from '#ui/navigation.tsx';
import { useShortcuts, type Shortcut } from '#ui/shortcuts.tsx';
import { BATCH_SIZE } from '../domain/states.ts';
import { messages } from './messages.ts';
import { UrgencyBadge } from './outgoing-marks.tsx';
import { neighbour, selectable, type QueuedRow } from './signing-queue.ts';
import { roomMessages } from './signing-room-messages.ts';

export type SigningQueueProps = {
  rows: readonly QueuedRow[] | undefined;
  openId: string | undefined;
  selected: ReadonlySet<string>;
  onSelect: (selected: ReadonlySet<string>) => void;
  onMore: (() => void) | undefined;
  /** What is done with everything that is selected. */
  onSign: () => void;
  onReturn: () => void;
  /** What stands beside “select all”. */
  bar: ReactNode;
  /** What is said below the rows. */
  foot: ReactNode;
};

/** The queue: `j` and `k` open the next and the one before, space selects; with a selection `s` and `r` are for all of it. */
export function SigningQueue(props: SigningQueueProps): ReactNode {
  const { rows, openId, selected, onSelect, onMore, bar, foot } = props;
  const t = useT(roomMessages);
  const list = useRef<HTMLUListElement>(null);
  const byKey = useRef(false);
  useQueueKeys(props, byKey);
  useEffect(() => {
    const open = list.current?.querySelector<HTMLElement>('[aria-current]');
    open?.scrollIntoView({ block: 'nearest' });
    // The keyboard goes along with the open document, also when the next one opened by itself and the focus was lost with the last.
    if (byKey.current || isFocusFree()) open?.focus({ preventScroll: true });
    byKey.current = false;
  }, [openId]);
  if (rows === undefined) {
    return (
      <SkeletonGroup>
        <Skeleton shape="block" height="4rem" />
        <Skeleton shape="block" height="4rem" />
        <Skeleton shape="block" height="4rem" />
      </SkeletonGroup>
    );
  }
  const count = rows.filter((row) => row.outcome === undefined && selected.has(row.id)).length;
  const all = selectable(rows, onMore !== undefined, BATCH_SIZE);
  const most = all.rows.length;
  return (
    <div className="lt-room__queue">
      <div className="lt-room__bar">
        <Checkbox
          label={all.isAll ? t('selectAll') : t(all.isBounded ? 'selectMost' : 'selectShown', { count: most })}
          checked={count > 0 && count === most}
          indeterminate={count > 0 && count !== most}
          disabled={most === 0}
          onChange={(isOn) => onSelect(new Set(isOn ? all.rows.map((row) => row.id) : []))}
        />
        {bar}
      </div>
      <ul ref={list} aria-label={t('queue')}>
        {rows.map((row) => (
          <QueueRow key={row.id} row={row} open={row.id === openId} selected={selected.has(row.id)} onToggle={() => onSelect(toggled(selected, row.id))} />
        ))}
      </ul>
      {onMore !== undefined && (
        <Button size="small" onClick={onMore}>
          {t('more')}
        </Button>
      )}
      {foot}
      <SelectionBar {...props} count={count} />
    </div>
  );
}

function QueueRow({ row, open, selected, onToggle }: { row: QueuedRow; open: boolean; selected: boolean; onToggle: () => void }): ReactNode {
  const t = useT(roomMessages);
  const words = useT(messages);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== ' ' || row.outcome !== undefined) return;
    event.preventDefault();
    onToggle();
  };
  return (
    <li className="lt-room__row" data-open={open ? '' : undefined} data-done={row.outcome === undefined ? undefined : ''} data-selected={selected ? '' : undefined}>
      <Checkbox label={t('select', { summary: row.summary })} hideLabel checked={selected && row.outcome === undefined} disabled={row.outcome !== undefined} onChange={onToggle} />
      <Link to={`/phong-ky/${row.id}`} className="lt-room__link" aria-current={open ? 'true' : undefined} onKeyDown={onKeyDown}>
        <span className="lt-room__lead">
          {row.outcome === undefined ? <strong>{t(`act.${row.act}`)}</strong> : <StateMark kind={row.outcome === 'returned' ? 'stopped' : row.outcome === 'pending' ? 'present' : 'done'}>{t(`done.${row.outcome}`)}</StateMark>}
          <span>{row.typeName}</span>
          <UrgencyBadge urgency={row.urgency} t={words} />
        </span>
        <span className="lt-room__summary">{row.summary}</span>
        <span className="lt-room__lead lt-quiet">
          <span>{row.draftingUnitName ?? row.drafterName}</span>
          {row.answerDue === null ? <time dateTime={row.waitingSince}>{formatDateTime(row.waitingSince)}</time> : <DeadlineMark due={row.answerDue} now={new Date()} short />}
        </span>
      </Link>
    </li>
  );
}

function SelectionBar({ count, onSelect, onSign, onReturn }: SigningQueueProps & { count: number }): ReactNode {
  const t = useT(roomMessages);
  if (count === 0) return null;
  return (
    <div className="lt-room__selected" role="toolbar" aria-label={t('selected', { count })}>
      <span role="status">{count > BATCH_SIZE ? t('tooMany', { count: BATCH_SIZE }) : t('selected', { count })}</span>
      <span className="lt-row">
        <Button size="small" variant="primary" disabled={count > BATCH_SIZE} onClick={onSign}>
          {t('signSelected', { count })}
        </Button>
        <Button size="small" disabled={count > BATCH_SIZE} onClick={onReturn}>
          {t('returnSelected', { count })}
        </Button>
        <Button size="small" variant="plain" onClick={() => onSelect(new Set())}>
          {t('clear')}
        </Button>
      </span>
    </div>
  );
}

function useQueueKeys({ rows, openId, selected, onSelect, onSign, onReturn }: SigningQueueProps, byKey: RefObject<boolean>): void {
  const t = useT(roomMessages);
  const { navigate } = useNavigation();
  const shortcuts = useMemo<readonly Shortcut[]>(() => {
    const group = t('keys');
    const go = (step: 1 | -1) => {
      const target = neighbour(rows ?? [], openId, step);
      if (target === undefined || target.id === openId) return;
      byKey.current = true;
      navigate(`/phong-ky/${target.id}`);
    };
    const waiting = rows?.filter((row) => row.outcome === undefined) ?? [];
    const select = () => {
      if (openId !== undefined && waiting.some((row) => row.id === openId)) onSelect(toggled(selected, openId));
    };
    const count = waiting.filter((row) => selected.has(row.id)).length;
    const several = count > 0 && count <= BATCH_SIZE;
    return [
      { keys: 'j', label: t('next'), group, run: () => go(1) },
      { keys: 'k', label: t('previous'), group, run: () => go(-1) },
      { keys: 'x', label: t('selectKey'), group, run: select },
      { keys: 'Space', label: t('selectSpace'), group, run: select },
      ...(several
        ? [
            { keys: 's', label: t('signSelected', { count }), group, run: onSign },
            { keys: 'r', label: t('returnSelected', { count }), group, run: onReturn },
          ]
        : []),
    ];
  }, [t, navigate, rows, openId, selected, onSelect, onSign, onReturn, byKey]);
  useShortcuts(shortcuts);
}

function toggled(selected: ReadonlySet<string>, id: string): ReadonlySet<string> {
  const next = new Set(selected);
  if (!next.delete(id)) next.add(id);
  return next;
}
