import Fingerprint from 'lucide-react/icons/fingerprint-pattern';
import type { ReactNode } from 'react';
import { useApi } from '#ui/api-context.tsx';
import { Button, ButtonLink } from '#ui/controls/button.tsx';
import { Select } from '#ui/controls/select.tsx';
import { TextField } from '#ui/controls/text-field.tsx';
import { Banner } from '#ui/feedback/banner.tsx';
import { useT, type Translate } from '#ui/i18n.ts';
import { Link } from '#ui/navigation.tsx';
import { CodeField } from '#ui/signatures/code-field.tsx';
import type { CredentialSummary, SentCodeReply } from '#engines/signatures/contract.ts';
import { keyMessages } from './key-messages.ts';
import { APPROVALS_PAGE, knowsPasskeys, type PasskeyOffer } from './release-by-passkey.ts';
import { signMessages } from './sign-messages.ts';

export type KeyChoice = { credentialId: string | undefined; pin: string; /** A one-time code beside the PIN, where the service wants one. */ otp?: string | undefined; /** Whether the key is released by the PIN or by the owner's passkey. */ release?: 'pin' | 'passkey' | undefined };

export type KeyFieldsProps = {
  credentials: readonly CredentialSummary[] | undefined;
  kind: 'person' | 'agency';
  value: KeyChoice;
  onChange: (value: KeyChoice) => void;
  pinError?: string | undefined;
  /** What the chosen certificate offers beside the PIN. */
  passkey?: PasskeyOffer;
  /** The PIN stands beside the button, in `KeySecret`, where a thumb reaches both. */
  secretApart?: boolean;
};

/** Where people see and connect their keys. */
const KEYS_PAGE = '/chu-ky-cua-toi';

/** Which certificate, and its PIN where it is typed here. A single certificate is chosen already. */
export function KeyFields({ credentials, kind, value, onChange, pinError, passkey = 'none', secretApart = false }: KeyFieldsProps): ReactNode {
  const t = useT(signMessages);
  const k = useT(keyMessages);
  const api = useApi();
  if (credentials?.length === 0) {
    return (
      <Banner tone="warn" actions={<ButtonLink size="small" to={`${KEYS_PAGE}?ket-noi=1`}>{k('connect')}</ButtonLink>}>
        {k(kind === 'person' ? 'noCertificate' : 'noAgencyCertificate')}
      </Banner>
    );
  }
  const chosen = chosenOf(credentials, value);
  return (
    <>
      <div className="lt-fields">
        <Select
          label={t('certificate')}
          required
          placeholder={t('chooseCertificate')}
          value={value.credentialId}
          onChange={(credentialId) => onChange({ ...value, credentialId, otp: undefined, release: undefined })}
          options={(credentials ?? []).map((credential) => ({ value: credential.id, label: optionLabel(credential, k) }))}
        />
        {!secretApart && <KeySecret credentials={credentials} value={value} onChange={onChange} pinError={pinError} />}
      </div>
      <Confirmed chosen={chosen} value={value} />
      {chosen?.isReleasedOnPage === true && <p className="lt-quiet">{k('afterPage', { service: serviceName(chosen, k) })}</p>}
      {passkey === 'not opened' && <Opening />}
      {(passkey === 'touch' || passkey === 'touch and PIN') && <Release value={value} onChange={onChange} />}
      {chosen !== undefined && chosen.needsOtp !== 'no' && (
        <CodeField
          key={chosen.id}
          kind={chosen.needsOtp}
          service={serviceName(chosen, k)}
          value={value.otp ?? ''}
          onChange={(otp) => onChange({ ...value, otp })}
          send={() => api.post<SentCodeReply>(`/api/v1/signatures/credentials/${chosen.id}/one-time-code`)}
        />
      )}
      {chosen !== undefined && !chosen.hasImage && (
        <Banner tone="warn" actions={<ButtonLink size="small" to={KEYS_PAGE}>{k('addImage')}</ButtonLink>}>
          {k('noImage')}
        </Banner>
      )}
    </>
  );
}

