import { useState, type ReactNode } from 'react';
import { calendarDay, formatDate, parseTypedDate } from '../format.ts';
import { defineMessages, useT } from '../i18n.ts';
import { Field, type FieldProps } from './field.tsx';

export type DateFieldProps = FieldProps & {
  /** A calendar day as `YYYY-MM-DD`. */
  value: string | undefined;
  onChange: (value: string | undefined) => void;
  min?: string | undefined;
  max?: string | undefined;
  /** In a bar of filters: one line, with the label standing in the empty field. */
  compact?: boolean;
};

const messages = defineMessages({
  vi: {
    hint: 'ngày/tháng/năm, ví dụ 05/3/2026',
    unknown: 'Không có ngày này. Hãy ghi ngày/tháng/năm, ví dụ 05/3/2026.',
    tooEarly: 'Sớm nhất là {date}.',
    tooLate: 'Muộn nhất là {date}.',
  },
  en: {
    hint: 'day/month/year, such as 05/3/2026',
    unknown: 'There is no such day. Write day/month/year, such as 05/3/2026.',
    tooEarly: 'Not before {date}.',
    tooLate: 'Not after {date}.',
  },
});

/** A day that is typed, day first: `5/3` is enough. Arrow keys move it by a day, with Shift by a week. */
export function DateField(props: DateFieldProps): ReactNode {
  const { label, hideLabel, hint, error, required, optional, className, value, onChange, min, max, compact } = props;
  const t = useT(messages);
  const today = calendarDay(new Date());
  const [typed, setTyped] = useState<string | undefined>(undefined);
  const problem = typed === undefined || typed.trim() === '' || parseTypedDate(typed, today) !== undefined ? rangeProblem() : t('unknown');

  function rangeProblem(): string | undefined {
    if (value === undefined) return undefined;
    if (min !== undefined && value < min) return t('tooEarly', { date: formatDate(min) });
    if (max !== undefined && value > max) return t('tooLate', { date: formatDate(max) });
    return undefined;
  }
  const settle = () => {
    if (typed !== undefined && (typed.trim() === '' || parseTypedDate(typed, today) !== undefined)) setTyped(undefined);
  };
  const move = (days: number) => {
    const from = new Date(`${value ?? today}T00:00:00Z`);
    from.setUTCDate(from.getUTCDate() + days);
    setTyped(undefined);
    onChange(from.toISOString().slice(0, 10));
  };
  const [left, setLeft] = useState(true);
  return (
    <Field {...{ label, required, optional, className }} hideLabel={compact === true ? true : hideLabel} hint={compact === true ? undefined : (hint ?? t('hint'))} error={error ?? (left ? problem : undefined)}>
      {(control) => (
        <input
          {...control}
          type="text"
          className="lt-input tabular"
          inputMode="numeric"
          autoComplete="off"
          placeholder={compact === true ? label : undefined}
          title={compact === true ? t('hint') : undefined}
          value={typed ?? (value === undefined ? '' : formatDate(value))}
          onFocus={() => setLeft(false)}
          onBlur={() => {
            setLeft(true);
            settle();
          }}
          onChange={(event) => {
            setTyped(event.target.value);
            onChange(parseTypedDate(event.target.value, today));
          }}
          onKeyDown={(event) => {
            if (event.key !== 'ArrowUp' && event.key !== 'ArrowDown') return;
            event.preventDefault();
            move((event.key === 'ArrowUp' ? 1 : -1) * (event.shiftKey ? 7 : 1));
          }}
        />
      )}
    </Field>
  );
}
