import { useId, type ReactNode } from 'react';
import { ChoiceText } from './checkbox.tsx';
import './choice.css';

export type SwitchProps = {
  label: string;
  hint?: string;
  checked: boolean;
  onChange: (checked: boolean) => void;
};

/** A setting that takes effect at once. In a form that is sent later, use a checkbox. */
export function Switch({ label, hint, checked, onChange }: SwitchProps): ReactNode {
  const hintId = useId();
  return (
    <label className="lt-choice">
      <input
        type="checkbox"
        role="switch"
        className="lt-switch"
        checked={checked}
        aria-describedby={hint === undefined ? undefined : hintId}
        onChange={(event) => onChange(event.target.checked)}
      />
      <ChoiceText {...{ label, hint, hintId }} hideLabel={false} />
    </label>
  );
}
