/**
 * What a message says, free of how a partner spells it. Texts are '' where an element is absent or empty; days are `YYYY-MM-DD`; instants
 * are ISO 8601 in UTC. Names follow QCVN 102:2016/BTTTT; numbers whose meaning is disputed are kept as they came.
 */
import type { CalendarDay } from '#kernel/time.ts';

export interface EdxmlAgency {
  readonly organId: string;
  /** The direct superior: most write a name, some a code. */
  readonly organizationInCharge: string;
  readonly organName: string;
  readonly organAdd: string;
  readonly email: string;
  readonly telephone: string;
  readonly fax: string;
  readonly website: string;
}

export interface EdxmlStaff {
  readonly department: string;
  readonly departmentId: string;
  readonly staff: string;
  readonly staffId: string;
  readonly email: string;
  readonly mobile: string;
}

/** The document that this one answers or that a status is about. Match by `documentId` first, then by agency, code and day. */
export interface EdxmlResponseFor {
  readonly organId: string;
  /** Number and notation in one: `7816/VPCP-TTĐT`. */
  readonly code: string;
  readonly promulgationDay: CalendarDay | null;
  readonly documentId: string;
}

export interface EdxmlHop {
  readonly organId: string;
  readonly at: string | null;
}

interface BusinessBase {
  readonly reason: string;
  /** 0 or 1; whether paper follows, or a count of pages: implementations disagree. */
  readonly paper: number | null;
  readonly staff: EdxmlStaff | null;
  /** The document that is revoked, updated or replaced; samples of new documents carry one too, without meaning. */
  readonly documentId: string;
}

export interface EdxmlReceiverChange {
  readonly organId: string;
  readonly change: 'removed' | 'added';
}

export interface EdxmlReplacement {
  readonly documentId: string;
  /** At which receivers. */
  readonly organIds: readonly string[];
}

/** BussinessDocType 0, 1, 2, 3. */
export type EdxmlBusiness =
  | (BusinessBase & { readonly kind: 'new' | 'revoke' })
  | (BusinessBase & { readonly kind: 'update'; readonly isContentChanged: boolean | null; readonly areReceiversChanged: boolean | null; readonly receivers: readonly EdxmlReceiverChange[] })
  | (BusinessBase & { readonly kind: 'replace'; readonly replacements: readonly EdxmlReplacement[] });

export interface EdxmlOtherInfo {
  /** 0 normal, 1 urgent, 2 very urgent, 3 flash, 4 timed flash (not in NĐ 30/2020). */
  readonly priority: number | null;
  readonly sphereOfPromulgation: string;
  readonly typerNotation: string;
  readonly promulgationAmount: number | null;
  readonly pageAmount: number | null;
  readonly appendixes: readonly string[];
  readonly direction: boolean | null;
}

export interface DocumentMessage {
  readonly kind: 'document';
  readonly from: EdxmlAgency;
  readonly to: readonly EdxmlAgency[];
  /** `OrganId,yyyy/MM/dd,number/notation` on the axis; no UUID. */
  readonly documentId: string;
  readonly codeNumber: string;
  readonly codeNotation: string;
  readonly place: string;
  readonly promulgationDay: CalendarDay | null;
  /** Numbers of disputed lists: hints only. Classify by the name. */
  readonly type: number | null;
  readonly typeDetail: number | null;
  readonly typeName: string;
  readonly subject: string;
  readonly content: string;
  readonly competence: string;
  readonly position: string;
  readonly fullName: string;
  readonly dueDay: CalendarDay | null;
  readonly otherInfo: EdxmlOtherInfo;
  readonly responseFor: readonly EdxmlResponseFor[];
  /** Disputed: see the settings of the axis. */
  readonly steeringType: number | null;
  readonly taskCodes: readonly string[];
  readonly applicationType: string;
  readonly toPlaces: readonly string[];
  readonly trace: readonly EdxmlHop[];
  readonly business: EdxmlBusiness;
}

/** QCVN 102:2016 as spoken on the axis. 13 comes from the original sender, the others from the receiver. */
export const edxmlStatusCodes = ['01', '02', '03', '04', '05', '06', '13', '15', '16'] as const;
export type EdxmlStatusCode = (typeof edxmlStatusCodes)[number];

export interface StatusMessage {
  readonly kind: 'status';
  readonly from: EdxmlAgency;
  readonly responseFor: EdxmlResponseFor;
  readonly staff: EdxmlStaff | null;
  readonly statusCode: EdxmlStatusCode;
  readonly description: string;
  readonly at: string | null;
}

export type EdxmlMessage = DocumentMessage | StatusMessage;

/** An element or attribute outside the standard, or a value that could not be read: kept as it came. */
export interface EdxmlKept {
  readonly path: string;
  readonly text: string;
}

/** One form of an attachment's bytes as they went past. */
export interface EdxmlBytes {
  readonly sha256: string;
  readonly sizeBytes: number;
  /** What the bytes are, by their head and the name. */
  readonly mediaType: string;
}

export interface EdxmlAttachment {
  /** From 0, in the order of the message. */
  readonly ordinal: number;
  /** Without `cid:`. */
  readonly contentId: string;
  /** Clean: safe to show and to store. */
  readonly name: string;
  readonly statedName: string;
  readonly description: string;
  readonly statedMediaType: string;
  readonly isListed: boolean;
  /** The bytes as they were sent; null when they are no Base64, or none came. */
  readonly sent: EdxmlBytes | null;
  /** What the sender's toolkit had put into a ZIP; when it is there, it is the file that is meant. */
  readonly unwrapped: EdxmlBytes | null;
}
