import { z } from 'zod';

export const PAGE_SIZE = 50;

export const holderKinds = ['person', 'agency', 'device'] as const;
export type HolderKind = (typeof holderKinds)[number];

/** What a certificate is worth today: `expired`, `endsSoon` (60 days) and `notYetValid` follow from its dates, `suspended` and `revoked` from its authority. */
export const certificateStates = ['active', 'endsSoon', 'expired', 'notYetValid', 'suspended', 'revoked'] as const;
export type CertificateState = (typeof certificateStates)[number];

/** Why somebody is to look at a certificate: its holder left the post, or its authority withdrew it. */
export const reviewKinds = ['holder-left', 'withdrawn'] as const;
export type ReviewKind = (typeof reviewKinds)[number];

/** Why a certificate is not to be renewed: the holder's post ends, another one takes its place, nothing is signed with it any more. */
export const declineReasons = ['postEnded', 'replaced', 'notNeeded', 'other'] as const;
export type DeclineReason = (typeof declineReasons)[number];

export const certificateAbilities = ['edit', 'ask', 'ask-status', 'revoke', 'mark-revoked', 'remove', 'decline-renewal', 'resume-renewal'] as const;
export type CertificateAbility = (typeof certificateAbilities)[number];

export const certificateRow = z.object({
  id: z.uuid(),
  agencyId: z.uuid(),
  agencyName: z.string(),
  holderKind: z.enum(holderKinds),
  holderName: z.string(),
  /** The post that the person holds in this agency today; null for agencies and devices, and for who left. */
  holderPost: z.string().nullable(),
  issuerName: z.string(),
  serial: z.string(),
  tokenSerial: z.string().nullable(),
  isBuiltIn: z.boolean(),
  validFrom: z.string(),
  validTo: z.string(),
  state: z.enum(certificateStates),
  daysLeft: z.int(),
  /** Its authority was asked and has not answered yet. */
  isAsking: z.boolean(),
  /** Since when its authority could not be asked, or gave no answer that counts. */
  unansweredSince: z.string().nullable(),
});
export type CertificateRow = z.infer<typeof certificateRow>;
export const certificateList = z.object({ rows: z.array(certificateRow), next: z.string().nullable() });

export const certificateDetail = certificateRow.extend({
  issuer: z.string(),
  subject: z.string(),
  fingerprint: z.string(),
  note: z.string().nullable(),
  personId: z.uuid().nullable(),
  statusSource: z.enum(['own', 'ocsp', 'list', 'person', 'none']),
  statusCheckedAt: z.string().nullable(),
  /** When the authority made its answer, which may be older than our question. */
  statusAsOf: z.string().nullable(),
  /** SHA-256 of the answer, which is kept and can be fetched. */
  statusAnswer: z.string().nullable(),
  askedAt: z.string().nullable(),
  askProblem: z.enum(['notTrusted', 'noAddress', 'notAllowed', 'silent']).nullable(),
  revokedAt: z.string().nullable(),
  revokedReason: z.string().nullable(),
  addedAt: z.string(),
  addedBy: z.string(),
  /** The engine's name for it when its key signs in this installation. */
  credentialId: z.uuid().nullable(),
  /** That nobody wants it renewed, said by the keeper of the inventory; null while it is to be renewed. */
  renewalDeclined: z.object({ at: z.string(), by: z.string(), reason: z.enum(declineReasons), note: z.string().nullable() }).nullable(),
  abilities: z.array(z.enum(certificateAbilities)),
  /** What waits for a decision that the caller may end with a review; empty also when it waits for others only. */
  toReview: z.array(z.enum(reviewKinds)),
});
export type CertificateDetail = z.infer<typeof certificateDetail>;

export const certificateQuery = z.object({
  text: z.string().trim().max(200).optional(),
  state: z.enum(certificateStates).optional(),
  holder: z.enum(holderKinds).optional(),
  agency: z.uuid().optional(),
  after: z.string().max(100).optional(),
});

const line = z.string().trim().min(1).max(300);

