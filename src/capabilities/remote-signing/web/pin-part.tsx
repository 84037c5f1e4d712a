import type { ReactNode } from 'react';
import { Checkbox } from '#ui/controls/checkbox.tsx';
import { TextField } from '#ui/controls/text-field.tsx';
import { useT } from '#ui/i18n.ts';
import { messages } from './messages.ts';

export type TypedPin = { pin: string; isToBeRemembered: boolean };

type Props = {
  value: TypedPin;
  onChange: (value: TypedPin) => void;
  hint?: string | undefined;
  /** False on a device that was just found not to remember anything. */
  mayRemember?: boolean;
  /** The field was asked for, or is what is missing now. */
  isNext?: boolean;
};

/** The PIN of a key, and whether this device is to remember it. */
export function PinPart({ value, onChange, hint, mayRemember = true, isNext = false }: Props): ReactNode {
  const t = useT(messages);
  return (
    <>
      <TextField label={t('pin')} required type="password" autoComplete="off" maxLength={200} autoFocus={isNext} value={value.pin} onChange={(pin) => onChange({ ...value, pin })} {...(hint === undefined ? {} : { hint })} />
      {mayRemember && <Checkbox label={t('remember')} hint={t('rememberHint')} checked={value.isToBeRemembered} onChange={(isToBeRemembered) => onChange({ ...value, isToBeRemembered })} />}
    </>
  );
}
