import { useRef, useState, type ReactNode } from 'react';
import { useApi } from '#ui/api-context.tsx';
import { Button } from '#ui/controls/button.tsx';
import { DateField } from '#ui/controls/date-field.tsx';
import { Select } from '#ui/controls/select.tsx';
import { TextField } from '#ui/controls/text-field.tsx';
import { calendarDay } from '#ui/format.ts';
import { useT } from '#ui/i18n.ts';
import { ActDialog } from '#ui/overlays/act-dialog.tsx';
import type { CredentialSummary } from '#engines/signatures/contract.ts';
import { FILE_LIMIT_BYTES, readBase64 } from './key-data.ts';
import { keyMessages } from './key-messages.ts';

type DialogProps = { credential: CredentialSummary; onClose: () => void };

const urlOf = ({ id }: CredentialSummary): string => `/api/v1/signatures/credentials/${id}`;

type Picture = { name: string; png: string; url: string };

/** The picture that stands on paper: a blue signature of some 40 mm, or a seal in its real size. */
export function ImageDialog({ credential, onClose }: DialogProps): ReactNode {
  const t = useT(keyMessages);
  const api = useApi();
  const input = useRef<HTMLInputElement>(null);
  const [picture, setPicture] = useState<Picture>();
  const [wrong, setWrong] = useState<'imageTooBig' | 'imageNotPng'>();
  const [width, setWidth] = useState(credential.kind === 'agency' ? '36' : '40');
  const [validFrom, setValidFrom] = useState<string | undefined>(calendarDay(new Date()));
  const widthMm = Number(width.replace(',', '.'));
  const take = async (file: File | undefined): Promise<void> => {
    if (file === undefined) return;
    setPicture(undefined);
    const problem = file.size > FILE_LIMIT_BYTES ? 'imageTooBig' : file.type === 'image/png' ? undefined : 'imageNotPng';
    setWrong(problem);
    if (problem !== undefined) return;
    const png = await readBase64(file);
    setPicture({ name: file.name, png, url: `data:image/png;base64,${png}` });
  };
  return (
    <ActDialog
      topics={['signatures']}
      title={t(credential.kind === 'agency' ? 'sealImage' : 'image')}
      text={t('imageText')}
      verb={t('save')}
      disabled={picture === undefined || validFrom === undefined || !(widthMm >= 5 && widthMm <= 80)}
      send={() => api.put(`${urlOf(credential)}/image`, { png: picture?.png, widthMm, validFrom, validTo: null })}
      done={t('imageDone')}
      onClose={onClose}
    >
      {(problem) => (
        <>
          <div className="lt-stack">
            <div className="lt-row">
              <Button onClick={() => input.current?.click()}>{t('imageFile')}</Button>
              <span className="lt-own-keys-name">{picture?.name}</span>
              <input ref={input} type="file" hidden accept="image/png" aria-label={t('imageFile')} onChange={(event) => void take(event.target.files?.[0])} />
            </div>
            {wrong !== undefined && (
              <p className="lt-field__error" role="alert">
                {t(wrong)}
              </p>
            )}
            {picture !== undefined && <img className="lt-own-keys-picture" src={picture.url} alt={t('imageOf', { name: credential.label })} />}
          </div>
          <div className="lt-fields">
            <TextField label={t('imageWidth')} hint={t('imageWidthHint')} required inputMode="decimal" value={width} onChange={setWidth} error={problem('widthMm')} />
            <DateField label={t('imageFrom')} required value={validFrom} onChange={setValidFrom} error={problem('validFrom')} />
          </div>
        </>
      )}
    </ActDialog>
  );
}

/** Another PIN for a key file that is kept here. */
export function PinDialog({ credential, onClose }: DialogProps): ReactNode {
  const t = useT(keyMessages);
  const api = useApi();
  const [pin, setPin] = useState('');
  const [newPin, setNewPin] = useState('');
  const [repeated, setRepeated] = useState('');
  const differs = repeated !== '' && repeated !== newPin;
  return (
    <ActDialog
      topics={['signatures']}
      title={t('changePin')}
      verb={t('changePin')}
      disabled={pin === '' || newPin.length < 6 || repeated !== newPin}
      send={() => api.post(`${urlOf(credential)}/pin`, { pin, newPin })}
      done={t('pinDone')}
      onClose={onClose}
    >
      {(problem) => (
        <>
          <TextField label={t('presentPin')} required type="password" autoComplete="off" value={pin} onChange={setPin} error={problem('pin')} />
          <TextField label={t('newPin')} hint={t('newPinHint')} required type="password" autoComplete="off" value={newPin} onChange={setNewPin} error={problem('newPin')} />
          <TextField label={t('repeatPin')} required type="password" autoComplete="off" value={repeated} onChange={setRepeated} error={differs ? t('repeatWrong') : undefined} />
        </>
      )}
    </ActDialog>
  );
}

const reasons = ['keyCompromise', 'superseded', 'affiliationChanged', 'cessationOfOperation', 'unspecified'] as const;

/** What this system issued its holder can end at once. */
export function RevokeKeyDialog({ credential, onClose }: DialogProps): ReactNode {
  const t = useT(keyMessages);
  const api = useApi();
  const [reason, setReason] = useState<(typeof reasons)[number]>('keyCompromise');
  return (
    <ActDialog
      topics={['signatures']}
      title={t('revoke')}
      text={t('revokeText', { name: credential.label })}
      verb={t('revoke')}
      danger
      send={() => api.post(`${urlOf(credential)}/revoke`, { reason })}
      done={t('revokeDone')}
      onClose={onClose}
    >
      {(problem) => <Select label={t('revokeReason')} required value={reason} onChange={setReason} options={reasons.map((value) => ({ value, label: t(`reason_${value}`) }))} error={problem('reason')} />}
    </ActDialog>
  );
}