export const importBody = z.object({
  /** Certificate files in base64: DER, PEM with one or more, or PKCS#7 (.p7b); without keys. */
  files: z.array(z.object({ name: line, content: z.base64().max(2_000_000) })).min(1).max(100),
  holderKind: z.enum(holderKinds),
  /** Another agency than one's own: for the province's administrator. */
  agencyId: z.uuid().optional(),
  /** Whether the authorities of the new ones are asked what these are worth. */
  asksStatus: z.boolean().default(true),
});
export const importReply = z.object({
  added: z.array(z.object({ id: z.uuid(), holderName: z.string(), serial: z.string() })),
  known: z.array(z.string()),
  problems: z.array(z.object({ name: z.string(), code: z.string() })),
  /** From when on the questions about the new ones can be followed; null when none was asked. */
  askedAt: z.string().nullable(),
});

/** At most a page of the list at once, and some to spare. */
/** The authorities of so many certificates may be asked at once. */
export const MOST_ASKED = 200;
export const askStatusBody = z.object({ certificates: z.array(z.object({ agencyId: z.uuid(), id: z.uuid() })).min(1).max(MOST_ASKED) });
export const askStatusReply = z.object({ askedAt: z.string(), count: z.int() });
export const askProgressQuery = z.object({ since: z.iso.datetime({ offset: true }) });
/** How far the caller's questions since an instant are. */
export const askProgress = z.object({ asked: z.int(), waiting: z.int(), withdrawn: z.int(), unanswered: z.int() });
export type AskProgress = z.infer<typeof askProgress>;

export const editBody = z.object({
  tokenSerial: z.string().trim().min(1).max(100).nullable(),
  note: z.string().trim().min(1).max(1000).nullable(),
  personId: z.uuid().nullable(),
});
export const REASON_LIMIT = 300;
export const reviewBody = z.object({ reason: z.string().trim().min(1).max(REASON_LIMIT) });
export const declineRenewalBody = z
  .object({ reason: z.enum(declineReasons), note: z.string().trim().min(1).max(REASON_LIMIT).nullable().default(null) })
  .refine(({ reason, note }) => reason !== 'other' || note !== null, { path: ['note'] });
export const markRevokedBody = z.object({ revokedOn: z.iso.date(), reason: z.string().trim().min(1).max(300) });

export const requestKinds = ['issue', 'renew', 'change', 'revoke'] as const;
export type RequestKind = (typeof requestKinds)[number];
export const requestStates = ['submitted', 'approved', 'refused', 'withdrawn', 'completed'] as const;
export type RequestState = (typeof requestStates)[number];

/** What the columns of the forms hold; a column that follows from certificate, agency or kind of request is filled by itself. */
export const formFields = [
  'holder',
  'birthDate',
  'identity',
  'email',
  'agency',
  'province',
  'post',
  'phone',
  'oldSerial',
  'simOperator',
  'address',
  'taxCode',
  'budgetCode',
  'serial',
  'change',
  'newInformation',
  'renews',
  'changes',
  'tokenSerial',
  'reason',
] as const;
export type FormField = (typeof formFields)[number];

/** A form of the law: its number and subject, whom it goes to, what the person named first does, and its columns; all null where its text is not at hand. */
export const requestForm = z.object({
  code: z.string(),
  kind: z.enum(requestKinds),
  holderKind: z.enum(holderKinds),
  number: z.string().nullable(),
  subject: z.string().nullable(),
  addressee: z.string().nullable(),
  contact: z.enum(['receives', 'hands-over']).nullable(),
  fields: z.array(z.enum(formFields)).nullable(),
  required: z.array(z.enum(formFields)).nullable(),
});
export type RequestForm = z.infer<typeof requestForm>;
export const formsReply = z.object({ forms: z.array(requestForm) });

const identityNumber = z.string().trim().regex(/^\d{9}(\d{3})?$/);
const short = z.string().trim().min(1).max(300);

/** Whom the form names first: who receives the certificate and its device, or helps to hand it over. */
export const contactFields = ['name', 'identityNumber', 'identityIssuedOn', 'identityIssuedBy', 'post', 'phone', 'email', 'address'] as const;
export const contact = z.object({
  name: short.nullable(),
  identityNumber: identityNumber.nullable(),
  identityIssuedOn: z.iso.date().nullable(),
  identityIssuedBy: short.nullable(),
  post: short.nullable(),
  phone: z.string().trim().min(1).max(30).nullable(),
  email: z.email().max(200).nullable(),
  address: short.nullable(),
});
export type Contact = z.infer<typeof contact>;