/** Says that one touch could do, where the browser knows passkeys. */
function Opening(): ReactNode {
  const k = useT(keyMessages);
  if (!knowsPasskeys()) return null;
  return (
    <p className="lt-quiet">
      {k('passkeyCould')} <Link to={APPROVALS_PAGE}>{k('passkeyOpen')}</Link>
    </p>
  );
}

/** One touch of the passkey instead of the PIN, or the other way round. */
function Release({ value, onChange }: Pick<KeyFieldsProps, 'value' | 'onChange'>): ReactNode {
  const k = useT(keyMessages);
  const isPasskey = value.release === 'passkey';
  return (
    <div className="lt-stack">
      {isPasskey && <p className="lt-quiet">{k('passkeyText')}</p>}
      <div className="lt-row">
        <Button size="small" icon={isPasskey ? undefined : Fingerprint} onClick={() => onChange({ ...value, release: isPasskey ? 'pin' : 'passkey', pin: '' })}>
          {k(isPasskey ? 'usePin' : 'usePasskey')}
        </Button>
      </div>
    </div>
  );
}

/** The PIN of the chosen certificate, where it is typed here and no passkey releases the key. */
export function KeySecret({ credentials, value, onChange, pinError }: Pick<KeyFieldsProps, 'credentials' | 'value' | 'onChange' | 'pinError'>): ReactNode {
  const t = useT(signMessages);
  const k = useT(keyMessages);
  const chosen = chosenOf(credentials, value);
  if (credentials?.length === 0 || value.release === 'passkey') return null;
  const type = (pin: string) => onChange({ ...value, pin });
  if (chosen === undefined || chosen.needsPin) return <TextField label={t('pin')} hint={t('pinHint')} type="password" required autoComplete="off" value={value.pin} onChange={type} error={pinError} />;
  if (chosen.mayTypePin) return <TextField label={k('optionalPin')} hint={k('optionalPinHint')} optional type="password" autoComplete="off" value={value.pin} onChange={type} error={pinError} />;
  return null;
}

/** Where a key that wants no PIN here is confirmed; the field of a code, or what stands below, says it by itself. */
function Confirmed({ chosen, value }: { chosen: CredentialSummary | undefined; value: KeyChoice }): ReactNode {
  const k = useT(keyMessages);
  if (chosen === undefined || value.release === 'passkey' || chosen.needsPin || chosen.mayTypePin) return null;
  if (chosen.needsOtp !== 'no' || chosen.isReleasedOnPage) return null;
  return <p className="lt-quiet">{chosen.place === 'computer' ? k('afterComputer') : chosen.place === 'device' ? k('afterDevice') : k('afterRemote', { service: serviceName(chosen, k) })}</p>;
}

/** The service or device that holds a key, as people call it. */
export function serviceName({ service, place }: CredentialSummary, k: Translate<keyof typeof keyMessages.vi>): string {
  if (service === null) return k(place === 'device' ? 'ownDevice' : 'ownService');
  if (service.label !== null) return service.label;
  switch (service.kind) {
    case 'smartca':
      return k('service_smartca');
    case 'mysign':
      return k('service_mysign');
    case 'csc':
      return k('service_csc');
    case 'pkcs11':
      return k('service_pkcs11');
  }
}

function optionLabel(credential: CredentialSummary, k: Translate<keyof typeof keyMessages.vi>): string {
  const { label, place } = credential;
  if (place === 'file') return label;
  if (place === 'computer') return k('optionComputer', { label });
  return k('optionHeld', { label, service: serviceName(credential, k) });
}

function chosenOf(credentials: KeyFieldsProps['credentials'], { credentialId }: KeyChoice): CredentialSummary | undefined {
  return credentials?.find(({ id }) => id === credentialId);
}

/** Whether a key was chosen and what it asks for was typed. */
export function isKeyReady(credentials: KeyFieldsProps['credentials'], choice: KeyChoice): boolean {
  const chosen = chosenOf(credentials, choice);
  if (choice.release === 'passkey') return choice.credentialId !== undefined;
  const hasPin = choice.pin !== '' || !(chosen?.needsPin ?? true);
  const hasCode = (chosen?.needsOtp ?? 'no') === 'no' || (choice.otp ?? '') !== '';
  return choice.credentialId !== undefined && hasPin && hasCode;
}
