import { useState, type ReactNode } from 'react';
import { useApi } from '#ui/api-context.tsx';
import { RadioGroup } from '#ui/controls/radio-group.tsx';
import { formatDate } from '#ui/format.ts';
import { useT } from '#ui/i18n.ts';
import { ActDialog } from '#ui/overlays/act-dialog.tsx';
import { securityMessages } from './security-messages.ts';
import { signingMessages } from './signing-messages.ts';
import { MOST_BYTES, SmallFile } from './small-file.tsx';
import { SYSTEMS, type Partner, type System } from './words.ts';

const forms = ['none', 'standard', 'legacy'] as const;

/** An administrator decides in which form packets for a vendor's system are signed, and with which key. */
export function SigningDialog({ partner, system: { signing }, onClose }: { partner: Partner; system: System; onClose: () => void }): ReactNode {
  const t = useT(signingMessages);
  const security = useT(securityMessages);
  const api = useApi();
  const [form, setForm] = useState(signing.form);
  const [certificate, setCertificate] = useState<File | undefined>();
  const [key, setKey] = useState<File | undefined>();
  const hasPair = certificate !== undefined && key !== undefined;
  const hasNeither = certificate === undefined && key === undefined;
  const isReady = form === 'none' || (hasPair ? certificate.size <= MOST_BYTES && key.size <= MOST_BYTES : hasNeither && signing.certificate !== null);
  const send = async () => api.put(`${SYSTEMS}/${partner.id}/signing`, { form, ...(form !== 'none' && hasPair ? { pair: { certificate: await certificate.text(), key: await key.text() } } : {}) });
  return (
    <ActDialog topics={['exchange']} title={t('change')} text={t('text')} verb={t('save')} disabled={!isReady} send={send} done={t('saved')} onClose={onClose}>
      {(problem) => (
        <>
          <RadioGroup label={t('label')} hideLabel options={forms.map((value) => ({ value, label: t(value), ...(value === 'none' && signing.certificate === null ? {} : { hint: t(`${value}Hint`) }) }))} value={form} onChange={setForm} />
          {form !== 'none' && (
            <>
              <p>{signing.certificate === null ? t('keyText') : t('keptText', { subject: signing.certificate.subject, until: formatDate(signing.certificate.validTo) })}</p>
              <SmallFile label={security('certificateFile')} accept=".crt,.cer,.pem" file={certificate} onChange={setCertificate} error={problem('pair.certificate')} />
              <SmallFile label={security('keyFile')} accept=".key,.pem" file={key} onChange={setKey} error={problem('pair.key')} />
            </>
          )}
        </>
      )}
    </ActDialog>
  );
}
