/** Between our own envelope and the header of a message. Nothing that a message says is lost: what our record has no field for stands in `extra`. */
import { parseCalendarDay } from '#kernel/time.ts';
import { envelopeDocument } from '../contract.ts';
import type { EnvelopeDocument, EnvelopeFile } from '../contract.ts';
import { readAgencyCode } from './agency-codes.ts';
import type { AgencyCodeScheme } from './agency-codes.ts';
import { classifyType, typeNumbers } from './document-types.ts';
import type { KnownDocumentType } from './document-types.ts';
import type { DocumentMessage, EdxmlAgency, EdxmlAttachment, EdxmlBusiness } from './model.ts';
import { EdxmlError, edxmlProblem } from './problems.ts';
import type { EdxmlProblem, EdxmlProblemCode } from './problems.ts';
import type { EdxmlProfile } from './profiles.ts';
import { documentIdOf, readDocumentId } from './values.ts';

/** An agency of ours or of a partner, with the codes that the directory knows for it. */
export interface PartyFacts {
  readonly name: string;
  readonly codes: readonly string[];
  readonly superiorName?: string;
  readonly address?: string;
  readonly email?: string;
  readonly telephone?: string;
  readonly fax?: string;
  readonly website?: string;
}

/** What a message says and our envelope does not: enough to write the same header again. */
export type EdxmlExtra = Pick<
  DocumentMessage,
  'from' | 'to' | 'documentId' | 'place' | 'type' | 'typeDetail' | 'content' | 'competence' | 'position' | 'otherInfo' | 'responseFor' | 'steeringType' | 'taskCodes' | 'applicationType' | 'toPlaces' | 'trace' | 'business'
>;

export interface OutgoingFacts {
  readonly document: EnvelopeDocument;
  readonly from: PartyFacts;
  readonly to: readonly PartyFacts[];
  readonly profile: EdxmlProfile;
  /** ISO 8601: the first hop of the trace. */
  readonly sentAt: string;
  readonly business?: EdxmlBusiness;
  /** What the message is to say beyond the document; it has the last word. */
  readonly extra?: Partial<EdxmlExtra>;
}

const urgencies = ['normal', 'urgent', 'very_urgent', 'flash'] as const;

/** The header for a partner. @throws EdxmlError `edxml.stateSecret`, `edxml.incomplete` */
export function toDocumentMessage({ document, from, to, profile, sentAt, business, extra = {} }: OutgoingFacts): DocumentMessage {
  const nowhere = { path: '', offset: null };
  // QĐ 28/2018 Art. 1.2; the format has no element for it either.
  if ((document.secrecy ?? 'none') !== 'none') throw new EdxmlError(edxmlProblem('edxml.stateSecret', nowhere, document.secrecy));
  const issuedOn = parseCalendarDay(document.issuedOn);
  if (issuedOn === undefined) throw new EdxmlError(edxmlProblem('edxml.incomplete', nowhere, 'issuedOn'));
  const sender = toAgency(from, profile.agencyCodes);
  return {
    kind: 'document',
    from: sender,
    to: to.map((each) => toAgency(each, profile.agencyCodes)),
    documentId: documentIdOf({ organId: sender.organId, day: issuedOn, codeNumber: document.number, codeNotation: document.notation }),
    codeNumber: document.number,
    codeNotation: document.notation,
    place: '',
    promulgationDay: issuedOn,
    ...typeNumbers(document.typeName, profile.typeNumbers),
    typeName: document.typeName,
    subject: document.summary,
    content: document.summary,
    competence: '',
    position: document.signerTitle,
    fullName: document.signerName,
    dueDay: document.answerDue === null ? null : (parseCalendarDay(document.answerDue) ?? null),
    responseFor: [],
    steeringType: profile.steeringType,
    taskCodes: [],
    applicationType: '',
    toPlaces: [],
    trace: [{ organId: sender.organId, at: new Date(sentAt).toISOString() }],
    business: business ?? { kind: 'new', reason: 'Văn bản điện tử mới', paper: 0, staff: null, documentId: '' },
    ...extra,
    otherInfo: {
      sphereOfPromulgation: '',
      typerNotation: '',
      promulgationAmount: null,
      appendixes: [],
      direction: null,
      ...extra.otherInfo,
      priority: priorityOf(document.urgency, extra.otherInfo?.priority ?? null),
      pageAmount: document.pageCount,
    },
  };
}

/** Timed flash stays what it was when the rest still says flash. */
function priorityOf(urgency: EnvelopeDocument['urgency'], given: number | null): number {
  return urgency === 'flash' && given === 4 ? 4 : urgencies.indexOf(urgency);
}

