import type { ReactNode, Ref, TextareaHTMLAttributes } from 'react';
import { defineMessages, useT } from '../i18n.ts';
import { Field, type FieldProps } from './field.tsx';
import './text-field.css';

export type TextAreaProps = FieldProps &
  Omit<TextareaHTMLAttributes<HTMLTextAreaElement>, 'id' | 'onChange' | 'value' | 'className' | 'required'> & {
    value: string;
    onChange: (value: string) => void;
    ref?: Ref<HTMLTextAreaElement> | undefined;
  };

const messages = defineMessages({
  vi: { count: 'còn {left} chữ' },
  en: { count: '{left} characters left' },
});

/** Several lines; grows with what is written. Says how many characters are left when few are. */
export function TextArea(props: TextAreaProps): ReactNode {
  const { label, hideLabel, hint, error, required, optional, className, value, onChange, ref, ...rest } = props;
  const t = useT(messages);
  const left = rest.maxLength === undefined ? undefined : rest.maxLength - value.length;
  const few = left !== undefined && rest.maxLength !== undefined && left < rest.maxLength / 5;
  return (
    <Field {...{ label, hideLabel, error, required, optional, className }} hint={few ? <span className="lt-text-area__count">{t('count', { left })}</span> : hint}>
      {(control) => <textarea rows={3} {...rest} {...control} ref={ref} className="lt-input lt-text-area" value={value} onChange={(event) => onChange(event.target.value)} />}
    </Field>
  );
}
