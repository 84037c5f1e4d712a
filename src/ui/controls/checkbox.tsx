import { useEffect, useId, useRef, type ReactNode } from 'react';
import './choice.css';

export type CheckboxProps = {
  label: string;
  hideLabel?: boolean;
  hint?: string;
  checked: boolean;
  /** Some but not all of what it stands for. */
  indeterminate?: boolean;
  onChange: (checked: boolean, event: { shiftKey: boolean }) => void;
  disabled?: boolean;
};

/** Yes or no to one thing, or several of many. */
export function Checkbox({ label, hideLabel = false, hint, checked, indeterminate = false, onChange, disabled }: CheckboxProps): ReactNode {
  const box = useRef<HTMLInputElement>(null);
  const hintId = useId();
  useEffect(() => {
    if (box.current !== null) box.current.indeterminate = indeterminate;
  }, [indeterminate]);
  return (
    <label className="lt-choice">
      <input
        ref={box}
        type="checkbox"
        className="lt-choice__box"
        checked={checked}
        disabled={disabled}
        aria-describedby={hint === undefined ? undefined : hintId}
        onChange={(event) => onChange(event.target.checked, { shiftKey: event.nativeEvent instanceof MouseEvent && event.nativeEvent.shiftKey })}
      />
      <ChoiceText {...{ label, hideLabel, hint, hintId }} />
    </label>
  );
}

/** The words beside a box, a radio button or a switch. */
export function ChoiceText({ label, hideLabel, hint, hintId }: { label: string; hideLabel: boolean; hint: string | undefined; hintId: string }): ReactNode {
  return (
    <span className={hideLabel ? 'read-by-screen-reader' : undefined}>
      {label}
      {hint !== undefined && (
        <span className="lt-choice__hint" id={hintId}>
          {hint}
        </span>
      )}
    </span>
  );
}
