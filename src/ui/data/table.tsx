import type { ReactNode } from 'react';
import { classNames } from '../class-names.ts';
import './table.css';

export type TableColumn<Row> = { id: string; label: ReactNode; render: (row: Row) => ReactNode; align?: 'end' | 'center'; width?: string };

export type TableProps<Row> = {
  caption: string;
  hideCaption?: boolean;
  columns: readonly TableColumn<Row>[];
  rows: readonly Row[];
  rowId: (row: Row) => string;
  /** Ruled like an official register, on the screen too. */
  ruled?: boolean;
  foot?: ReactNode;
};

/** A plain table to read and print: registers, reports, what stands behind a chart. */
export function Table<Row>({ caption, hideCaption = false, columns, rows, rowId, ruled = false, foot }: TableProps<Row>): ReactNode {
  return (
    <div className="lt-table-frame" role="group" aria-label={caption} tabIndex={0}>
      <table className={classNames('lt-table', ruled && 'lt-table--ruled')}>
        <caption className={hideCaption ? 'read-by-screen-reader' : undefined}>{caption}</caption>
        <thead>
          <tr>
            {columns.map(({ id, label, align, width }) => (
              <th key={id} scope="col" data-align={align} style={{ width }}>
                {label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={rowId(row)}>
              {columns.map(({ id, render, align }) => (
                <td key={id} data-align={align}>
                  {render(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
        {foot !== undefined && <tfoot>{foot}</tfoot>}
      </table>
    </div>
  );
}
