import { useId, useMemo, useRef, type ReactNode } from 'react';
import { classNames } from '../class-names.ts';
import { Button } from '../controls/button.tsx';
import { Checkbox } from '../controls/checkbox.tsx';
import { ErrorState } from '../feedback/error-state.tsx';
import { defineMessages, useT } from '../i18n.ts';
import { ColumnChooser, useShownColumns, type Column } from './data-list-columns.tsx';
import { useListKeys } from './data-list-keys.ts';
import { DataListRow, SkeletonRows } from './data-list-row.tsx';
import './data-list.css';
import './data-list-narrow.css';

export type { Column } from './data-list-columns.tsx';

/** Pages by key: either a button that adds more below, or two that turn the page. */
export type Paging =
  | { kind: 'more'; onMore: (() => void) | undefined; loadingMore?: boolean }
  | { kind: 'turn'; onPrevious: (() => void) | undefined; onNext: (() => void) | undefined; position?: string };

export type Selection = { selected: ReadonlySet<string>; onChange: (selected: ReadonlySet<string>) => void };

export type Sorting = { columnId: string; descending: boolean; onChange: (columnId: string, descending: boolean) => void };

export type DataListProps<Row> = {
  /** What the list holds, for screen readers and keys: "Văn bản đến". */
  label: string;
  columns: readonly Column<Row>[];
  /** Undefined while the first page is on its way: a skeleton of the same shape is shown. */
  rows: readonly Row[] | undefined;
  rowId: (row: Row) => string;
  /** The place that a row opens; makes a real link of its main cell. */
  hrefOf?: ((row: Row) => string) | undefined;
  /** Opens a row without a place of its own. */
  onOpen?: ((row: Row) => void) | undefined;
  /** The row that is open in the detail beside. */
  openId?: string | undefined;
  /** Key `e`: completes the row, where the thing can be completed from here. */
  onComplete?: ((row: Row) => void) | undefined;
  /** Rows that nobody has read yet stand out by weight and a station before them. */
  isUnread?: ((row: Row) => boolean) | undefined;
  selection?: Selection | undefined;
  /** What can be done with all selected rows. */
  bulkActions?: ((ids: readonly string[]) => ReactNode) | undefined;
  sorting?: Sorting | undefined;
  paging?: Paging | undefined;
  empty: ReactNode;
  error?: unknown;
  onRetry?: (() => void) | undefined;
  /** Newer rows are on their way; the old ones stay. */
  refreshing?: boolean | undefined;
  /** Under this name the choice of columns is kept in this browser. */
  storageKey?: string | undefined;
  skeletonRows?: number;
};

const messages = defineMessages({
  vi: {
    selectAll: 'Chọn tất cả dòng đang hiện',
    selected: 'Đã chọn {count}',
    clear: 'Bỏ chọn',
    more: 'Xem thêm',
    previous: 'Trang trước',
    next: 'Trang sau',
    pages: 'Chuyển trang',
    sort: 'Sắp xếp theo {column}',
  },
  en: {
    selectAll: 'Select every row in view',
    selected: '{count} selected',
    clear: 'Clear selection',
    more: 'Show more',
    previous: 'Previous page',
    next: 'Next page',
    pages: 'Turn the page',
    sort: 'Sort by {column}',
  },
});

/**
 * The one list of the product: dense on a desk, cards where it is narrow; `j`, `k`, `Enter`, `x`, `e` from the keyboard.
 * It keeps its place: new data never moves the row under the pointer's focus away.
 */
export function DataList<Row>(props: DataListProps<Row>): ReactNode {
  const { columns, rows, rowId, storageKey, empty, error, onRetry, refreshing = false } = props;
  const container = useRef<HTMLDivElement>(null);
  const shown = useShownColumns(columns, storageKey);
  const activeId = useListKeys({ ...props, container });
  const failed = error !== undefined && error !== null;
  if (failed && rows === undefined) return <ErrorState error={error} onRetry={onRetry} />;
  if (rows?.length === 0) return empty;
  return (
    <div className="lt-data-list" ref={container} data-refreshing={refreshing ? '' : undefined}>
      {failed && <ErrorState compact error={error} onRetry={onRetry} />}
      <table className="lt-data-list__table" role="table" aria-label={props.label} aria-busy={rows === undefined || refreshing}>
        <Columns columns={shown.columns} selectable={props.selection !== undefined} chooser={shown.chooser !== undefined} />
        <Head {...props} shown={shown.columns} chooser={shown.chooser === undefined ? undefined : <ColumnChooser {...shown.chooser} />} />
        <tbody role="rowgroup">
          {rows === undefined ? (
            <SkeletonRows columns={shown.columns} count={props.skeletonRows ?? 8} selectable={props.selection !== undefined} chooser={shown.chooser !== undefined} />
          ) : (
            rows.map((row) => (
              <DataListRow key={rowId(row)} list={props} row={row} columns={shown.columns} active={rowId(row) === activeId} chooser={shown.chooser !== undefined} />
            ))
          )}
        </tbody>
      </table>
      <Foot paging={props.paging} />
      <SelectionBar selection={props.selection} bulkActions={props.bulkActions} />
    </div>
  );
}

