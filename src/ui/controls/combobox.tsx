import { Combobox as BaseCombobox } from '@base-ui/react/combobox';
import Check from 'lucide-react/icons/check';
import ChevronsUpDown from 'lucide-react/icons/chevrons-up-down';
import X from 'lucide-react/icons/x';
import { useMemo, useRef, useState, type ReactNode } from 'react';
import { defineMessages, useT, type Translate } from '../i18n.ts';
import { matchScore } from '../search-text.ts';
import { Field, type FieldControlProps, type FieldProps } from './field.tsx';
import './combobox.css';

export type ComboboxOption = {
  value: string;
  label: string;
  /** A second line or a code: "000.00.17.H56". */
  hint?: string;
  /** The heading under which it stands: "Các sở". */
  group?: string;
  /** Other words that find it: former names, abbreviations. */
  keywords?: string;
  /** Stands for several others: choosing it chooses them all ("Các xã, phường"). Only with `multiple`. */
  members?: readonly string[];
  disabled?: boolean;
};

type Common = FieldProps & {
  options: readonly ComboboxOption[];
  placeholder?: string;
  disabled?: boolean;
  /** The list is still on its way. */
  loading?: boolean;
  /** At most this many lines are drawn; the rest is found by typing. */
  mostShown?: number;
  /** Called as one types, where the options come from the server. */
  onType?: (typed: string) => void;
};

export type ComboboxProps = Common & { value: string | undefined; onChange: (value: string | undefined) => void };
export type MultiComboboxProps = Common & { values: readonly string[]; onChange: (values: readonly string[]) => void };

const messages = defineMessages({
  vi: {
    none: 'Không có mục nào khớp với “{typed}”.',
    empty: 'Không có mục nào.',
    loading: 'Đang tải danh sách…',
    more: 'Còn {count} mục nữa; gõ thêm để thu hẹp.',
    open: 'Mở danh sách',
    clear: 'Xóa lựa chọn',
    remove: 'Bỏ {label}',
    chosen: 'đã chọn {count}',
    members: '{count} nơi',
    clearAll: 'Bỏ hết',
  },
  en: {
    none: 'Nothing matches “{typed}”.',
    empty: 'The list is empty.',
    loading: 'Loading the list…',
    more: '{count} more; type to narrow down. | {count} more; type to narrow down.',
    open: 'Open the list',
    clear: 'Clear the choice',
    remove: 'Remove {label}',
    chosen: '{count} chosen',
    members: '{count} place | {count} places',
    clearAll: 'Remove all',
  },
});

const ungrouped = '';

/** One of many, found by typing without diacritics. */
export function Combobox({ value, onChange, ...rest }: ComboboxProps): ReactNode {
  const t = useT(messages);
  const list = useOptionList(rest);
  const chosen = rest.options.find((option) => option.value === value) ?? null;
  return (
    <Field {...fieldOf(rest)}>
      {(control) => (
        <BaseCombobox.Root<ComboboxOption>
          {...list.root}
          value={chosen}
          onValueChange={(option) => onChange(option?.value)}
          disabled={rest.disabled ?? false}
        >
          <BaseCombobox.InputGroup className="lt-combobox">
            <BaseCombobox.Input {...control} className="lt-combobox__input" placeholder={rest.placeholder} autoComplete="off" />
            {chosen !== null && (
              <BaseCombobox.Clear className="lt-combobox__button" aria-label={t('clear')}>
                <X size={14} aria-hidden="true" />
              </BaseCombobox.Clear>
            )}
            <BaseCombobox.Trigger className="lt-combobox__button" aria-label={t('open')}>
              <ChevronsUpDown size={14} aria-hidden="true" />
            </BaseCombobox.Trigger>
          </BaseCombobox.InputGroup>
          <OptionPopup list={list} t={t} />
        </BaseCombobox.Root>
      )}
    </Field>
  );
}

/** Several of many, as chips: recipients of a document, people of a task. A group chooses all its members. */
export function MultiCombobox({ values, onChange, ...rest }: MultiComboboxProps): ReactNode {
  const t = useT(messages);
  const list = useOptionList(rest);
  const anchor = useRef<HTMLDivElement>(null);
  const byValue = useMemo(() => new Map(rest.options.map((option) => [option.value, option])), [rest.options]);
  const chosen = values.flatMap((value) => byValue.get(value) ?? []);
  const choose = (options: readonly ComboboxOption[]) => {
    const wanted = options.flatMap((option) => option.members ?? [option.value]);
    onChange([...new Set(wanted)]);
  };
  return (
    <Field {...fieldOf(rest)}>
      {(control) => (
        <BaseCombobox.Root<ComboboxOption, true> {...list.root} multiple value={chosen} onValueChange={choose} disabled={rest.disabled ?? false}>
          <BaseCombobox.Chips className="lt-combobox lt-combobox--multiple" ref={anchor}>
            {chosen.map((option) => (
              <BaseCombobox.Chip key={option.value} className="lt-chip" aria-label={option.label}>
                <span className="lt-chip__label">{option.label}</span>
                <BaseCombobox.ChipRemove className="lt-chip__remove" aria-label={t('remove', { label: option.label })}>
                  <X size={12} aria-hidden="true" />
                </BaseCombobox.ChipRemove>
              </BaseCombobox.Chip>
            ))}
            <MultiInput control={control} placeholder={chosen.length === 0 ? rest.placeholder : undefined} />
            {chosen.length > 2 && (
              <button type="button" className="lt-combobox__clear-all" onClick={() => onChange([])}>
                {t('clearAll')} ({chosen.length})
              </button>
            )}
          </BaseCombobox.Chips>
          <OptionPopup list={list} t={t} anchor={anchor} />
        </BaseCombobox.Root>
      )}
    </Field>
  );
}

