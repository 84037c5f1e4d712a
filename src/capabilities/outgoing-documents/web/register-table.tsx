import type { ReactNode } from 'react';
import { registerColumns, type MissingNumbers, type ReadRegisterKind, type RegisterPage, type RegisterRow } from '#engines/registers/contract.ts';
import { Table } from '#ui/data/table.tsx';
import { formatDate } from '#ui/format.ts';
import { useT } from '#ui/i18n.ts';
import { Link } from '#ui/navigation.tsx';
import { registerMessages } from './register-messages.ts';

const PLACES: Record<ReadRegisterKind, { path: string; numberAt: number }> = { outgoing: { path: '/van-ban-di', numberAt: 0 }, incoming: { path: '/van-ban-den', numberAt: 1 } };

/** Rows of a register under the headings of its form; on paper behind the cover that the form has (30/2020/NĐ-CP App. IV). */
export function RegisterTable({ kind, page, rows }: { kind: ReadRegisterKind; page: RegisterPage; rows: readonly RegisterRow[] }): ReactNode {
  const t = useT(registerMessages);
  const { register, from, to, letterhead } = page;
  const all = registerColumns[kind].reduce((sum, { width }) => sum + width, 0);
  const { numberAt } = PLACES[kind];
  return (
    <section className="lt-register">
      <header className="lt-register__cover">
        {letterhead.superior !== null && <p>{letterhead.superior}</p>}
        <p className="lt-register__agency">{letterhead.name}</p>
        <h2>{register?.name}</h2>
        <p>{t('yearLine', { year: String(register?.year) })}</p>
        <p>{t('spanLine', { from: formatDate(from), to: formatDate(to) })}</p>
        <p>{t('numbersLine', { first: String(rows[0]?.number), last: String(rows.at(-1)?.number) })}</p>
        <p className="lt-register__volume">{t('volumeLine')}</p>
      </header>
      <Table
        caption={register?.name ?? ''}
        hideCaption
        ruled
        rows={rows}
        rowId={({ id }) => id}
        columns={registerColumns[kind].map(({ label, width, kind: cell }, index) => ({
          id: String(index),
          label,
          width: `${String((width / all) * 100)}%`,
          ...(cell === 'number' ? { align: 'center' as const } : {}),
          render: (row: RegisterRow) => {
            const text = row.cells[index] ?? '';
            if (index === numberAt) return <NumberCell kind={kind} row={row} text={text} opens={page.opens} />;
            return cell === 'day' && text !== '' ? <span className="lt-register__day">{formatDate(text)}</span> : <span className="lt-register__text">{text}</span>;
          },
        }))}
      />
    </section>
  );
}

/** The number, below what is missing before it. */
function NumberCell({ kind, row, text, opens }: { kind: ReadRegisterKind; row: RegisterRow; text: string; opens: boolean }): ReactNode {
  return (
    <>
      {row.missing !== null && <Missing numbers={row.missing} />}
      {opens ? <Link to={`${PLACES[kind].path}/${row.id}`}>{text}</Link> : text}
    </>
  );
}

/** Numbers that were given and stand nowhere. */
export function Missing({ numbers: { from, to } }: { numbers: MissingNumbers }): ReactNode {
  const t = useT(registerMessages);
  return <span className="lt-register__missing">{t(from === to ? 'missingOne' : 'missingMany', { from: String(from), to: String(to) })}</span>;
}
