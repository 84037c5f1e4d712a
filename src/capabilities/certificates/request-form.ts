import type { CommandContext } from '#kernel/command.ts';
import { kernelErrors, type FieldProblem } from '#kernel/errors.ts';
import type { Queryable } from '#kernel/database.ts';
import { vietnamDay } from '#kernel/time.ts';
import { contactFields, type Contact, type FormField, type RequestBody, type RequestDetails, type RequestForm, type RequestKind } from './contract.ts';
import { isOfficialMail } from './domain/official-mail.ts';
import { errors } from './errors.ts';

export type DatedForm = RequestForm & { validFrom: string; name: string; legalBasis: string };

const SELECT = `select code, kind, holder_kind as "holderKind", number, name, subject, addressee, contact, fields, required, valid_from::text as "validFrom", legal_basis as "legalBasis"
  from certificates.form`;

/** The forms in force on the day, one for each kind of request and of holder. */
export async function formsInForce(q: Queryable, now: Date): Promise<DatedForm[]> {
  const { rows } = await q.query(`${SELECT} where valid_from <= $1::date and (valid_to is null or valid_to >= $1::date) order by kind, holder_kind`, [vietnamDay(now)]);
  // safe because the statement selects exactly these columns
  return rows as DatedForm[];
}

/** The form that a request of this kind takes today. @throws certificates.noForm */
export async function formFor(ctx: CommandContext, kind: RequestKind, holderKind: string): Promise<DatedForm> {
  const form = (await formsInForce(ctx, ctx.now)).find((each) => each.kind === kind && each.holderKind === holderKind);
  if (form === undefined) throw errors.noForm();
  return form;
}

/** That holder, reason and everything stand there which the form asks for, and mail goes to addresses of agencies. @throws kernel.invalidInput with every gap at once */
export function assertFilled(form: RequestForm, { details, holderName, reason }: Pick<RequestBody, 'details' | 'holderName' | 'reason'>): void {
  const problems = [...(holderName === '' ? missing('holderName') : []), ...(reason === '' ? missing('reason') : [])];
  if (form.required !== null) problems.push(...formGaps({ ...form, required: form.required }, details));
  if (problems.length > 0) throw kernelErrors.invalidInput({ fields: problems });
}

function formGaps(form: RequestForm & { required: FormField[] }, details: RequestDetails): FieldProblem[] {
  const problems = [...form.required.flatMap((field) => gapsOf(field, details)), ...contactGaps(details.contact)];
  const mails = [
    { path: 'details.email', mail: form.fields?.includes('email') === true ? details.email : null },
    { path: 'details.contact.email', mail: details.contact?.email ?? null },
  ];
  return [...problems, ...mails.flatMap(({ path, mail }) => (mail === null || isOfficialMail(mail) ? [] : unofficial(path)))];
}

function gapsOf(field: FormField, details: RequestDetails): FieldProblem[] {
  if (field === 'identity') return (['identityNumber', 'identityIssuedOn', 'identityIssuedBy'] as const).flatMap((part) => (details[part] === null ? missing(`details.${part}`) : []));
  // the rest of a form's columns follow from the certificate and the agency
  return field in details && details[field as keyof RequestDetails] === null ? missing(`details.${field}`) : []; // safe because it was looked for just now
}

function contactGaps(contact: Contact | null): FieldProblem[] {
  return contactFields.flatMap((field) => (contact?.[field] ?? null) === null ? missing(`details.contact.${field}`) : []);
}

const missing = (path: string): FieldProblem[] => [{ path, vi: 'Mẫu đề nghị yêu cầu điền mục này.', en: 'The form asks for this.' }];
const unofficial = (path: string): FieldProblem[] => [
  { path, vi: 'Mẫu yêu cầu địa chỉ thư do cơ quan nhà nước cấp, không dùng Gmail, Yahoo, Hotmail…', en: 'The form wants an address given by a state agency, not Gmail, Yahoo, Hotmail and the like.' },
];
