import Search from 'lucide-react/icons/search';
import { useState, type ReactNode } from 'react';
import { Checkbox } from '#ui/controls/checkbox.tsx';
import { TextField } from '#ui/controls/text-field.tsx';
import { useT } from '#ui/i18n.ts';
import { matchScore } from '#ui/search-text.ts';
import { sentMessages } from './sent-messages.ts';
import './sent.css';

/** From here on recipients are looked for by name. */
export const MANY_RECIPIENTS = 10;

export type RecipientChoiceProps = {
  legend: string;
  recipients: readonly { agencyId: string; name: string; hint?: string | undefined }[];
  chosen: readonly string[];
  onChange: (chosen: readonly string[]) => void;
};

/** Which of a document's recipients: one by one, or all that are shown at once. Of many one finds some by typing. */
export function RecipientChoice({ legend, recipients, chosen, onChange }: RecipientChoiceProps): ReactNode {
  const t = useT(sentMessages);
  const [typed, setTyped] = useState('');
  const shown = recipients.filter(({ name }) => matchScore(name, typed) > 0);
  const ids = shown.map(({ agencyId }) => agencyId);
  const count = ids.filter((id) => chosen.includes(id)).length;
  const without = chosen.filter((id) => !ids.includes(id));
  return (
    <fieldset className="lt-choices">
      <legend>{legend}</legend>
      {recipients.length > MANY_RECIPIENTS && <TextField label={t('findRecipient')} hideLabel placeholder={t('findRecipient')} icon={Search} type="search" value={typed} onChange={setTyped} />}
      {shown.length > 1 && (
        <Checkbox
          label={t(shown.length === recipients.length ? 'everyRecipient' : 'everyFound', { count: shown.length })}
          checked={count === shown.length}
          indeterminate={count > 0 && count < shown.length}
          onChange={(checked) => onChange(checked ? [...without, ...ids] : without)}
        />
      )}
      <div className="lt-choices__list">
        {shown.map(({ agencyId, name, hint }) => (
          <Checkbox
            key={agencyId}
            label={name}
            {...(hint === undefined ? {} : { hint })}
            checked={chosen.includes(agencyId)}
            onChange={(checked) => onChange(checked ? [...chosen, agencyId] : chosen.filter((id) => id !== agencyId))}
          />
        ))}
      </div>
      <p className="lt-quiet" role="status">
        {shown.length === 0 ? t('noneFound') : t('chosenOf', { count: chosen.length, all: recipients.length })}
      </p>
    </fieldset>
  );
}
