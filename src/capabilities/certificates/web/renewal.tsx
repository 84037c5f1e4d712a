import { useState, type ReactNode } from 'react';
import { useApi } from '#ui/api-context.tsx';
import { Select } from '#ui/controls/select.tsx';
import { TextArea } from '#ui/controls/text-area.tsx';
import { Banner } from '#ui/feedback/banner.tsx';
import { formatDateTime } from '#ui/format.ts';
import { useT } from '#ui/i18n.ts';
import { ActDialog } from '#ui/overlays/act-dialog.tsx';
import { declineReasons, REASON_LIMIT, type CertificateDetail, type DeclineReason } from '../contract.ts';
import { messages } from './renewal-messages.ts';

/** That a certificate is not to be renewed, who said so and why. */
export function DeclinedRenewal({ declined: { reason, note, at, by } }: { declined: NonNullable<CertificateDetail['renewalDeclined']> }): ReactNode {
  const t = useT(messages);
  const why = t(`reason.${reason}`);
  return (
    <Banner title={t('declined')}>
      <p>{note === null ? why : t('declinedWhy', { reason: why, note })}</p>
      <p>{t('declinedBy', { at: formatDateTime(at), who: by })}</p>
    </Banner>
  );
}

type DialogProps = { address: string; onClose: () => void };

/** The keeper of the inventory lets a renewal go, with the reason. */
export function DeclineRenewalDialog({ address, onClose }: DialogProps): ReactNode {
  const t = useT(messages);
  const api = useApi();
  const [reason, setReason] = useState<DeclineReason>('postEnded');
  const [note, setNote] = useState('');
  return (
    <ActDialog
      topics={['certificates']}
      title={t('decline')}
      text={t('declineText')}
      verb={t('decline')}
      send={() => api.post(`${address}/decline-renewal`, { reason, note: note.trim() === '' ? null : note })}
      done={t('declinedToast')}
      onClose={onClose}
    >
      {(problem) => (
        <>
          <Select label={t('reason')} required value={reason} onChange={setReason} options={declineReasons.map((value) => ({ value, label: t(`reason.${value}`) }))} error={problem('reason')} />
          <TextArea
            label={t('note')}
            {...(reason === 'other' ? { required: true } : { optional: true })}
            rows={2}
            maxLength={REASON_LIMIT}
            hint={t('noteHint')}
            value={note}
            onChange={setNote}
            error={problem('note')}
          />
        </>
      )}
    </ActDialog>
  );
}

/** The certificate is to be renewed after all. */
export function ResumeRenewalDialog({ address, onClose }: DialogProps): ReactNode {
  const t = useT(messages);
  const api = useApi();
  return (
    <ActDialog topics={['certificates']} title={t('resume')} text={t('resumeText')} verb={t('resume')} send={() => api.post(`${address}/resume-renewal`, {})} done={t('resumed')} onClose={onClose} />
  );
}