function MultiInput({ control, placeholder }: { control: FieldControlProps; placeholder: string | undefined }): ReactNode {
  return <BaseCombobox.Input {...control} className="lt-combobox__input" placeholder={placeholder} autoComplete="off" />;
}

type OptionGroup = { value: string; items: readonly ComboboxOption[] };

type OptionList = {
  root: {
    items: readonly OptionGroup[];
    filteredItems: readonly OptionGroup[];
    itemToStringLabel: (option: ComboboxOption) => string;
    isItemEqualToValue: (a: ComboboxOption, b: ComboboxOption) => boolean;
    inputValue: string;
    onInputValueChange: (typed: string) => void;
    autoHighlight: true;
  };
  typed: string;
  hidden: number;
  loading: boolean;
};

/** What matches, best first inside each group, at most as many lines as one can read. */
function useOptionList({ options, mostShown = 80, loading = false, onType }: Common): OptionList {
  const [typed, setTyped] = useState('');
  const all = useMemo(() => groupOptions(options), [options]);
  const found = useMemo(() => rankOptions(options, typed), [options, typed]);
  const shown = useMemo(() => groupOptions(found.slice(0, mostShown)), [found, mostShown]);
  return {
    root: {
      items: all,
      filteredItems: shown,
      itemToStringLabel: (option) => option.label,
      isItemEqualToValue: (a, b) => a.value === b.value,
      inputValue: typed,
      onInputValueChange: (text) => {
        setTyped(text);
        onType?.(text);
      },
      autoHighlight: true,
    },
    typed,
    hidden: Math.max(0, found.length - mostShown),
    loading,
  };
}

function rankOptions(options: readonly ComboboxOption[], typed: string): readonly ComboboxOption[] {
  // The label of what is chosen stands in the box: it must not hide the other choices.
  if (typed === '' || options.some((option) => option.label === typed)) return options;
  return options
    .map((option) => ({ option, score: Math.max(matchScore(option.label, typed), matchScore(`${option.keywords ?? ''} ${option.hint ?? ''}`, typed) - 1) }))
    .filter(({ score }) => score > 0)
    .toSorted((a, b) => b.score - a.score)
    .map(({ option }) => option);
}

function groupOptions(options: readonly ComboboxOption[]): readonly OptionGroup[] {
  return [...Map.groupBy(options, (option) => option.group ?? ungrouped)].map(([value, items]) => ({ value, items }));
}

type PopupProps = { list: OptionList; t: Translate<keyof (typeof messages)['vi']>; anchor?: React.RefObject<HTMLDivElement | null> };

function OptionPopup({ list, t, anchor }: PopupProps): ReactNode {
  return (
    <BaseCombobox.Portal>
      <BaseCombobox.Positioner className="lt-menu-place" sideOffset={4} {...(anchor === undefined ? {} : { anchor })}>
        <BaseCombobox.Popup className="lt-menu lt-combobox__popup">
          <BaseCombobox.Empty className="lt-combobox__none">
            {list.loading ? t('loading') : list.typed === '' ? t('empty') : t('none', { typed: list.typed })}
          </BaseCombobox.Empty>
          <BaseCombobox.List className="lt-combobox__list">
            {(group: OptionGroup) => (
              <BaseCombobox.Group key={group.value} items={group.items}>
                {group.value !== ungrouped && <BaseCombobox.GroupLabel className="lt-menu__label">{group.value}</BaseCombobox.GroupLabel>}
                <BaseCombobox.Collection>{(option: ComboboxOption) => <OptionItem key={option.value} option={option} t={t} />}</BaseCombobox.Collection>
              </BaseCombobox.Group>
            )}
          </BaseCombobox.List>
          {list.hidden > 0 && (
            <BaseCombobox.Status className="lt-combobox__more">{t('more', { count: list.hidden })}</BaseCombobox.Status>
          )}
        </BaseCombobox.Popup>
      </BaseCombobox.Positioner>
    </BaseCombobox.Portal>
  );
}

function OptionItem({ option, t }: { option: ComboboxOption; t: PopupProps['t'] }): ReactNode {
  const hint = option.members === undefined ? option.hint : t('members', { count: option.members.length });
  return (
    <BaseCombobox.Item className="lt-menu__item" value={option} disabled={option.disabled ?? false}>
      <span className="lt-menu__mark">
        <BaseCombobox.ItemIndicator>
          <Check size={16} aria-hidden="true" />
        </BaseCombobox.ItemIndicator>
      </span>
      <span className="lt-menu__text">{option.label}</span>
      {hint !== undefined && <span className="lt-combobox__hint">{hint}</span>}
    </BaseCombobox.Item>
  );
}

function fieldOf({ label, hideLabel, hint, error, required, optional, className }: FieldProps): FieldProps {
  return { label, hideLabel, hint, error, required, optional, className };
}
