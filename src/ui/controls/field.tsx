import { useId, type ReactNode } from 'react';
import { classNames } from '../class-names.ts';
import { defineMessages, useT } from '../i18n.ts';
import './field.css';

export type FieldProps = {
  label: string;
  /** Hidden labels are still read aloud: for search boxes and cells. */
  hideLabel?: boolean | undefined;
  /** One line that helps before the mistake. */
  hint?: ReactNode;
  /** What is wrong and how to put it right. */
  error?: string | undefined;
  required?: boolean | undefined;
  /** Optional fields of a mostly required form may say so. */
  optional?: boolean | undefined;
  className?: string | undefined;
};

export type FieldControlProps = {
  id: string;
  'aria-describedby': string | undefined;
  'aria-invalid': true | undefined;
  'aria-required': true | undefined;
};

const messages = defineMessages({
  vi: { required: 'bắt buộc', optional: 'không bắt buộc' },
  en: { required: 'required', optional: 'optional' },
});

/** Label, control, hint and error in one order everywhere. `children` gets what ties the control to them. */
export function Field({ label, hideLabel, hint, error, required, optional, className, children }: FieldProps & { children: (control: FieldControlProps) => ReactNode }): ReactNode {
  const t = useT(messages);
  const id = useId();
  const hintId = hint === undefined ? undefined : `${id}-hint`;
  const errorId = error === undefined ? undefined : `${id}-error`;
  const describedBy = [errorId, hintId].filter((part) => part !== undefined).join(' ');
  return (
    <div className={classNames('lt-field', className)} data-invalid={error === undefined ? undefined : ''}>
      <label htmlFor={id} className={hideLabel === true ? 'read-by-screen-reader' : 'lt-field__label'}>
        {label}
        {required === true && (
          <span className="lt-field__required" title={t('required')} aria-hidden="true">
            {' '}
            *
          </span>
        )}
        {optional === true && <span className="lt-field__optional"> ({t('optional')})</span>}
      </label>
      {children({
        id,
        'aria-describedby': describedBy === '' ? undefined : describedBy,
        'aria-invalid': error === undefined ? undefined : true,
        'aria-required': required === true ? true : undefined,
      })}
      {error !== undefined && (
        <p className="lt-field__error" id={errorId}>
          {error}
        </p>
      )}
      {hint !== undefined && (
        <p className="lt-field__hint" id={hintId}>
          {hint}
        </p>
      )}
    </div>
  );
}