function Columns<Row>({ columns, selectable, chooser }: { columns: readonly Column<Row>[]; selectable: boolean; chooser: boolean }): ReactNode {
  return (
    <colgroup>
      {selectable && <col className="lt-data-list__check-column" />}
      {columns.map(({ id, width, narrow }) => (
        <col key={id} data-narrow={narrow} style={{ width }} />
      ))}
      {chooser && <col className="lt-data-list__chooser-column" />}
    </colgroup>
  );
}

function Head<Row>({ shown, selection, sorting, rows, rowId, chooser }: DataListProps<Row> & { shown: readonly Column<Row>[]; chooser: ReactNode }): ReactNode {
  const t = useT(messages);
  const ids = useMemo(() => rows?.map(rowId) ?? [], [rows, rowId]);
  const chosen = ids.filter((id) => selection?.selected.has(id) === true).length;
  return (
    <thead role="rowgroup">
      <tr role="row">
        {selection !== undefined && (
          <th role="columnheader" scope="col" className="lt-data-list__check">
            <Checkbox
              label={t('selectAll')}
              hideLabel
              checked={ids.length > 0 && chosen === ids.length}
              indeterminate={chosen > 0 && chosen < ids.length}
              onChange={(all) => selection.onChange(new Set(all ? ids : []))}
            />
          </th>
        )}
        {shown.map((column) => (
          <th key={column.id} role="columnheader" scope="col" data-align={column.align} data-narrow={column.narrow} aria-sort={sortState(column, sorting)}>
            {column.sortable === true && sorting !== undefined ? (
              <SortButton column={column} sorting={sorting} label={t('sort', { column: column.label })} />
            ) : (
              column.label
            )}
          </th>
        ))}
        {chooser !== undefined && (
          <th role="columnheader" scope="col" className="lt-data-list__chooser">
            {chooser}
          </th>
        )}
      </tr>
    </thead>
  );
}

function SortButton<Row>({ column, sorting, label }: { column: Column<Row>; sorting: Sorting; label: string }): ReactNode {
  const here = sorting.columnId === column.id;
  return (
    <button type="button" className="lt-data-list__sort" title={label} onClick={() => sorting.onChange(column.id, here ? !sorting.descending : false)}>
      {column.label}
      <span aria-hidden="true" className={classNames(!here && 'lt-data-list__sort-idle')}>
        {here && sorting.descending ? '↓' : '↑'}
      </span>
    </button>
  );
}

function sortState<Row>(column: Column<Row>, sorting: Sorting | undefined): 'ascending' | 'descending' | undefined {
  if (column.sortable !== true || sorting?.columnId !== column.id) return undefined;
  return sorting.descending ? 'descending' : 'ascending';
}

function Foot({ paging }: { paging: Paging | undefined }): ReactNode {
  const t = useT(messages);
  if (paging === undefined) return null;
  if (paging.kind === 'more') {
    if (paging.onMore === undefined) return null;
    return (
      <div className="lt-data-list__foot">
        <Button size="small" loading={paging.loadingMore ?? false} onClick={paging.onMore}>
          {t('more')}
        </Button>
      </div>
    );
  }
  const { onPrevious, onNext, position } = paging;
  if (onPrevious === undefined && onNext === undefined) return null;
  return (
    <nav className="lt-data-list__foot" aria-label={t('pages')}>
      {position !== undefined && <span className="lt-data-list__position">{position}</span>}
      <Button size="small" disabled={onPrevious === undefined} onClick={onPrevious}>
        {t('previous')}
      </Button>
      <Button size="small" disabled={onNext === undefined} onClick={onNext}>
        {t('next')}
      </Button>
    </nav>
  );
}

function SelectionBar({ selection, bulkActions }: { selection: Selection | undefined; bulkActions: ((ids: readonly string[]) => ReactNode) | undefined }): ReactNode {
  const t = useT(messages);
  const id = useId();
  if (selection === undefined || selection.selected.size === 0) return null;
  return (
    <div className="lt-data-list__selected" role="toolbar" aria-labelledby={id}>
      <span id={id} role="status">
        {t('selected', { count: selection.selected.size })}
      </span>
      {bulkActions?.([...selection.selected])}
      <Button variant="plain" size="small" onClick={() => selection.onChange(new Set())}>
        {t('clear')}
      </Button>
    </div>
  );
}
