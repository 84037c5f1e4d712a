import type { ReactNode } from 'react';
import { Table, type TableColumn } from '#ui/data/table.tsx';
import { formatDate } from '#ui/format.ts';
import { useT, type Translate } from '#ui/i18n.ts';
import { Details } from '#ui/layout/details.tsx';
import type { Contact, FormField, RequestForm, RequestRow } from '../contract.ts';
import { formMessages, type FormMessageKey } from './form-messages.ts';
import './forms.css';

type T = Translate<FormMessageKey>;
type KnownForm = RequestForm & { fields: FormField[]; contact: NonNullable<RequestForm['contact']> };

/** Whether the text of the form is at hand, so that it can be shown and printed as it is. */
export function isKnown(form: RequestForm): form is KnownForm {
  return form.fields !== null && form.contact !== null;
}

/** A request as its form has it: to whom, about what, who receives the device, and the list. Read on the screen; printed with the head of an official document (30/2020/NĐ-CP, annex I). */
export function FormSheet({ request, form }: { request: RequestRow; form: KnownForm }): ReactNode {
  const t = useT(formMessages);
  const columns: TableColumn<RequestRow>[] = [
    { id: 'order', label: t('order'), align: 'center', width: '3rem', render: () => '01' },
    ...form.fields.map((field) => ({
      id: field,
      label: labelOf(field, form, t),
      ...(field === 'renews' || field === 'changes' ? { align: 'center' as const } : {}),
      render: () => valueOf(field, request),
    })),
  ];
  return (
    <section className="lt-form-sheet" aria-label={request.formName}>
      <div className="lt-form-sheet__top">
        <p>
          <strong>{request.agencyName.toLocaleUpperCase('vi')}</strong>
          <br />
          {t('numberToFill')}
        </p>
        <p>
          <strong>{t('nation')}</strong>
          <br />
          <strong>{t('motto')}</strong>
          <br />
          <em>{t('placeAndDate')}</em>
        </p>
      </div>
      <p className="lt-quiet">{request.legalBasis}</p>
      <p className="lt-form-sheet__to">{t('to', { addressee: form.addressee ?? '' })}</p>
      <p>{t('subject', { subject: form.subject ?? '' })}</p>
      <h3>1. {t(`contact.${form.contact}`)}</h3>
      {request.details.contact !== null && <Details items={contactItems(request.details.contact, form.contact, t)} />}
      <h3>2. {t(form.kind === 'revoke' ? 'list.revoke' : 'list')}</h3>
      <Table caption={request.formName} hideCaption ruled columns={columns} rows={[request]} rowId={(row) => row.id} />
      <p className="lt-form-sheet__head">
        {t('head')}
        <br />
        {t('headHint')}
      </p>
    </section>
  );
}

function labelOf(field: FormField, { kind, holderKind }: RequestForm, t: T): string {
  if (field === 'holder' && kind === 'issue' && holderKind !== 'device') return t(`holder.${holderKind}`);
  if (field === 'reason' && kind === 'revoke') return t('reason.revoke');
  return t(field);
}

/** What stands in a column; a cross where the form has a box to mark. */
function valueOf(field: FormField, { details, ...request }: RequestRow): ReactNode {
  switch (field) {
    case 'holder':
      return request.holderName;
    case 'agency':
      return request.agencyName;
    case 'reason':
      return request.reason;
    case 'renews':
      return request.kind === 'renew' ? '×' : null;
    case 'changes':
      return request.kind === 'change' || details.change !== null ? '×' : null;
    case 'identity':
      return identityOf(details);
    case 'birthDate':
      return details.birthDate === null ? null : <span className="lt-nowrap">{formatDate(details.birthDate)}</span>;
    case 'email':
    case 'serial':
      // one long word, which may break where a name may not
      return <span className="lt-form-sheet__code">{field === 'email' ? details.email : serialOf(request, details)}</span>;
    default:
      return details[field];
  }
}

/** 68/2024/NĐ-CP, note of the form: with the number that signs where the key is on a SIM card. */
const serialOf = ({ serial }: Pick<RequestRow, 'serial'>, { keyDevice, phone }: Pick<RequestRow['details'], 'keyDevice' | 'phone'>): string =>
  [serial, keyDevice === 'sim' ? phone : null].filter((part) => part !== null).join(', ');

const identityOf = (of: Pick<Contact, 'identityNumber' | 'identityIssuedOn' | 'identityIssuedBy'>): string =>
  [of.identityNumber, of.identityIssuedOn === null ? null : formatDate(of.identityIssuedOn), of.identityIssuedBy].filter((part) => part !== null).join(', ');

function contactItems(contact: Contact, kind: KnownForm['contact'], t: T) {
  return [
    { label: t('name'), value: contact.name },
    { label: t('identity'), value: identityOf(contact) },
    { label: t('post'), value: contact.post },
    { label: t('phone'), value: contact.phone },
    { label: t('email'), value: contact.email },
    { label: t(`place.${kind}`), value: contact.address },
  ];
}
