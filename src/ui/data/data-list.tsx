import { useId, useMemo, useRef, type ReactNode } from 'react';
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

/** Pages by key: a button adds more below. */
export type Paging = { onMore: (() => void) | undefined; loadingMore?: boolean };

export type Selection = { selected: ReadonlySet<string>; onChange: (selected: ReadonlySet<string>) => void };

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
  },
  en: {
    selectAll: 'Select every row in view',
    selected: '{count} selected',
    clear: 'Clear selection',
    more: 'Show more',
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

function Head<Row>({ shown, selection, rows, rowId, chooser }: DataListProps<Row> & { shown: readonly Column<Row>[]; chooser: ReactNode }): ReactNode {
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
          <th key={column.id} role="columnheader" scope="col" data-align={column.align} data-narrow={column.narrow}>
            {column.label}
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

function Foot({ paging }: { paging: Paging | undefined }): ReactNode {
  const t = useT(messages);
  if (paging?.onMore === undefined) return null;
  return (
    <div className="lt-data-list__foot">
      <Button size="small" loading={paging.loadingMore ?? false} onClick={paging.onMore}>
        {t('more')}
      </Button>
    </div>
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
