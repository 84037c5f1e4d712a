import FunnelX from 'lucide-react/icons/funnel-x';
import ListFilter from 'lucide-react/icons/list-filter';
import SearchIcon from 'lucide-react/icons/search';
import { useEffect, useRef, useState, type ReactNode } from 'react';
import { Button } from '../controls/button.tsx';
import { IconButton } from '../controls/icon-button.tsx';
import { Select } from '../controls/select.tsx';
import { TextField } from '../controls/text-field.tsx';
import { defineMessages, useT } from '../i18n.ts';
import { useSearch } from '../navigation.tsx';
import './list-filters.css';

export type FilterChoice = {
  /** Its name in the address. */
  name: string;
  label: string;
  /** What stands there while everything is shown: "Mọi độ khẩn". */
  all: string;
  options: readonly { value: string; label: string }[];
};

export type ListFiltersProps = {
  choices: readonly FilterChoice[];
  /** The text search: its name in the address, and what it looks at. */
  search: { name: string; label: string };
  /** Names in the address that other filters of the list use, such as tabs: cleared with the rest. */
  others?: readonly string[];
  /** Fields beside the choices, such as a span of days; their names stand in `others`. */
  fields?: ReactNode;
};

const EVERYTHING = '*';
const TYPING_PAUSE_MS = 250;

const messages = defineMessages({ vi: { clear: 'Bỏ lọc', filters: 'Lọc' }, en: { clear: 'Clear filters', filters: 'Filters' } });

/** The filters of a list. They live in the address, so that a link, a reload and the way back keep them; one button clears all. On a phone the choices open by a button. */
export function ListFilters({ choices, search, others = [], fields }: ListFiltersProps): ReactNode {
  const t = useT(messages);
  const [values, setSearch] = useSearch();
  const names = [...choices.map(({ name }) => name), search.name, ...others];
  const [open, setOpen] = useState(() => choices.some(({ name }) => (values[name] ?? '') !== ''));
  const filtered = names.some((name) => (values[name] ?? '') !== '');
  return (
    <>
      <div className="lt-filters" data-open={open ? '' : undefined}>
        {choices.map(({ name, label, all, options }) => (
          <Select
            key={name}
            label={label}
            hideLabel
            value={values[name] ?? EVERYTHING}
            onChange={(value) => setSearch({ [name]: value === EVERYTHING ? undefined : value })}
            options={[{ value: EVERYTHING, label: all }, ...options]}
          />
        ))}
        {fields}
      </div>
      <TextFilter {...search} />
      <span className="lt-filters__toggle">
        <IconButton icon={ListFilter} label={t('filters')} pressed={open} onClick={() => setOpen(!open)} />
      </span>
      {filtered && (
        <Button variant="plain" size="small" icon={FunnelX} onClick={() => setSearch(Object.fromEntries(names.map((name) => [name, undefined])))}>
          {t('clear')}
        </Button>
      )}
    </>
  );
}

/** Goes into the address after a pause in the typing; follows the address when that changes by itself. */
function TextFilter({ name, label }: { name: string; label: string }): ReactNode {
  const [values, setSearch] = useSearch();
  const text = values[name] ?? '';
  const [typed, setTyped] = useState(text);
  const settled = useRef(text);
  useEffect(() => {
    if (text === settled.current) return;
    settled.current = text;
    setTyped(text);
  }, [text]);
  useEffect(() => {
    if (typed === settled.current) return undefined;
    const timer = window.setTimeout(() => {
      settled.current = typed;
      setSearch({ [name]: typed === '' ? undefined : typed });
    }, TYPING_PAUSE_MS);
    return () => window.clearTimeout(timer);
  }, [typed, name, setSearch]);
  return <TextField label={label} hideLabel icon={SearchIcon} placeholder={label} type="search" value={typed} onChange={setTyped} />;
}
