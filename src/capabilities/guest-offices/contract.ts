import { z } from 'zod';
import { taskPage, type TaskItem } from '#engines/cases/contract.ts';

const id = z.uuid();
export const officeKinds = ['press_office', 'enterprise', 'socio_political', 'other'] as const;
export const officeKind = z.enum(officeKinds);
export type OfficeKind = z.infer<typeof officeKind>;

const text = (least: number, most: number, error: string) => z.string().trim().min(least, error).max(most, `Tối đa ${String(most)} ký tự.|At most ${String(most)} characters.`);

/** What an organisation says of itself on the public page. */
export const applicationForm = z.object({
  name: text(2, 300, 'Nhập tên cơ quan, tổ chức.|Enter the name of the organisation.'),
  abbreviation: text(1, 30, 'Nhập tên viết tắt.|Enter a short name.'),
  kind: officeKind.catch('other'),
  licenceNumber: text(3, 50, 'Nhập mã số thuế hoặc số giấy phép.|Enter the tax or licence number.'),
  address: text(5, 500, 'Nhập địa chỉ.|Enter the address.'),
  contactName: text(2, 120, 'Nhập họ tên người liên hệ.|Enter the name of the contact.'),
  contactTitle: text(2, 150, 'Nhập chức vụ.|Enter the post.'),
  email: z.email('Địa chỉ thư điện tử chưa đúng.|This is no e-mail address.').max(200),
  phone: z.string().trim().regex(/^[0-9+(). -]{6,30}$/, 'Số điện thoại chưa đúng.|This is no telephone number.'),
  password: z.string().max(400),
});
export type ApplicationForm = z.infer<typeof applicationForm>;

/** What an invited colleague of a guest office fills in. */
export const colleagueForm = z.object({
  fullName: text(2, 120, 'Nhập họ tên.|Enter your name.'),
  title: text(2, 150, 'Nhập chức vụ.|Enter your post.'),
  password: z.string().max(400),
});

export const inviteBody = z.object({
  invitee: text(2, 300, 'Nhập tên.|Enter a name.'),
  contact: z.string().trim().max(200).default(''),
  /** Where the link is sent; without one it is only shown. */
  email: z.email('Địa chỉ thư điện tử chưa đúng.|This is no e-mail address.').max(200).nullable().default(null),
});
/** The address that is handed to the invited, below this installation's own; it is shown only once. */
export const invitedReply = z.object({ id, path: z.string(), expiresAt: z.string(), mail: z.enum(['none', 'sent', 'failed']) });
export type InvitedReply = z.infer<typeof invitedReply>;

export const invitationView = z.object({
  id,
  invitee: z.string(),
  contact: z.string(),
  invitedBy: z.string(),
  createdAt: z.string(),
  expiresAt: z.string(),
  state: z.enum(['open', 'used', 'expired', 'revoked']),
});
export type InvitationView = z.infer<typeof invitationView>;

export const applicationView = z.object({
  id,
  state: z.enum(['waiting', 'approved', 'refused']),
  name: z.string(),
  abbreviation: z.string(),
  kind: officeKind,
  licenceNumber: z.string(),
  address: z.string(),
  contactName: z.string(),
  contactTitle: z.string(),
  email: z.string(),
  phone: z.string(),
  login: z.string(),
  invitedBy: z.string().nullable(),
  appliedAt: z.string(),
  decidedAt: z.string().nullable(),
  decidedBy: z.string().nullable(),
  refusalReason: z.string().nullable(),
  papers: z.array(z.object({ position: z.int(), name: z.string(), mediaType: z.string() })),
});
export type ApplicationView = z.infer<typeof applicationView>;

export const officeView = z.object({
  agencyId: id,
  name: z.string(),
  kind: z.string(),
  state: z.enum(['active', 'suspended']),
  approvedAt: z.string(),
  suspendedAt: z.string().nullable(),
  suspendedBy: z.string().nullable(),
  suspensionReason: z.string().nullable(),
});
export type OfficeView = z.infer<typeof officeView>;

/** The staff's page: everybody sees the offices, who invites the own invitations, the province the applications. */
export const overview = z.object({
  offices: z.array(officeView),
  invitations: z.array(invitationView),
  applications: z.array(applicationView),
  /** `mail`: this installation can send the link of an invitation. */
  abilities: z.array(z.enum(['invite', 'decide', 'mail'])),
});
export type Overview = z.infer<typeof overview>;

export const reasonBody = z.object({ reason: text(3, 1000, 'Nêu lý do để người nhận hiểu.|Give a reason that the other side understands.') });
export const waitingCount = z.object({ waiting: z.int() });

