import ChevronDown from 'lucide-react/icons/chevron-down';
import type { ReactNode, SelectHTMLAttributes } from 'react';
import { Field, type FieldProps } from './field.tsx';
import './select.css';

export type SelectOption<Value extends string = string> = { value: Value; label: string };

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
            {options.map((option) => (
              <option key={option.value} value={option.value}>
                {option.label}
              </option>
            ))}
          </select>
          <ChevronDown size={16} aria-hidden="true" />
        </span>
      )}
    </Field>
  );
}