/** The particulars that the forms ask for. */
export const requestDetails = z.object({
  birthDate: z.iso.date().nullable(),
  identityNumber: identityNumber.nullable(),
  identityIssuedOn: z.iso.date().nullable(),
  identityIssuedBy: z.string().trim().max(200).nullable(),
  post: z.string().trim().max(200).nullable(),
  email: z.email().max(200).nullable(),
  phone: z.string().trim().max(30).nullable(),
  keyDevice: z.enum(['token', 'sim', 'hsm', 'remote', 'file']),
  tokenSerial: z.string().trim().max(100).nullable(),
  change: z.string().trim().max(1000).nullable(),
  newInformation: z.string().trim().max(1000).nullable().default(null),
  province: short.nullable().default(null),
  address: short.nullable().default(null),
  /** Of ten digits, with three more for a branch. */
  taxCode: z.string().trim().regex(/^\d{10}(-?\d{3})?$/).nullable().default(null),
  /** Mã số đơn vị có quan hệ với ngân sách: seven digits. */
  budgetCode: z.string().trim().regex(/^\d{7}$/).nullable().default(null),
  oldSerial: z.string().trim().min(1).max(100).nullable().default(null),
  /** For a key on a SIM card: the operator, with “/cs” when a number in use moves to such a card. */
  simOperator: z.string().trim().regex(/^[\p{L}\d ]{2,40}(\/cs)?$/u).nullable().default(null),
  contact: contact.nullable().default(null),
});
export type RequestDetails = z.infer<typeof requestDetails>;

export const requestBody = z.object({
  kind: z.enum(requestKinds),
  holderKind: z.enum(holderKinds),
  holderName: z.string().trim().max(300),
  personId: z.uuid().nullable(),
  certificateId: z.uuid().nullable(),
  details: requestDetails,
  /** Asked for with the rest of the form, so that all that is missing is said at once. */
  reason: z.string().trim().max(1000),
});
export type RequestBody = z.infer<typeof requestBody>;
/** As it is sent: what nobody filled in may be left out. */
export type RequestInput = z.input<typeof requestBody>;

export const requestAbilities = ['withdraw', 'approve', 'refuse', 'complete', 'read-refusal'] as const;
export type RequestAbility = (typeof requestAbilities)[number];

export const requestRow = z.object({
  id: z.uuid(),
  agencyId: z.uuid(),
  agencyName: z.string(),
  kind: z.enum(requestKinds),
  holderKind: z.enum(holderKinds),
  holderName: z.string(),
  certificateId: z.uuid().nullable(),
  state: z.enum(requestStates),
  formName: z.string(),
  legalBasis: z.string(),
  form: requestForm,
  /** Of the certificate that the request is about. */
  serial: z.string().nullable(),
  details: requestDetails,
  reason: z.string(),
  askedBy: z.string(),
  askedAt: z.string(),
  decidedBy: z.string().nullable(),
  decidedAt: z.string().nullable(),
  decision: z.string().nullable(),
  completedAt: z.string().nullable(),
  abilities: z.array(z.enum(requestAbilities)),
});
export type RequestRow = z.infer<typeof requestRow>;
export const requestList = z.object({ rows: z.array(requestRow), next: z.string().nullable() });
export const requestQuery = z.object({ state: z.enum(requestStates).optional(), kind: z.enum(requestKinds).optional(), text: z.string().trim().max(200).optional(), after: z.string().max(100).optional() });
export const refuseRequestBody = z.object({ reason: z.string().trim().min(1).max(1000) });
export const approveRequestBody = z.object({ note: z.string().trim().max(1000).optional() });

export const statisticsReply = z.object({
  agencies: z.array(
    z.object({
      agencyId: z.uuid(),
      agencyName: z.string(),
      people: z.int(),
      agency: z.int(),
      devices: z.int(),
      active: z.int(),
      within60: z.int(),
      within30: z.int(),
      within7: z.int(),
      expired: z.int(),
      suspended: z.int(),
      revoked: z.int(),
    }),
  ),
});
export type CertificateStatistics = z.infer<typeof statisticsReply>;
