import { useState, type ReactNode } from 'react';
import { useApi } from '#ui/api-context.tsx';
import { Button } from '#ui/controls/button.tsx';
import { TextField } from '#ui/controls/text-field.tsx';
import { useT } from '#ui/i18n.ts';
import { Section } from '#ui/layout/page.tsx';
import type { PersonRow } from '../contract.ts';
import { ChangeDialog } from './change-dialog.tsx';
import { peopleMessages } from './people-messages.ts';

type FieldProps = { value: string; error: string | undefined; onChange: (value: string) => void };

/** Twelve digits; the browser is to remember none of them. */
export function CitizenNumberField({ optional = false, ...field }: FieldProps & { optional?: boolean }): ReactNode {
  const t = useT(peopleMessages);
  return <TextField label={t('citizenNumber')} hint={t('citizenNumberHint')} required={!optional} optional={optional} inputMode="numeric" autoComplete="off" spellCheck={false} maxLength={20} {...field} />;
}

export type NumberTask = 'record' | 'remove';

/** Whether a person's number is recorded, and what an administrator does about it. */
export function CitizenNumber({ person: { citizenNumberEnding: ending }, onTask }: { person: PersonRow; onTask: (task: NumberTask) => void }): ReactNode {
  const t = useT(peopleMessages);
  return (
    <Section title={t('citizenNumber')}>
      <p>{ending === null ? t('citizenNumberNone') : t('citizenNumberEnding', { ending })}</p>
      <div className="lt-row">
        <Button size="small" onClick={() => onTask('record')}>
          {ending === null ? t('citizenNumberRecord') : t('citizenNumberChange')}
        </Button>
        {ending !== null && (
          <Button size="small" onClick={() => onTask('remove')}>
            {t('citizenNumberRemove')}
          </Button>
        )}
      </div>
    </Section>
  );
}

/** Records a number, or forgets it. */
export function CitizenNumberDialog({ person: { personId, name }, task, onClose }: { person: PersonRow; task: NumberTask; onClose: () => void }): ReactNode {
  const t = useT(peopleMessages);
  const api = useApi();
  const [citizenNumber, setCitizenNumber] = useState('');
  const url = `/api/v1/accounts/people/${personId}/citizen-number`;
  const title = t('citizenNumberOf', { name });
  if (task === 'remove') {
    return <ChangeDialog title={title} consequence={t('citizenNumberRemoveConsequence', { name })} verb={t('citizenNumberRemove')} done={t('citizenNumberRemoved')} send={() => api.del(url)} onClose={onClose} />;
  }
  return (
    <ChangeDialog title={title} consequence={t('citizenNumberConsequence', { name })} verb={t('citizenNumberRecord')} done={t('citizenNumberSaved')} send={() => api.put(url, { citizenNumber })} onClose={onClose}>
      {(problem) => <CitizenNumberField value={citizenNumber} onChange={setCitizenNumber} error={problem('citizenNumber')} />}
    </ChangeDialog>
  );
}
