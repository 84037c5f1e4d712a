import type { ReactNode } from 'react';
import { Select } from '#ui/controls/select.tsx';
import { TextField } from '#ui/controls/text-field.tsx';
import { Banner } from '#ui/feedback/banner.tsx';
import { useT } from '#ui/i18n.ts';
import type { CredentialSummary } from '#engines/signatures/contract.ts';
import { signMessages } from './sign-messages.ts';

export type KeyChoice = { credentialId: string | undefined; pin: string };

export type KeyFieldsProps = {
  credentials: readonly CredentialSummary[] | undefined;
  kind: 'person' | 'agency';
  value: KeyChoice;
  onChange: (value: KeyChoice) => void;
  pinError?: string | undefined;
};

/** Which certificate, and its PIN. A single certificate is chosen already. */
export function KeyFields({ credentials, kind, value, onChange, pinError }: KeyFieldsProps): ReactNode {
  const t = useT(signMessages);
  if (credentials?.length === 0) return <Banner tone="warn">{t(kind === 'person' ? 'noCertificate' : 'noAgencyCertificate')}</Banner>;
  return (
    <div className="lt-fields">
      <Select
        label={t('certificate')}
        required
        placeholder={t('chooseCertificate')}
        value={value.credentialId}
        onChange={(credentialId) => onChange({ ...value, credentialId })}
        options={(credentials ?? []).map((credential) => ({ value: credential.id, label: credential.label }))}
      />
      {asksForPin(credentials, value) ? (
        <TextField label={t('pin')} hint={t('pinHint')} type="password" required autoComplete="off" value={value.pin} onChange={(pin) => onChange({ ...value, pin })} error={pinError} />
      ) : (
        <p className="lt-quiet">{t('confirmElsewhere')}</p>
      )}
    </div>
  );
}

function asksForPin(credentials: KeyFieldsProps['credentials'], { credentialId }: KeyChoice): boolean {
  return credentials?.find(({ id }) => id === credentialId)?.needsPin ?? true;
}

/** Whether a key was chosen and what it asks for was typed. */
export function isKeyReady(credentials: KeyFieldsProps['credentials'], choice: KeyChoice): boolean {
  return choice.credentialId !== undefined && (choice.pin !== '' || !asksForPin(credentials, choice));
}
