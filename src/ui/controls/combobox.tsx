import ChevronsUpDown from 'lucide-react/icons/chevrons-up-down';
import X from 'lucide-react/icons/x';
import { useMemo, useRef, type KeyboardEvent, type ReactNode, type Ref } from 'react';
import { useT } from '../i18n.ts';
import { comboboxMessages } from './combobox-messages.ts';
import { toggleOption, type ComboboxOption } from './combobox-options.ts';
import { useComboboxState, type ComboboxState } from './combobox-state.ts';
import { Field, type FieldControlProps, type FieldProps } from './field.tsx';
import { OptionList } from './option-list.tsx';
import './combobox.css';

export type { ComboboxOption } from './combobox-options.ts';

type Common = FieldProps & {
  options: readonly ComboboxOption[];
  placeholder?: string | undefined;
  disabled?: boolean | undefined;
  /** The list is still on its way. */
  loading?: boolean | undefined;
  /** Called as one types, where the options come from the server. */
  onType?: ((typed: string) => void) | undefined;
};

export type ComboboxProps = Common & { value: string | undefined; onChange: (value: string | undefined) => void };
export type MultiComboboxProps = Common & { values: readonly string[]; onChange: (values: readonly string[]) => void };

/** So many lines are drawn at most; the rest is found by typing. */
const mostShown = 80;

/** One of many, found by typing without diacritics. */
export function Combobox(props: ComboboxProps): ReactNode {
  const { options, value, onChange, placeholder, disabled, loading = false, onType } = props;
  const t = useT(comboboxMessages);
  const box = useRef<HTMLDivElement>(null);
  const chosen = options.find((option) => option.value === value);
  const pick = (option: ComboboxOption) => {
    onChange(option.value);
    state.close();
  };
  const state = useComboboxState({ options, mostShown, onType, onPick: pick });
  const leave = () => {
    if (state.typed === '' && chosen !== undefined) onChange(undefined);
    state.close();
  };
  return (
    <Field {...fieldOf(props)}>
      {(control) => (
        <div className="lt-combobox" ref={box}>
          <ComboInput {...{ control, state, disabled, placeholder }} value={state.typed ?? chosen?.label ?? ''} onLeave={leave} onKeyDown={state.onKeyDown} />
          {chosen !== undefined && disabled !== true && (
            <button type="button" className="lt-combobox__button" aria-label={t('clear', { label: chosen.label })} onClick={() => onChange(undefined)}>
              <X size={14} aria-hidden="true" />
            </button>
          )}
          <ChevronsUpDown className="lt-combobox__sign" size={14} aria-hidden="true" />
          {state.open && <OptionList {...{ state, loading }} label={props.label} multiple={false} anchor={box} values={new Set(value === undefined ? [] : [value])} onPick={pick} />}
        </div>
      )}
    </Field>
  );
}

/** Several of many, as chips: recipients of a document, people of a task. A group chooses all its members. */
export function MultiCombobox(props: MultiComboboxProps): ReactNode {
  const { options, values, onChange, placeholder, disabled, loading = false, onType } = props;
  const box = useRef<HTMLDivElement>(null);
  const input = useRef<HTMLInputElement>(null);
  const pick = (option: ComboboxOption) => {
    onChange(toggleOption(option, values));
    if (state.typed !== undefined && state.typed !== '') state.type('');
  };
  const state = useComboboxState({ options, mostShown, onType, onPick: pick });
  const chosen = useMemo(() => new Set(values), [values]);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Backspace' && (state.typed ?? '') === '') onChange(values.slice(0, -1));
    else state.onKeyDown(event);
  };
  return (
    <Field {...fieldOf(props)}>
      {(control) => (
        <div className="lt-combobox lt-combobox--multiple" ref={box} onClick={(event) => event.target === event.currentTarget && input.current?.focus()}>
          <Chips {...{ options, values, onChange, disabled }} />
          <ComboInput {...{ control, state, disabled }} ref={input} placeholder={values.length === 0 ? placeholder : undefined} value={state.typed ?? ''} onLeave={state.close} onKeyDown={onKeyDown} />
          {values.length > 2 && disabled !== true && <ClearAll count={values.length} onClear={() => onChange([])} />}
          {state.open && <OptionList {...{ state, loading }} label={props.label} multiple anchor={box} values={chosen} onPick={pick} />}
        </div>
      )}
    </Field>
  );
}

type ComboInputProps = {
  control: FieldControlProps;
  state: ComboboxState;
  value: string;
  placeholder: string | undefined;
  disabled: boolean | undefined;
  onLeave: () => void;
  onKeyDown: (event: KeyboardEvent) => void;
  /** A press stands the cursor where it was pressed, instead of taking all of the text. */
  keepsText?: boolean;
  ref?: Ref<HTMLInputElement>;
};

/** The box of every field with a list under it. */
export function ComboInput({ control, state, value, placeholder, disabled, onLeave, onKeyDown, keepsText = false, ref }: ComboInputProps): ReactNode {
  return (
    <input
      {...control}
      ref={ref}
      type="text"
      role="combobox"
      className="lt-combobox__input"
      aria-expanded={state.open}
      aria-controls={state.open ? state.listId : undefined}
      aria-activedescendant={state.open && state.activeIndex >= 0 ? state.optionId(state.activeIndex) : undefined}
      aria-autocomplete="list"
      autoComplete="off"
      spellCheck={false}
      placeholder={placeholder}
      disabled={disabled}
      value={value}
      onClick={(event) => {
        if (!state.open && !keepsText) event.currentTarget.select();
        state.show();
      }}
      onChange={(event) => state.type(event.target.value)}
      onBlur={onLeave}
      onKeyDown={onKeyDown}
    />
  );
}

function Chips({ options, values, onChange, disabled }: Pick<MultiComboboxProps, 'options' | 'values' | 'onChange' | 'disabled'>): ReactNode {
  const t = useT(comboboxMessages);
  const labels = useMemo(() => new Map(options.map((option) => [option.value, option.label])), [options]);
  if (values.length === 0) return null;
  return (
    <ul className="lt-combobox__chips" aria-label={t('chosen')}>
      {values.map((value) => {
        const label = labels.get(value) ?? value;
        return (
          <li key={value} className="lt-chip">
            <span className="lt-chip__label">{label}</span>
            {disabled !== true && (
              <button type="button" className="lt-chip__remove" aria-label={t('remove', { label })} onClick={() => onChange(values.filter((other) => other !== value))}>
                <X size={12} aria-hidden="true" />
              </button>
            )}
          </li>
        );
      })}
    </ul>
  );
}

function ClearAll({ count, onClear }: { count: number; onClear: () => void }): ReactNode {
  const t = useT(comboboxMessages);
  return (
    <button type="button" className="lt-combobox__clear-all" onClick={onClear}>
      {t('clearAll', { count })}
    </button>
  );
}

function fieldOf({ label, hideLabel, hint, error, required, optional, className }: FieldProps): FieldProps {
  return { label, hideLabel, hint, error, required, optional, className };
}
