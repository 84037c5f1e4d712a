import { useQuery } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import type { z } from 'zod';
import { useApi } from '#ui/api-context.tsx';
import { Select } from '#ui/controls/select.tsx';
import { TextArea } from '#ui/controls/text-area.tsx';
import { TextField } from '#ui/controls/text-field.tsx';
import { ErrorState } from '#ui/feedback/error-state.tsx';
import { useT } from '#ui/i18n.ts';
import { ActDialog } from '#ui/overlays/act-dialog.tsx';
import { useSession } from '#ui/session-context.tsx';
import { holderKinds, type CertificateDetail, type Contact, type formsReply, type RequestBody, type RequestKind } from '../contract.ts';
import './forms.css';
import { messages } from './messages.ts';
import { ContactFields, ListFields } from './request-fields.tsx';

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
      newInformation: null,
      province: null,
      address: null,
      taxCode: null,
      budgetCode: null,
      oldSerial: null,
      simOperator: null,
      contact: null,
    },
  });
  const [whom, setWhom] = useState<Contact>({ name: person.name, post: post.title, identityNumber: null, identityIssuedOn: null, identityIssuedBy: null, phone: null, email: null, address: null });
  const forms = useQuery({ queryKey: ['certificates', 'forms'], queryFn: ({ signal }) => api.get<z.infer<typeof formsReply>>('/api/v1/certificates/forms', { signal }) });
  const paper = forms.data?.forms.find((each) => each.kind === form.kind && each.holderKind === form.holderKind);
  const change = (part: Partial<RequestBody>) => setForm((old) => ({ ...old, ...part }));
  const isIssue = form.kind === 'issue';
  const send = () => api.post('/api/v1/certificates/requests', { ...form, details: { ...form.details, contact: (paper?.contact ?? null) === null ? null : whom } });
  return (
    <ActDialog
      topics={['certificates']}
      title={t('requestTitle')}
      text={paper === undefined || paper.subject === null ? undefined : `${paper.number ?? ''}: ${paper.subject}`}
      verb={t('send')}
      disabled={forms.data === undefined}
      send={send}
      done={() => t('sent')}
      onClose={onClose}
    >
      {(problem) => (
        <>
          {forms.error !== null && <ErrorState compact error={forms.error} onRetry={() => void forms.refetch()} />}
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
          {form.kind !== 'revoke' && (
            <Select
              label={t('keyDevice')}
              required
              value={form.details.keyDevice}
              onChange={(keyDevice) => change({ details: { ...form.details, keyDevice } })}
              options={devices.map((value) => ({ value, label: t(value) }))}
            />
          )}
          {paper !== undefined && <ListFields form={paper} details={form.details} onChange={(details) => change({ details })} problem={problem} />}
          {paper !== undefined && paper.contact !== null && <ContactFields kind={paper.contact} contact={whom} onChange={setWhom} problem={problem} />}
          <TextArea label={t('reasonFor')} required rows={2} value={form.reason} onChange={(reason) => change({ reason })} error={problem('reason')} />
        </>
      )}
    </ActDialog>
  );
}
