import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useApi } from '#ui/api-context.tsx';
import { ButtonLink } from '#ui/controls/button.tsx';
import { Select } from '#ui/controls/select.tsx';
import { TextField } from '#ui/controls/text-field.tsx';
import { Banner } from '#ui/feedback/banner.tsx';
import { useT } from '#ui/i18n.ts';
import { CodeField } from '#ui/signatures/code-field.tsx';
import type { CredentialSummary, SentCodeReply } from '#engines/signatures/contract.ts';
import { guestMessages } from './guest-messages.ts';

export type KeyChoice = { credentialId: string | undefined; pin: string; /** A one-time code beside the PIN, where the service wants one. */ otp?: string | undefined };

/** `here`: keys of a file, a token of the installation or a remote service. `outside`: keys of programs on the computer, which sign the file before it is uploaded. */
function useKeys(): { here: readonly CredentialSummary[]; outside: readonly CredentialSummary[] } | undefined {
  const api = useApi();
  const { data } = useQuery({ queryKey: ['signatures', 'credentials'], queryFn: ({ signal }) => api.get<{ credentials: CredentialSummary[] }>('/api/v1/signatures/credentials', { signal }) });
  if (data === undefined) return undefined;
  const own = data.credentials.filter(({ kind }) => kind === 'person');
  return { here: own.filter(({ place }) => place !== 'computer'), outside: own.filter(({ place }) => place === 'computer') };
}

/** What is still to be said of the key; `none` where there is none to choose. */
export type KeyErrors = { none?: string; credentialId?: string; pin?: string };

export function useKeyErrors({ credentialId, pin }: KeyChoice): KeyErrors {
  const t = useT(guestMessages);
  const keys = useKeys()?.here;
  if (keys?.length === 0) return { none: t('keyNeeded') };
  const chosen = keys?.find(({ id }) => id === credentialId);
  if (chosen === undefined) return { credentialId: t('certificateMissing'), ...(pin === '' ? { pin: t('pinMissing') } : {}) };
  return chosen.needsPin && !chosen.mayTypePin && pin === '' ? { pin: t('pinMissing') } : {};
}

/** Which certificate, and its PIN where it is typed here. */
export function SignFields({ value, onChange, errors = {} }: { value: KeyChoice; onChange: (value: KeyChoice) => void; errors?: KeyErrors }): ReactNode {
  const t = useT(guestMessages);
  const api = useApi();
  const all = useKeys();
  const keys = all?.here;
  const outside = all === undefined || all.outside.length === 0 ? undefined : t('signOutside', { keys: all.outside.map(({ label }) => label).join(', ') });
  if (keys?.length === 0) {
    return (
      <Banner tone="warn" actions={<ButtonLink size="small" to="/chu-ky-cua-toi?ket-noi=1">{t('connect')}</ButtonLink>}>
        {outside ?? t('noCertificate')}
      </Banner>
    );
  }
  const chosen = keys?.find(({ id }) => id === value.credentialId);
  const typesPin = chosen === undefined || chosen.needsPin || chosen.mayTypePin;
  const wantsCode = chosen !== undefined && chosen.needsOtp !== 'no';
  return (
    <>
      <div className="lt-fields">
        {outside !== undefined && <p className="lt-quiet">{outside}</p>}
        <Select
          label={t('certificate')}
          required
          placeholder={t('choose')}
          value={value.credentialId}
          onChange={(credentialId) => onChange({ ...value, credentialId, otp: undefined })}
          options={(keys ?? []).map(({ id, label }) => ({ value: id, label }))}
          error={errors.credentialId}
        />
        {typesPin ? (
          <TextField label={t('pin')} type="password" autoComplete="off" required={chosen?.mayTypePin !== true} value={value.pin} onChange={(pin) => onChange({ ...value, pin })} error={errors.pin} />
        ) : wantsCode ? null : (
          <p className="lt-quiet">{t(chosen.isReleasedOnPage ? 'consentOnPage' : 'confirmElsewhere')}</p>
        )}
      </div>
      {wantsCode && (
        <CodeField
          key={chosen.id}
          kind={chosen.needsOtp === 'online' ? 'online' : 'offline'}
          service={chosen.service?.label ?? t('ownService')}
          value={value.otp ?? ''}
          onChange={(otp) => onChange({ ...value, otp })}
          send={() => api.post<SentCodeReply>(`/api/v1/signatures/credentials/${chosen.id}/one-time-code`)}
        />
      )}
    </>
  );
}
