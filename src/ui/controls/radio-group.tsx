import { useId, type ReactNode } from 'react';
import { ChoiceText } from './checkbox.tsx';
import './choice.css';

export type RadioOption<Value extends string = string> = { value: Value; label: string; hint?: string; disabled?: boolean };

export type RadioGroupProps<Value extends string> = {
  label: string;
  hideLabel?: boolean;
  options: readonly RadioOption<Value>[];
  value: Value | undefined;
  onChange: (value: Value) => void;
};

/** One of two to seven choices, all of them in sight. */
export function RadioGroup<Value extends string>({ label, hideLabel = false, options, value, onChange }: RadioGroupProps<Value>): ReactNode {
  const name = useId();
  return (
    <fieldset className="lt-radio-group">
      <legend className={hideLabel ? 'read-by-screen-reader' : undefined}>{label}</legend>
      {options.map((option) => {
        const hintId = `${name}-${option.value}`;
        return (
          <label className="lt-choice" key={option.value}>
            <input
              type="radio"
              className="lt-choice__box lt-choice__box--radio"
              name={name}
              checked={option.value === value}
              disabled={option.disabled}
              aria-describedby={option.hint === undefined ? undefined : hintId}
              onChange={() => onChange(option.value)}
            />
            <ChoiceText label={option.label} hideLabel={false} hint={option.hint} hintId={hintId} />
          </label>
        );
      })}
    </fieldset>
  );
}
