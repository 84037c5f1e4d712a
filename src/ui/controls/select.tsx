import ChevronDown from 'lucide-react/icons/chevron-down';
import type { ReactNode, SelectHTMLAttributes } from 'react';
import { Field, type FieldProps } from './field.tsx';
import './select.css';

export type SelectOption<Value extends string = string> = { value: Value; label: string; group?: string; disabled?: boolean };

export type SelectProps<Value extends string> = FieldProps &
  Omit<SelectHTMLAttributes<HTMLSelectElement>, 'id' | 'onChange' | 'value' | 'className' | 'required' | 'multiple'> & {
    options: readonly SelectOption<Value>[];
    value: Value | undefined;
    onChange: (value: Value) => void;
    /** Shown while nothing is chosen. */
    placeholder?: string;
  };

/** One of a few known values. The list is the system's own: a phone shows its wheel, a keyboard its type-ahead. */
export function Select<Value extends string>(props: SelectProps<Value>): ReactNode {
  const { label, hideLabel, hint, error, required, optional, className, options, value, onChange, placeholder, ...rest } = props;
  return (
    <Field {...{ label, hideLabel, hint, error, required, optional, className }}>
      {(control) => (
        <span className="lt-select">
          <select
            {...rest}
            {...control}
            className="lt-input"
            value={value ?? ''}
            onChange={(event) => {
              const chosen = options.find((option) => option.value === event.target.value);
              if (chosen !== undefined) onChange(chosen.value);
            }}
          >
            {value === undefined && (
              <option value="" disabled hidden>
                {placeholder ?? '—'}
              </option>
            )}
            <Options options={options} />
          </select>
          <ChevronDown size={16} aria-hidden="true" />
        </span>
      )}
    </Field>
  );
}

function Options({ options }: { options: readonly SelectOption[] }): ReactNode {
  const groups = Map.groupBy(options, (option) => option.group ?? '');
  return [...groups].map(([group, members]) => {
    const items = members.map((option) => (
      <option key={option.value} value={option.value} disabled={option.disabled}>
        {option.label}
      </option>
    ));
    return group === '' ? (
      items
    ) : (
      <optgroup key={group} label={group}>
        {items}
      </optgroup>
    );
  });
}
