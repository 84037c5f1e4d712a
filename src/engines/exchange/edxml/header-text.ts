/** The header of a message as XML, canonical already: what is written is what is signed. */
import { escapeText } from './canonical.ts';
import type { DocumentMessage, EdxmlAgency, EdxmlBusiness, EdxmlResponseFor, EdxmlStaff, StatusMessage } from './model.ts';
import type { EdxmlProfile } from './profiles.ts';
import { writeDay, writeInstant } from './values.ts';

/** An element with text. Characters that XML cannot carry, such as the line breaks of old Word files, become spaces. */
export function textElement(name: string, text: string | number | null): string {
  const clean = String(text ?? '').toWellFormed().replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, ' ');
  return `<${name}>${escapeText(clean)}</${name}>`;
}

function e(local: string, text: string | number | null): string {
  return textElement(`edXML:${local}`, text);
}

function group(local: string, ...content: readonly string[]): string {
  return `<edXML:${local}>${content.join('')}</edXML:${local}>`;
}

function optional(local: string, text: string | number | null): string {
  return text === null || text === '' ? '' : e(local, text);
}

function agency(local: string, { organId, organizationInCharge, organName, organAdd, email, telephone, fax, website }: EdxmlAgency): string {
  return group(
    local,
    e('OrganId', organId),
    e('OrganizationInCharge', organizationInCharge),
    e('OrganName', organName),
    e('OrganAdd', organAdd),
    e('Email', email),
    e('Telephone', telephone),
    e('Fax', fax),
    e('Website', website),
  );
}

function staffInfo(staff: EdxmlStaff | null): string {
  if (staff === null) return '';
  return group('StaffInfo', e('Department', staff.department), optional('DepartmentId', staff.departmentId), e('Staff', staff.staff), optional('StaffId', staff.staffId), e('Email', staff.email), e('Mobile', staff.mobile));
}

function responseFor({ organId, code, promulgationDay, documentId }: EdxmlResponseFor, { dayForm }: EdxmlProfile): string {
  return group('ResponseFor', e('OrganId', organId), e('Code', code), e('PromulgationDate', promulgationDay === null ? '' : writeDay(promulgationDay, dayForm)), e('DocumentId', documentId));
}

function flag(local: string, value: boolean | null): string {
  return value === null ? '' : e(local, value ? 1 : 0);
}

/** MessageHeader of a document. */
export function documentHeader(message: DocumentMessage, profile: EdxmlProfile): string {
  const { otherInfo: other } = message;
  const day = (value: DocumentMessage['dueDay']): string => (value === null ? '' : writeDay(value, profile.dayForm));
  const documentId = e('DocumentId', message.documentId);
  const places = message.toPlaces.length === 0 ? '' : group('ToPlaces', ...message.toPlaces.map((each) => e('Place', each)));
  const isNumbered = profile.order === 'numbered';
  const otherInfo = group(
    'OtherInfo',
    e('Priority', other.priority),
    e('SphereOfPromulgation', other.sphereOfPromulgation),
    e('TyperNotation', other.typerNotation),
    e('PromulgationAmount', other.promulgationAmount),
    e('PageAmount', other.pageAmount),
    other.direction === null ? '' : e('Direction', String(other.direction)),
    group('Appendixes', ...other.appendixes.map((each) => e('Appendix', each))),
  );
  return group(
    'MessageHeader',
    agency('From', message.from),
    ...message.to.map((each) => agency('To', each)),
    isNumbered ? '' : documentId,
    group('Code', e('CodeNumber', message.codeNumber), e('CodeNotation', message.codeNotation)),
    group('PromulgationInfo', e('Place', message.place), e('PromulgationDate', day(message.promulgationDay))),
    group('DocumentType', e('Type', message.type), e('TypeDetail', message.typeDetail), e('TypeName', message.typeName)),
    e('Subject', message.subject),
    e('Content', message.content),
    group('SignerInfo', e('Competence', message.competence), e('Position', message.position), e('FullName', message.fullName)),
    e('DueDate', day(message.dueDay)),
    isNumbered ? places : '',
    otherInfo,
    ...message.responseFor.map((each) => responseFor(each, profile)),
    e('SteeringType', message.steeringType),
    message.taskCodes.length === 0 ? '' : group('ResponseForTask', ...message.taskCodes.map((each) => e('TaskCode', each))),
    optional('ApplicationType', message.applicationType),
    isNumbered ? documentId : places,
  );
}

const businessTypes = { new: 0, revoke: 1, update: 2, replace: 3 } as const;

/** TraceHeaderList with the hops and the business part. */
export function traceHeaderList({ trace, business }: DocumentMessage, profile: EdxmlProfile): string {
  const hops = trace.map(({ organId, at }) => group('TraceHeader', e('OrganId', organId), e('Timestamp', at === null ? '' : writeInstant(at, profile.dayForm))));
  return group('TraceHeaderList', ...hops, businessPart(business, profile.spelling));
}

function businessPart(business: EdxmlBusiness, spelling: EdxmlProfile['spelling']): string {
  return group(
    spelling,
    optional('DocumentId', business.documentId),
    e(`${spelling}DocType`, businessTypes[business.kind]),
    e(`${spelling}DocReason`, business.reason),
    optional('Paper', business.paper),
    business.kind === 'update' ? updateInfo(business, spelling) : '',
    staffInfo(business.staff),
    business.kind === 'replace' ? replacementList(business) : '',
  );
}

function updateInfo(business: Extract<EdxmlBusiness, { kind: 'update' }>, spelling: EdxmlProfile['spelling']): string {
  const receivers = business.receivers.map(({ organId, change }) => group('Receiver', e('OrganId', organId), e('ReceiverType', change === 'added' ? 1 : 0)));
  return group(`${spelling}DocumentInfo`, flag('DocumentInfo', business.isContentChanged), flag('DocumentReceiver', business.areReceiversChanged), receivers.length === 0 ? '' : group('ReceiverList', ...receivers));
}

function replacementList({ replacements }: Extract<EdxmlBusiness, { kind: 'replace' }>): string {
  const infos = replacements.map(({ documentId, organIds }) => group('ReplacementInfo', e('DocumentId', documentId), group('OrganIdList', ...organIds.map((each) => e('OrganId', each)))));
  return infos.length === 0 ? '' : group('ReplacementInfoList', ...infos);
}

/** MessageHeader of a status. */
export function statusHeader(message: StatusMessage, profile: EdxmlProfile): string {
  return group(
    'MessageHeader',
    agency('From', message.from),
    responseFor(message.responseFor, profile),
    staffInfo(message.staff),
    e('StatusCode', message.statusCode),
    e('Description', message.description),
    e('Timestamp', message.at === null ? '' : writeInstant(message.at, profile.dayForm)),
  );
}
