import { useState, type ReactNode } from 'react';
import { useApi } from '#ui/api-context.tsx';
import { DateField } from '#ui/controls/date-field.tsx';
import { Select } from '#ui/controls/select.tsx';
import { TextArea } from '#ui/controls/text-area.tsx';
import { TextField } from '#ui/controls/text-field.tsx';
import { useT } from '#ui/i18n.ts';
import { ActDialog } from '#ui/overlays/act-dialog.tsx';
import { useSession } from '#ui/session-context.tsx';
import { holderKinds, type CertificateDetail, type RequestBody, type RequestDetails, type RequestKind } from '../contract.ts';
import { messages } from './messages.ts';

const devices = ['token', 'sim', 'hsm', 'remote', 'file'] as const;
const kindsFor = (certificate: CertificateDetail | undefined): readonly RequestKind[] => (certificate === undefined ? ['issue'] : ['renew', 'change', 'revoke']);

/** The form of the law: a new certificate, or one that is renewed, changed or revoked. */
export function RequestDialog({ certificate, onClose }: { certificate?: CertificateDetail; onClose: () => void }): ReactNode {
  const t = useT(messages);
  const api = useApi();
  const { person, post } = useSession();
  const [form, setForm] = useState<RequestBody>({
    kind: kindsFor(certificate)[0] ?? 'issue',
    holderKind: certificate?.holderKind ?? 'person',
    holderName: certificate?.holderName ?? person.name,
    personId: certificate === undefined ? person.id : null,
    certificateId: certificate?.id ?? null,
    reason: '',
    details: {
      birthDate: null,
      identityNumber: null,
      identityIssuedOn: null,
      identityIssuedBy: null,
      post: certificate === undefined ? post.title : (certificate.holderPost ?? null),
      email: null,
      phone: null,
      keyDevice: 'token',
      tokenSerial: certificate?.tokenSerial ?? null,
      change: null,
    },
  });
  const change = (part: Partial<RequestBody>) => setForm((old) => ({ ...old, ...part }));
  const isIssue = form.kind === 'issue';
  return (
    <ActDialog topics={['certificates']} title={t('requestTitle')} verb={t('send')} send={() => api.post('/api/v1/certificates/requests', form)} done={() => t('sent')} onClose={onClose}>
      {(problem) => (
        <>
          {certificate !== undefined && (
            <Select label={t('kind')} required value={form.kind} onChange={(kind) => change({ kind })} options={kindsFor(certificate).map((value) => ({ value, label: t(value) }))} />
          )}
          {isIssue && (
            <div className="lt-fields">
              <Select
                label={t('holder')}
                required
                value={form.holderKind}
                onChange={(holderKind) => change({ holderKind, personId: null })}
                options={holderKinds.map((value) => ({ value, label: t(value) }))}
              />
              <TextField
                label={t('name')}
                required
                value={form.holderName}
                onChange={(holderName) => change({ holderName, personId: holderName === person.name ? person.id : null })}
                error={problem('holderName')}
              />
            </div>
          )}
          {form.holderKind === 'person' && form.kind !== 'revoke' && <PersonFields details={form.details} onChange={(details) => change({ details })} problem={problem} />}
          {form.kind !== 'revoke' && (
            <Select
              label={t('keyDevice')}
              required
              value={form.details.keyDevice}
              onChange={(keyDevice) => change({ details: { ...form.details, keyDevice } })}
              options={devices.map((value) => ({ value, label: t(value) }))}
            />
          )}
          {form.kind === 'change' && (
            <TextArea
              label={t('changeText')}
              required
              rows={2}
              value={form.details.change ?? ''}
              onChange={(text) => change({ details: { ...form.details, change: text === '' ? null : text } })}
              error={problem('details.change')}
            />
          )}
          <TextArea label={t('reasonFor')} required rows={2} value={form.reason} onChange={(reason) => change({ reason })} error={problem('reason')} />
        </>
      )}
    </ActDialog>
  );
}

type PersonFieldsProps = { details: RequestDetails; onChange: (details: RequestDetails) => void; problem: (path: string) => string | undefined };

function PersonFields({ details, onChange, problem }: PersonFieldsProps): ReactNode {
  const t = useT(messages);
  const text = (key: 'identityNumber' | 'identityIssuedBy' | 'email' | 'phone' | 'post', label: Parameters<typeof t>[0]) => (
    <TextField label={t(label)} value={details[key] ?? ''} onChange={(value) => onChange({ ...details, [key]: value.trim() === '' ? null : value })} error={problem(`details.${key}`)} />
  );
  const day = (key: 'birthDate' | 'identityIssuedOn', label: Parameters<typeof t>[0]) => (
    <DateField label={t(label)} value={details[key] ?? undefined} onChange={(value) => onChange({ ...details, [key]: value ?? null })} error={problem(`details.${key}`)} />
  );
  return (
    <div className="lt-fields">
      {text('post', 'post')}
      {day('birthDate', 'birthDate')}
      {text('identityNumber', 'identityNumber')}
      {day('identityIssuedOn', 'identityIssuedOn')}
      {text('identityIssuedBy', 'identityIssuedBy')}
      {text('email', 'email')}
      {text('phone', 'phone')}
    </div>
  );
}