function toAgency(party: PartyFacts, scheme: Exclude<AgencyCodeScheme, 'other'>): EdxmlAgency {
  return {
    organId: codeFor(party.codes, scheme),
    organizationInCharge: party.superiorName ?? '',
    organName: party.name,
    organAdd: party.address ?? '',
    email: party.email ?? '',
    telephone: party.telephone ?? '',
    fax: party.fax ?? '',
    website: party.website ?? '',
  };
}

/** The directory's code of that scheme; else the one that follows from another by convention; else the first there is. */
export function codeFor(codes: readonly string[], scheme: Exclude<AgencyCodeScheme, 'other'>): string {
  const read = codes.map(readAgencyCode);
  const known = read.find((each) => each.scheme === scheme)?.text;
  return known ?? read.find(({ counterpart }) => counterpart !== null && readAgencyCode(counterpart).scheme === scheme)?.counterpart ?? read[0]?.text ?? '';
}

export interface IncomingFacts {
  /** Null when the message lacks what our record must have; a fatal problem says what. */
  readonly document: EnvelopeDocument | null;
  readonly extra: EdxmlExtra;
  readonly problems: readonly EdxmlProblem[];
}

/** Our record of a document that a partner has sent. `types` are those in force on its day. */
export function fromDocumentMessage(message: DocumentMessage, types: readonly KnownDocumentType[]): IncomingFacts {
  const problems: EdxmlProblem[] = [];
  const note = (code: EdxmlProblemCode, path: string, detail: string): void => void problems.push(edxmlProblem(code, { path, offset: null }, detail));
  const type = classifyType(message, types);
  if (!type.isKnown) note('edxml.typeUnknown', 'DocumentType/TypeName', message.typeName);
  if (message.otherInfo.priority === 4) note('edxml.timedFlash', 'OtherInfo/Priority', '4');
  const { number, notation, isFromId } = numberOf(message);
  if (isFromId) note('edxml.numberFromId', 'Code', message.documentId);
  const { pageAmount, priority } = message.otherInfo;
  const parsed = envelopeDocument.safeParse({
    code: message.documentId,
    number,
    notation,
    issuedOn: message.promulgationDay ?? readDocumentId(message.documentId)?.day ?? '',
    documentType: type.code,
    typeName: type.name,
    summary: message.subject || message.content,
    urgency: urgencies[Math.min(priority ?? 0, 3)],
    answerDue: message.dueDay,
    signerName: message.fullName,
    signerTitle: message.position || message.competence,
    senderName: message.from.organName || message.from.organId,
    senderCode: message.from.organId,
    pageCount: pageAmount !== null && pageAmount >= 1 ? pageAmount : null,
  });
  for (const issue of parsed.error?.issues ?? []) note('edxml.notEnvelope', issue.path.join('.'), issue.message);
  const { from, to, documentId, place, content, competence, position, otherInfo, responseFor, steeringType, taskCodes, applicationType, toPlaces, trace, business } = message;
  return {
    document: parsed.data ?? null,
    extra: { from, to, documentId, place, type: message.type, typeDetail: message.typeDetail, content, competence, position, otherInfo, responseFor, steeringType, taskCodes, applicationType, toPlaces, trace, business },
    problems,
  };
}

/** Number and notation, also from senders that write both into one field or into the id alone. */
function numberOf({ codeNumber, codeNotation, documentId }: DocumentMessage): { readonly number: string; readonly notation: string; readonly isFromId: boolean } {
  if (codeNumber !== '' && codeNotation !== '') return { number: codeNumber, notation: codeNotation, isFromId: false };
  const joined = /^([^/]+)\/(.+)$/.exec(codeNumber || codeNotation);
  if (joined !== null) return { number: (joined[1] ?? '').trim(), notation: (joined[2] ?? '').trim(), isFromId: false };
  const parts = readDocumentId(documentId);
  return { number: codeNumber || (parts?.codeNumber ?? ''), notation: codeNotation || (parts?.codeNotation ?? ''), isFromId: parts !== undefined };
}

/**
 * The files of an envelope: the first listed one is the document itself, as every implementation has it. Those whose bytes did not arrive
 * are left out; the problems of the reading name them.
 */
export function envelopeFiles(attachments: readonly EdxmlAttachment[]): Pick<EnvelopeFile, 'sha256' | 'name' | 'mediaType' | 'sizeBytes' | 'role'>[] {
  const arrived = attachments.flatMap(({ name, sent, unwrapped, isListed }) => {
    const bytes = unwrapped ?? sent;
    return bytes === null ? [] : [{ name, isListed, ...bytes }];
  });
  const main = arrived.find(({ isListed }) => isListed) ?? arrived[0];
  return arrived.map((each) => ({ sha256: each.sha256, name: each.name, mediaType: each.mediaType, sizeBytes: each.sizeBytes, role: each === main ? 'main' : 'attachment' }));
}
