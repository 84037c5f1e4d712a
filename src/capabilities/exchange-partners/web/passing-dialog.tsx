import { useState, type ReactNode } from 'react';
import { useApi } from '#ui/api-context.tsx';
import { RadioGroup } from '#ui/controls/radio-group.tsx';
import { useT } from '#ui/i18n.ts';
import { ActDialog } from '#ui/overlays/act-dialog.tsx';
import { passingMessages } from './passing-messages.ts';
import { PARTNERS, type Partner } from './words.ts';

const choices = ['systems', 'systems_and_axis', 'nothing'] as const;
type Choice = (typeof choices)[number];

/** What is passed on for an installation today; one that was connected before there was a choice has the usual one. */
export function passedOnFor({ config }: Partner): Choice {
  return choices.find((choice) => choice === config['passesOn']) ?? 'systems';
}

/** An administrator decides what goes on between another installation and the systems that are connected here. */
export function PassingDialog({ partner, onClose }: { partner: Partner; onClose: () => void }): ReactNode {
  const t = useT(passingMessages);
  const api = useApi();
  const [choice, setChoice] = useState<Choice>(() => passedOnFor(partner));
  const send = () => api.put(`${PARTNERS}/${partner.id}/passing`, { passesOn: choice });
  return (
    <ActDialog topics={['exchange']} title={t('change')} text={t('text')} verb={t('save')} send={send} done={() => t('saved')} onClose={onClose}>
      {() => <RadioGroup label={t('choose')} options={choices.map((value) => ({ value, label: t(value), hint: t(`${value}Hint`) }))} value={choice} onChange={setChoice} />}
    </ActDialog>
  );
}
