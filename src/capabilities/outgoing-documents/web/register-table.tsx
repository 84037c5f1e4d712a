import type { ReactNode } from 'react';
import { registerColumns, type ReadRegisterKind, type RegisterPage, type RegisterRow } from '#engines/registers/contract.ts';
import { Table } from '#ui/data/table.tsx';
import { formatDate } from '#ui/format.ts';
import { useT } from '#ui/i18n.ts';
import { Link } from '#ui/navigation.tsx';
import { useSession } from '#ui/session-context.tsx';
import { registerMessages } from './register-messages.ts';

const PLACES: Record<ReadRegisterKind, { path: string; numberAt: number }> = { outgoing: { path: '/van-ban-di', numberAt: 0 }, incoming: { path: '/van-ban-den', numberAt: 1 } };

/** Rows of a register under the headings of its form; on paper with the head that the form has. */
export function RegisterTable({ kind, page, rows }: { kind: ReadRegisterKind; page: RegisterPage; rows: readonly RegisterRow[] }): ReactNode {
  const t = useT(registerMessages);
  const { agency } = useSession();
  const { register, from, to } = page;
  const all = registerColumns[kind].reduce((sum, { width }) => sum + width, 0);
  const { numberAt } = PLACES[kind];
  return (
    <section className="lt-register">
      <header className="lt-register__head">
        <p className="lt-register__agency">{agency.name}</p>
        <h2>{register?.name}</h2>
        <p>{t('yearLine', { year: String(register?.year) })}</p>
        <p>
          {t('spanLine', { from: formatDate(from), to: formatDate(to) })} · {t('numbersLine', { first: String(rows[0]?.number), last: String(rows.at(-1)?.number) })}
        </p>
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
            return cell === 'day' && text !== '' ? <span className="lt-register__day">{formatDate(text)}</span> : text;
          },
        }))}
      />
    </section>
  );
}

/** The number, below what is missing before it. */
function NumberCell({ kind, row, text, opens }: { kind: ReadRegisterKind; row: RegisterRow; text: string; opens: boolean }): ReactNode {
  const t = useT(registerMessages);
  const { missing } = row;
  return (
    <>
      {missing !== null && <span className="lt-register__missing">{t(missing.from === missing.to ? 'missingOne' : 'missingMany', { from: String(missing.from), to: String(missing.to) })}</span>}
      {opens ? <Link to={`${PLACES[kind].path}/${row.id}`}>{text}</Link> : text}
    </>
  );
}