/** A guest's own office. */
export const ownOffice = z.object({
  colleagues: z.array(z.object({ name: z.string(), title: z.string() })),
  invitations: z.array(invitationView),
  dailyLimit: z.int(),
  abilities: z.array(z.enum(['mail'])),
  sentToday: z.int(),
});
export type OwnOffice = z.infer<typeof ownOffice>;

export const recipientQuery = z.object({ text: z.string().trim().max(200).default('') });
export const recipientList = z.object({ agencies: z.array(z.object({ id, name: z.string(), code: z.string().nullable() })) });
export type RecipientList = z.infer<typeof recipientList>;

export const taskQuery = z.object({ after: z.string().max(200).optional() });
/** What waits for a guest's office. */
export const guestTasks = taskPage;
export type GuestTasks = z.infer<typeof guestTasks>;
export type GuestTask = TaskItem;

/** Most files beside the letter itself. */
export const MOST_ATTACHMENTS = 20;

export const letterBody = z.object({
  recipientAgencyId: z.uuid('Chọn nơi nhận.|Choose the recipient.'),
  /** Null: the letter has none. */
  number: z.string().trim().min(1).max(50).nullable(),
  notation: z.string().trim().max(100).nullable(),
  issuedOn: z.iso.date('Chọn ngày của văn bản.|Choose the date of the letter.'),
  summary: text(1, 500, 'Nhập trích yếu nội dung.|Enter what the letter is about.'),
  mainUploadId: z.uuid('Chọn tệp văn bản.|Choose the file of the letter.'),
  attachmentUploadIds: z.array(z.uuid()).max(MOST_ATTACHMENTS).default([]),
  /** The received letter that this one answers. */
  replyTo: z.object({ documentId: z.uuid(), messageId: z.uuid(), label: z.string().trim().min(1).max(300) }).nullable().default(null),
});
/** `draft`: the file bears no signature yet and waits for one made here. */
export const letterReply = z.object({ id, state: z.enum(['draft', 'sent']) });
export const signLetterBody = z.object({ credentialId: z.uuid('Chọn chứng thư số.|Choose a certificate.'), pin: z.string().max(200).optional(), /** A one-time code beside the PIN, where the service of the key wants one. */ otp: z.string().trim().max(50).optional() });
export const signLetterReply = z.object({ state: z.enum(['signed', 'pending']) });

export const deliveryView = z.object({
  state: z.string(),
  arrivedAt: z.string().nullable(),
  openedAt: z.string().nullable(),
  answeredAt: z.string().nullable(),
  answeredBy: z.string().nullable(),
  reason: z.string().nullable(),
});

export const letterRow = z.object({
  id,
  state: z.enum(['draft', 'sent']),
  recipientName: z.string(),
  number: z.string().nullable(),
  notation: z.string(),
  issuedOn: z.string(),
  summary: z.string(),
  authorName: z.string(),
  createdAt: z.string(),
  sentAt: z.string().nullable(),
  /** Null until it is sent. */
  delivery: deliveryView.nullable(),
});
export type LetterRow = z.infer<typeof letterRow>;
/** Page size of the letters. */
export const PAGE_SIZE = 50;
export const letterQuery = z.object({ after: z.string().max(100).optional(), replyTo: z.uuid().optional() });
export const letterList = z.object({ rows: z.array(letterRow), next: z.string().nullable() });
export type LetterList = z.infer<typeof letterList>;

export const letterDetail = letterRow.extend({
  replyTo: z.object({ documentId: id, label: z.string() }).nullable(),
  envelopeId: id.nullable(),
  files: z.array(z.object({ fileId: id, sha256: z.string(), name: z.string(), mediaType: z.string(), sizeBytes: z.int(), role: z.enum(['main', 'attachment']) })),
  abilities: z.array(z.enum(['sign', 'drop'])),
});
export type LetterDetail = z.infer<typeof letterDetail>;

const ofOffice = { name: z.string() };
export const eventData = {
  invited: z.object({ invitee: z.string() }),
  invitationMailed: z.object({ invitee: z.string(), email: z.string() }),
  invitationRevoked: z.object({ invitee: z.string() }),
  applied: z.object({ ...ofOffice, contactName: z.string() }),
  approved: z.object({ ...ofOffice, agencyId: id }),
  refused: z.object({ ...ofOffice, reason: z.string() }),
  suspended: z.object({ ...ofOffice, reason: z.string() }),
  lifted: z.object(ofOffice),
  joined: z.object({ personName: z.string() }),
  letter: z.object({ summary: z.string(), recipientName: z.string() }),
  recipientSuspended: z.object({ ...ofOffice, reason: z.string() }),
} as const;
