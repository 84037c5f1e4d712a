import { useState, type ReactNode } from 'react';
import { useApi } from '#ui/api-context.tsx';
import { TextField } from '#ui/controls/text-field.tsx';
import { useT } from '#ui/i18n.ts';
import { ActDialog } from '#ui/overlays/act-dialog.tsx';
import { securityMessages } from './security-messages.ts';
import { PARTNERS, type Partner } from './words.ts';

const names = { installation: ['fileLimitMb', 'parcelLimitMb'], provincial_axis: ['packetLimitMb'], national_axis: ['packetLimitMb'] } as const;
type Name = (typeof names)[Partner['protocol']][number];

/** How much is taken from a system at once. */
export function LimitsDialog({ partner, onClose }: { partner: Partner; onClose: () => void }): ReactNode {
  const t = useT(securityMessages);
  const api = useApi();
  const own: readonly Name[] = names[partner.protocol];
  const [values, setValues] = useState<Readonly<Record<string, string>>>(() => Object.fromEntries(own.map((name) => [name, typeof partner.config[name] === 'number' ? String(partner.config[name]) : ''])));
  const send = () => api.put(`${PARTNERS}/${partner.id}/limits`, Object.fromEntries(own.filter((name) => values[name] !== '').map((name) => [name, Number(values[name])])));
  return (
    <ActDialog topics={['exchange']} title={t('limits')} text={t('limitsText')} verb={t('reachSave')} send={send} done={t('limitsSaved')} onClose={onClose}>
      {(problem) => own.map((name) => <TextField key={name} label={t(name)} required inputMode="numeric" value={values[name] ?? ''} onChange={(text) => setValues({ ...values, [name]: text })} error={problem(name)} />)}
    </ActDialog>
  );
}
