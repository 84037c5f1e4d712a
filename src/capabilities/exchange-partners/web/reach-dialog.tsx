import { useState, type ReactNode } from 'react';
import { useApi } from '#ui/api-context.tsx';
import { RadioGroup } from '#ui/controls/radio-group.tsx';
import { TextField } from '#ui/controls/text-field.tsx';
import { useT } from '#ui/i18n.ts';
import { ActDialog } from '#ui/overlays/act-dialog.tsx';
import { securityMessages } from './security-messages.ts';
import { PARTNERS, type Partner } from './words.ts';

const ways = ['both', 'held', 'fetching'] as const;
export type Way = (typeof ways)[number];

/** How parcels go between this and another installation. */
export function wayOf({ address, config }: Partner): Way {
  if (address === null) return 'held';
  return config['isFetching'] === true ? 'fetching' : 'both';
}

/** Who is called and who fetches: for installations behind a firewall. */
export function ReachDialog({ partner, onClose }: { partner: Partner; onClose: () => void }): ReactNode {
  const t = useT(securityMessages);
  const api = useApi();
  const [way, setWay] = useState<Way>(wayOf(partner));
  const [address, setAddress] = useState(partner.address ?? '');
  const body = { address: way === 'held' || address.trim() === '' ? null : address.trim(), isFetching: way === 'fetching' };
  return (
    <ActDialog topics={['exchange']} title={t('reach')} text={t('reachText')} verb={t('reachSave')} disabled={way !== 'held' && address.trim() === ''} send={() => api.put(`${PARTNERS}/${partner.id}/reach`, body)} done={t('reachSaved')} onClose={onClose}>
      {(problem) => (
        <>
          <RadioGroup label={t('reach')} hideLabel value={way} onChange={setWay} options={ways.map((value) => ({ value, label: t(`reach.${value}`), hint: t(`reach.${value}Hint`) }))} />
          {way !== 'held' && <TextField label={t('address')} hint={t('addressHint')} required inputMode="url" value={address} onChange={setAddress} error={problem('address')} />}
        </>
      )}
    </ActDialog>
  );
}
