import Columns3 from 'lucide-react/icons/columns-3';
import { useMemo, useState, type ReactNode } from 'react';
import { IconButton } from '../controls/icon-button.tsx';
import { defineMessages, useT } from '../i18n.ts';
import { Menu } from '../overlays/menu.tsx';

export type Column<Row> = {
  id: string;
  label: string;
  render: (row: Row) => ReactNode;
  /** Any CSS width; the column without one takes the rest. */
  width?: string;
  align?: 'end';
  /** Where it stands when the list is narrow: the big line, the small line above it, at its right end, the line below, or nowhere. */
  narrow?: 'title' | 'top' | 'aside' | 'below' | 'hidden';
  /** What the cell says there instead, where its words need the heading that a narrow list does not have. */
  renderNarrow?: (row: Row) => ReactNode;
  /** The cell that carries the link of the row. The first `title` unless one says so. */
  main?: boolean;
  /** May be hidden by choice; `hidden` starts so. */
  optional?: boolean | 'hidden';
};

const messages = defineMessages({ vi: { columns: 'Chọn cột' }, en: { columns: 'Choose columns' } });

type Chooser = { entries: readonly { id: string; label: string; shown: boolean }[]; onToggle: (id: string, shown: boolean) => void };

/** The columns in view, and what the chooser needs if there is anything to choose. */
export function useShownColumns<Row>(columns: readonly Column<Row>[], storageKey: string | undefined): { columns: readonly Column<Row>[]; chooser: Chooser | undefined } {
  const key = storageKey === undefined ? undefined : `lienthong.columns.${storageKey}`;
  const [choice, setChoice] = useState<Readonly<Record<string, boolean>>>(() => readChoice(key));
  return useMemo(() => {
    const isShown = (column: Column<Row>) => column.optional === undefined || (choice[column.id] ?? column.optional !== 'hidden');
    const optional = columns.filter((column) => column.optional !== undefined);
    const chooser: Chooser = {
      entries: optional.map((column) => ({ id: column.id, label: column.label, shown: isShown(column) })),
      onToggle: (id, shown) => {
        const next = { ...choice, [id]: shown };
        setChoice(next);
        writeChoice(key, next);
      },
    };
    return { columns: columns.filter(isShown), chooser: key === undefined || optional.length === 0 ? undefined : chooser };
  }, [columns, choice, key]);
}

export function ColumnChooser({ entries, onToggle }: Chooser): ReactNode {
  const t = useT(messages);
  return (
    <Menu
      align="end"
      trigger={<IconButton icon={Columns3} label={t('columns')} size="small" />}
      entries={entries.map(({ id, label, shown }) => ({ kind: 'check', id, label, checked: shown, onChange: (checked) => onToggle(id, checked) }))}
    />
  );
}

function readChoice(key: string | undefined): Record<string, boolean> {
  if (key === undefined) return {};
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(key) ?? '{}');
    if (typeof stored !== 'object' || stored === null) return {};
    return Object.fromEntries(Object.entries(stored).filter((entry): entry is [string, boolean] => typeof entry[1] === 'boolean'));
  } catch {
    return {}; // closed or damaged storage: the list shows its own choice
  }
}

function writeChoice(key: string | undefined, choice: Readonly<Record<string, boolean>>): void {
  if (key === undefined) return;
  try {
    localStorage.setItem(key, JSON.stringify(choice));
  } catch {
    // closed or full storage: the choice holds until the page is closed
  }
}
