import type { ReactNode } from 'react';
import { DateField } from '#ui/controls/date-field.tsx';
import { TextArea } from '#ui/controls/text-area.tsx';
import { TextField } from '#ui/controls/text-field.tsx';
import { useT } from '#ui/i18n.ts';
import type { Contact, FormField, RequestDetails, RequestForm } from '../contract.ts';
import { formMessages, type FormMessageKey } from './form-messages.ts';

type Problem = (path: string) => string | undefined;
type Texts = 'email' | 'province' | 'post' | 'phone' | 'oldSerial' | 'simOperator' | 'address' | 'taxCode' | 'budgetCode' | 'tokenSerial' | 'identityNumber' | 'identityIssuedBy';
type Days = 'birthDate' | 'identityIssuedOn';

const hints: Partial<Record<Texts, FormMessageKey>> = { email: 'emailHint', simOperator: 'simHint', budgetCode: 'budgetHint' };
const orNull = (text: string): string | null => (text.trim() === '' ? null : text);

/** What a form asks for where its text is not at hand: what is common to all. */
const COMMON: readonly FormField[] = ['birthDate', 'identity', 'email', 'post', 'phone'];

type FieldsProps = { form: RequestForm; details: RequestDetails; onChange: (details: RequestDetails) => void; problem: Problem };

/** The columns of the form's list that somebody fills in, in their order. */
export function ListFields({ form, details, onChange, problem }: FieldsProps): ReactNode {
  const t = useT(formMessages);
  const must = (field: FormField) => (form.required?.includes(field) === true ? { required: true as const } : form.required === null ? {} : { optional: true as const });
  const text = (key: Texts, field: FormField) => {
    const hint = hints[key];
    return (
      <TextField
        key={key}
        label={t(key)}
        {...must(field)}
        {...(hint === undefined ? {} : { hint: t(hint) })}
        value={details[key] ?? ''}
        onChange={(value) => onChange({ ...details, [key]: orNull(value) })}
        error={problem(`details.${key}`)}
      />
    );
  };
  const day = (key: Days, field: FormField) => (
    <DateField key={key} label={t(key)} {...must(field)} value={details[key] ?? undefined} onChange={(value) => onChange({ ...details, [key]: value ?? null })} error={problem(`details.${key}`)} />
  );
  const fields = form.fields ?? (form.holderKind === 'person' ? COMMON : []);
  const columns = fields.flatMap((field): ReactNode[] => {
    switch (field) {
      case 'birthDate':
        return [day(field, field)];
      case 'identity':
        return [text('identityNumber', field), day('identityIssuedOn', field), text('identityIssuedBy', field)];
      case 'email':
      case 'province':
      case 'post':
      case 'phone':
      case 'oldSerial':
      case 'address':
      case 'taxCode':
      case 'budgetCode':
      case 'tokenSerial':
        return [text(field, field)];
      case 'simOperator':
        return details.keyDevice === 'sim' ? [text(field, field)] : [];
      // these follow from the certificate, the agency and the kind of request, or stand below over the whole width
      case 'holder':
      case 'agency':
      case 'serial':
      case 'renews':
      case 'changes':
      case 'change':
      case 'newInformation':
      case 'reason':
        return [];
    }
  });
  const wide = (['change', 'newInformation'] as const).filter((field) => fields.includes(field));
  return (
    <>
      {columns.length > 0 && <div className="lt-fields">{columns}</div>}
      {wide.map((field) => (
        <TextArea
          key={field}
          label={t(field)}
          {...must(field)}
          rows={2}
          maxLength={1000}
          value={details[field] ?? ''}
          onChange={(value) => onChange({ ...details, [field]: orNull(value) })}
          error={problem(`details.${field}`)}
        />
      ))}
    </>
  );
}

type ContactProps = { kind: NonNullable<RequestForm['contact']>; contact: Contact; onChange: (contact: Contact) => void; problem: Problem };

/** Whom the form names first: who receives the device, or helps to hand it over. */
export function ContactFields({ kind, contact, onChange, problem }: ContactProps): ReactNode {
  const t = useT(formMessages);
  const text = (key: Exclude<keyof Contact, 'identityIssuedOn'>, label: FormMessageKey) => (
    <TextField
      label={t(label)}
      required
      {...(key === 'email' ? { hint: t('emailHint') } : {})}
      value={contact[key] ?? ''}
      onChange={(value) => onChange({ ...contact, [key]: orNull(value) })}
      error={problem(`details.contact.${key}`)}
    />
  );
  return (
    <fieldset className="lt-form-part">
      <legend>{t(`contact.${kind}`)}</legend>
      <div className="lt-fields">
        {text('name', 'name')}
        {text('post', 'post')}
        {text('identityNumber', 'identityNumber')}
        <DateField
          label={t('identityIssuedOn')}
          required
          value={contact.identityIssuedOn ?? undefined}
          onChange={(value) => onChange({ ...contact, identityIssuedOn: value ?? null })}
          error={problem('details.contact.identityIssuedOn')}
        />
        {text('identityIssuedBy', 'identityIssuedBy')}
        {text('phone', 'phone')}
        {text('email', 'email')}
        {text('address', `place.${kind}`)}
      </div>
    </fieldset>
  );
}
