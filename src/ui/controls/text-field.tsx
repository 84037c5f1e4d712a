import type { InputHTMLAttributes, ReactNode, Ref } from 'react';
import { classNames } from '../class-names.ts';
import type { Icon } from '../icons.ts';
import { Field, type FieldProps } from './field.tsx';
import './text-field.css';

export type TextFieldProps = FieldProps &
  Omit<InputHTMLAttributes<HTMLInputElement>, 'id' | 'onChange' | 'value' | 'className' | 'required'> & {
    value: string;
    onChange: (value: string) => void;
    icon?: Icon;
    ref?: Ref<HTMLInputElement> | undefined;
  };

/** One line of text. */
export function TextField(props: TextFieldProps): ReactNode {
  const { label, hideLabel, hint, error, required, optional, className, value, onChange, icon: Sign, ref, ...rest } = props;
  return (
    <Field {...{ label, hideLabel, hint, error, required, optional, className }}>
      {(control) => (
        <span className={classNames('lt-text-field', Sign && 'lt-text-field--icon')}>
          {Sign && <Sign size={16} aria-hidden="true" />}
          <input type="text" {...rest} {...control} ref={ref} className="lt-input" value={value} onChange={(event) => onChange(event.target.value)} />
        </span>
      )}
    </Field>
  );
}
