import { useState, type ReactNode } from 'react';
import type { z } from 'zod';
import type { packetSigning } from '#engines/exchange/contract.ts';
import { useApi } from '#ui/api-context.tsx';
import { RadioGroup } from '#ui/controls/radio-group.tsx';
import { Banner } from '#ui/feedback/banner.tsx';
import { formatDate } from '#ui/format.ts';
import { useT } from '#ui/i18n.ts';
import { ActDialog } from '#ui/overlays/act-dialog.tsx';
import { securityMessages } from './security-messages.ts';
import { signingMessages } from './signing-messages.ts';
import { MOST_BYTES, SmallFile } from './small-file.tsx';

const forms = ['none', 'standard', 'legacy'] as const;

type Signing = z.infer<typeof packetSigning>;

/** An administrator decides in which form packets for a system outside are signed, and with which key. */
export function SigningDialog({ url, signing, onClose }: { url: string; signing: Signing; onClose: () => void }): ReactNode {
  const t = useT(signingMessages);
  const security = useT(securityMessages);
  const api = useApi();
  const [form, setForm] = useState(signing.form);
  const [certificate, setCertificate] = useState<File | undefined>();
  const [key, setKey] = useState<File | undefined>();
  const hasPair = certificate !== undefined && key !== undefined;
  const hasNeither = certificate === undefined && key === undefined;
  const isReady = form === 'none' || (hasPair ? certificate.size <= MOST_BYTES && key.size <= MOST_BYTES : hasNeither && signing.certificate !== null);
  const send = async () => api.put(`${url}/signing`, { form, ...(form !== 'none' && hasPair ? { pair: { certificate: await certificate.text(), key: await key.text() } } : {}) });
  return (
    <ActDialog topics={['exchange']} title={t('change')} text={t('text')} verb={t('save')} disabled={!isReady} send={send} done={t('saved')} onClose={onClose}>
      {(problem) => (
        <>
          <RadioGroup label={t('label')} hideLabel options={forms.map((value) => ({ value, label: t(value), ...(value === 'none' && signing.certificate === null ? {} : { hint: t(`${value}Hint`) }) }))} value={form} onChange={setForm} />
          {form !== 'none' && (
            <>
              <p>{signing.certificate === null ? t('keyText') : t(Date.parse(signing.certificate.validTo) <= Date.now() ? 'endedText' : 'keptText', { subject: signing.certificate.subject, until: formatDate(signing.certificate.validTo) })}</p>
              <SmallFile label={security('certificateFile')} accept=".crt,.cer,.pem" file={certificate} onChange={setCertificate} error={problem('pair.certificate')} />
              <SmallFile label={security('keyFile')} accept=".key,.pem" file={key} onChange={setKey} error={problem('pair.key')} />
            </>
          )}
        </>
      )}
    </ActDialog>
  );
}

/** That packets wait, as the certificate that signs them does not hold. */
export function SigningHeldUp({ signing: { form, certificate } }: { signing: Signing }): ReactNode {
  const t = useT(signingMessages);
  if (form === 'none' || certificate === null) return null;
  const now = Date.now();
  if (Date.parse(certificate.validTo) <= now) return <Banner tone="warn">{t('heldUp', { at: formatDate(certificate.validTo) })}</Banner>;
  return Date.parse(certificate.validFrom) > now ? <Banner tone="warn">{t('heldUpUntil', { at: formatDate(certificate.validFrom) })}</Banner> : null;
}
