import type { MouseEvent, ReactNode } from 'react';
import { Checkbox } from '../controls/checkbox.tsx';
import { Skeleton } from '../feedback/skeleton.tsx';
import { defineMessages, useT } from '../i18n.ts';
import { Link, useNavigation } from '../navigation.tsx';
import type { Column, DataListProps } from './data-list.tsx';
import { toggled } from './data-list-keys.ts';

const messages = defineMessages({
  vi: { select: 'Chọn dòng này', unread: 'Chưa đọc:', loading: 'Đang tải…' },
  en: { select: 'Select this row', unread: 'Unread:', loading: 'Loading…' },
});

type RowProps<Row> = { list: DataListProps<Row>; row: Row; columns: readonly Column<Row>[]; active: boolean; chooser: boolean };

/** One row. A click anywhere opens it, except on something that has its own use. */
export function DataListRow<Row>({ list, row, columns, active, chooser }: RowProps<Row>): ReactNode {
  const t = useT(messages);
  const { navigate } = useNavigation();
  const { rowId, hrefOf, onOpen, openId, selection, isUnread } = list;
  const id = rowId(row);
  const unread = isUnread?.(row) === true;
  const mainId = mainColumn(columns)?.id;
  const open = (event: MouseEvent) => {
    if (hasItsOwnUse(event)) return;
    if (hrefOf !== undefined) navigate(hrefOf(row));
    else onOpen?.(row);
  };
  const opens = hrefOf !== undefined || onOpen !== undefined;
  return (
    <tr
      role="row"
      data-row-id={id}
      data-opens={opens ? '' : undefined}
      data-unread={unread ? '' : undefined}
      data-selected={selection?.selected.has(id) === true ? '' : undefined}
      aria-current={id === openId ? 'true' : undefined}
      onClick={opens ? open : undefined}
    >
      {selection !== undefined && (
        <td role="cell" className="lt-data-list__check">
          <Checkbox label={t('select')} hideLabel checked={selection.selected.has(id)} onChange={(_checked, { shiftKey }) => selection.onChange(shiftKey ? range(list, id) : toggled(selection.selected, id))} />
        </td>
      )}
      {columns.map((column) => (
        <td key={column.id} role="cell" data-align={column.align} data-narrow={column.narrow ?? 'below'}>
          {column.id === mainId ? (
            <MainCell list={list} row={row} active={active}>
              {unread && <span className="read-by-screen-reader">{t('unread')} </span>}
              {column.render(row)}
            </MainCell>
          ) : (
            <Cell column={column} row={row} />
          )}
        </td>
      ))}
      {chooser && <td role="cell" className="lt-data-list__chooser" aria-hidden="true" />}
    </tr>
  );
}

function Cell<Row>({ column: { render, renderNarrow }, row }: { column: Column<Row>; row: Row }): ReactNode {
  if (renderNarrow === undefined) return render(row);
  return (
    <>
      <span className="lt-data-list__wide">{render(row)}</span>
      <span className="lt-data-list__narrow">{renderNarrow(row)}</span>
    </>
  );
}

function MainCell<Row>({ list, row, active, children }: { list: DataListProps<Row>; row: Row; active: boolean; children: ReactNode }): ReactNode {
  const { hrefOf, onOpen } = list;
  const common = { className: 'lt-data-list__open', 'data-row-focus': '', tabIndex: active ? 0 : -1 };
  if (hrefOf !== undefined) {
    return (
      <Link {...common} to={hrefOf(row)}>
        {children}
      </Link>
    );
  }
  if (onOpen === undefined) return children;
  return (
    <button {...common} type="button" onClick={() => onOpen(row)}>
      {children}
    </button>
  );
}

/** Grey rows with the columns of the real ones. */
export function SkeletonRows<Row>({ columns, count, selectable, chooser }: { columns: readonly Column<Row>[]; count: number; selectable: boolean; chooser: boolean }): ReactNode {
  const t = useT(messages);
  const mainId = mainColumn(columns)?.id;
  return Array.from({ length: count }, (_, index) => (
    <tr key={index} role="row">
      {selectable && <td role="cell" className="lt-data-list__check" />}
      {columns.map((column) => (
        <td key={column.id} role="cell" data-narrow={column.narrow ?? 'below'} data-align={column.align}>
          {index === 0 && column.id === mainId && <span className="read-by-screen-reader">{t('loading')}</span>}
          <Skeleton width={`${String(column.id === mainId ? 55 + ((index * 23) % 40) : 60 + ((index * 17) % 30))}%`} />
        </td>
      ))}
      {chooser && <td role="cell" className="lt-data-list__chooser" aria-hidden="true" />}
    </tr>
  ));
}

function mainColumn<Row>(columns: readonly Column<Row>[]): Column<Row> | undefined {
  return columns.find((column) => column.main === true) ?? columns.find((column) => column.narrow === 'title') ?? columns[0];
}

function hasItsOwnUse(event: MouseEvent): boolean {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey) return true;
  if (!(event.target instanceof Element) || event.target.closest('a, button, input, label, [role="menu"]') !== null) return true;
  return (window.getSelection()?.toString() ?? '') !== '';
}

/** With Shift: everything between the last selected row and this one. */
function range<Row>({ rows = [], rowId, selection }: DataListProps<Row>, id: string): ReadonlySet<string> {
  const ids = rows.map(rowId);
  const selected = selection?.selected ?? new Set<string>();
  const to = ids.indexOf(id);
  const from = ids.findLastIndex((other) => selected.has(other) && other !== id);
  if (from === -1) return toggled(selected, id);
  return new Set([...selected, ...ids.slice(Math.min(from, to), Math.max(from, to) + 1)]);
}
