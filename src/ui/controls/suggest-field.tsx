import { useRef, type ReactNode } from 'react';
import type { ComboboxOption } from './combobox-options.ts';
import { ComboInput } from './combobox.tsx';
import { useComboboxState } from './combobox-state.ts';
import { Field, type FieldProps } from './field.tsx';
import { OptionList } from './option-list.tsx';
import './combobox.css';

export type SuggestFieldProps = FieldProps & {
  /** What stands in the box, chosen or written freely. */
  text: string;
  /** The chosen option's value; undefined where the text was written freely. */
  value: string | undefined;
  options: readonly ComboboxOption[];
  onChange: (text: string, value: string | undefined) => void;
  loading?: boolean | undefined;
};

const MOST_SHOWN = 40;

/** Free text with proposals by typing without diacritics: nothing is chosen unless the person chooses it, and what no list knows stays as written. */
export function SuggestField({ text, value, options, onChange, loading = false, ...field }: SuggestFieldProps): ReactNode {
  const box = useRef<HTMLDivElement>(null);
  const pick = (option: ComboboxOption) => {
    onChange(option.label, option.value);
    state.close();
  };
  const state = useComboboxState({ options, mostShown: MOST_SHOWN, onType: (typed) => onChange(typed, undefined), onPick: pick, isFree: true });
  const hasProposals = state.open && state.typed !== undefined && state.shown.length > 0;
  return (
    <Field {...field}>
      {(control) => (
        <div className="lt-combobox" ref={box}>
          <ComboInput control={control} state={{ ...state, open: hasProposals }} disabled={undefined} placeholder={undefined} value={text} keepsText onLeave={state.close} onKeyDown={state.onKeyDown} />
          {hasProposals && <OptionList {...{ state, loading }} label={field.label} multiple={false} anchor={box} values={new Set(value === undefined ? [] : [value])} onPick={pick} />}
        </div>
      )}
    </Field>
  );
}
