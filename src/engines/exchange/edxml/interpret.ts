/** From the tree of a message to the message: by local names, in any order, in both spellings. */
import type { DocumentMessage, EdxmlAgency, EdxmlBusiness, EdxmlMessage, EdxmlOtherInfo, EdxmlResponseFor, EdxmlStaff, StatusMessage } from './model.ts';
import { edxmlStatusCodes } from './model.ts';
import { childNodes, childrenNamed, placeOfNode, textOf } from './tree.ts';
import type { XmlNode } from './tree.ts';
import { createNotes, fatal, groupOf } from './fields.ts';
import type { Group, Notes } from './fields.ts';
import { namespaceVariantOf, type NamespaceVariant } from './namespaces.ts';
import { documentIdOf, readDocumentId } from './values.ts';

export interface Interpreted {
  readonly message: EdxmlMessage;
  readonly namespace: NamespaceVariant;
  readonly manifest: readonly ManifestEntry[];
}

/** A line of the manifest: what the message says that it carries. */
export interface ManifestEntry {
  readonly contentId: string;
  readonly contentType: string;
  readonly description: string;
  readonly attachmentName: string;
  readonly node: XmlNode;
}

/** Reads the message off its tree. @throws EdxmlError for what cannot be overlooked */
export function interpret(root: XmlNode, notes: Notes = createNotes()): Interpreted {
  if (root.start.local === 'Envelope') throw fatal('edxml.soap', placeOfNode(root));
  if (root.start.local !== 'edXML' && root.start.local !== 'edXMLEnvelope') throw fatal('edxml.notEdxml', placeOfNode(root), root.start.name);
  const outer = groupOf(root, notes);
  const isBare = root.start.local === 'edXMLEnvelope';
  const envelope = isBare ? outer : groupOf(needed(outer.one('edXMLEnvelope', true), root, 'edXMLEnvelope'), notes);
  const namespace = namespaceVariantOf(envelope.node?.start.namespace ?? '');
  if (namespace !== 'qcvn') notes.note('edxml.namespace', placeOfNode(root), envelope.node?.start.namespace ?? '');
  const header = groupOf(needed(envelope.one('edXMLHeader', true), root, 'edXMLHeader'), notes);
  const messageHeader = groupOf(needed(header.one('MessageHeader', true), root, 'MessageHeader'), notes);
  const trace = groupOf(header.one('TraceHeaderList', true), notes);
  // The signatures are looked at elsewhere; here they are no surprise.
  for (const signature of ['Signature', 'DigitalSignature']) header.many(signature);
  const manifest = groupOf(envelope.one('edXMLBody', true), notes).one('edXMLManifest', true);
  const isStatus = childrenNamed(messageHeader.node, 'StatusCode').length > 0;
  const message = isStatus ? readStatus(messageHeader, notes) : readDocument(messageHeader, trace, notes);
  outer.many('AttachmentEncoded');
  envelope.many('AttachmentEncoded');
  for (const each of [messageHeader, trace, header, envelope]) each.finish();
  if (!isBare) outer.finish();
  return { message, namespace, manifest: childrenNamed(manifest, 'Reference').map((each) => manifestEntry(each, notes)) };
}

function needed(node: XmlNode | undefined, root: XmlNode, local: string): XmlNode {
  if (node === undefined) throw fatal('edxml.missing', placeOfNode(root), local);
  return node;
}

function manifestEntry(node: XmlNode, notes: Notes): ManifestEntry {
  const group = groupOf(node, notes);
  const linked = node.start.attributes.find(({ local }) => local === 'href')?.value ?? '';
  return { contentId: group.text('ContentId') || linked, contentType: group.text('ContentType'), description: group.text('Description'), attachmentName: group.text('AttachmentName'), node };
}

function readAgency(node: XmlNode | undefined, notes: Notes): EdxmlAgency {
  const group = groupOf(node, notes);
  const agency = {
    organId: group.text('OrganId', 35),
    organizationInCharge: group.text('OrganizationInCharge', 500),
    organName: group.text('OrganName', 200),
    organAdd: group.text('OrganAdd', 500),
    email: group.text('Email', 100),
    telephone: group.text('Telephone', 50),
    fax: group.text('Fax', 50),
    website: group.text('Website', 100),
  };
  group.finish();
  return agency;
}

/** Who wrote the message is never guessed. */
function readSender(header: Group, notes: Notes): EdxmlAgency {
  const node = header.one('From', true);
  const from = readAgency(node, notes);
  if (node === undefined || from.organId === '') throw fatal('edxml.missing', place(header), 'From/OrganId');
  if (childrenNamed(node, 'OrganId').length > 1) throw fatal('edxml.ambiguous', placeOfNode(node), 'From/OrganId');
  return from;
}

function place({ node }: Group): { readonly path: string; readonly offset: number | null } {
  return node === undefined ? { path: '', offset: null } : placeOfNode(node);
}

function readReceivers(header: Group, notes: Notes): EdxmlAgency[] {
  const seen = new Set<string>();
  const to: EdxmlAgency[] = [];
  for (const node of header.many('To')) {
    const agency = readAgency(node, notes);
    if (agency.organId !== '' && seen.has(agency.organId)) {
      notes.note('edxml.duplicateReceiver', placeOfNode(node), agency.organId);
      continue;
    }
    seen.add(agency.organId);
    to.push(agency);
  }
  if (to.every(({ organId }) => organId === '')) throw fatal('edxml.missing', place(header), 'To/OrganId');
  return to;
}

function readStaff(node: XmlNode | undefined, notes: Notes): EdxmlStaff | null {
  if (node === undefined) return null;
  const group = groupOf(node, notes);
  const staff = {
    department: group.text('Department'),
    departmentId: group.text('DepartmentId'),
    staff: group.text('Staff'),
    staffId: group.text('StaffId'),
    email: group.text('Email'),
    mobile: group.text('Mobile'),
  };
  group.finish();
  return staff;
}

function readResponseFor(node: XmlNode, notes: Notes): EdxmlResponseFor {
  const group = groupOf(node, notes);
  const responseFor = { organId: group.text('OrganId'), code: group.text('Code'), promulgationDay: group.day('PromulgationDate'), documentId: group.text('DocumentId') };
  group.finish();
  return responseFor;
}

function readDocument(header: Group, trace: Group, notes: Notes): DocumentMessage {
  const from = readSender(header, notes);
  const to = readReceivers(header, notes);
  const code = groupOf(header.one('Code', true), notes);
  const promulgation = header.group('PromulgationInfo');
  const type = header.group('DocumentType');
  const signer = header.group('SignerInfo');
  const tasks = header.group('ResponseForTask');
  const places = header.group('ToPlaces');
  const read = {
    kind: 'document' as const,
    from,
    to,
    codeNumber: code.text('CodeNumber', 11),
    codeNotation: code.text('CodeNotation', 30),
    place: promulgation.text('Place', 50),
    promulgationDay: promulgation.day('PromulgationDate'),
    type: type.integer('Type'),
    typeDetail: type.integer('TypeDetail'),
    typeName: type.text('TypeName', 100),
    subject: header.text('Subject', 500),
    content: header.text('Content', 500),
    competence: signer.text('Competence'),
    position: signer.text('Position', 100),
    fullName: signer.text('FullName', 50),
    dueDay: header.day('DueDate'),
    otherInfo: readOtherInfo(header.group('OtherInfo'), notes),
    responseFor: header
      .many('ResponseFor')
      .filter((node) => textOf(node) !== '')
      .map((node) => readResponseFor(node, notes)),
    steeringType: header.integer('SteeringType'),
    taskCodes: textsOf(tasks.many('TaskCode')),
    applicationType: header.text('ApplicationType'),
    toPlaces: textsOf(places.many('Place')),
    trace: readTrace(trace, notes),
    business: readBusiness(trace, notes),
  };
  for (const each of [code, promulgation, type, signer, tasks, places]) each.finish();
  return { ...read, documentId: readIdOf(header, read, notes) };
}

function textsOf(nodes: readonly XmlNode[]): string[] {
  return nodes.map(textOf).filter((each) => each !== '');
}

function readIdOf(header: Group, read: Pick<DocumentMessage, 'from' | 'promulgationDay' | 'codeNumber' | 'codeNotation'>, notes: Notes): string {
  const node = header.one('DocumentId', true);
  const documentId = node === undefined ? '' : textOf(node);
  if (documentId !== '') {
    if (readDocumentId(documentId) === undefined) notes.note('edxml.documentId', node === undefined ? place(header) : placeOfNode(node), documentId);
    return documentId;
  }
  if (read.promulgationDay === null || (read.codeNumber === '' && read.codeNotation === '')) throw fatal('edxml.missing', place(header), 'DocumentId');
  notes.note('edxml.documentIdMissing', place(header));
  return documentIdOf({ organId: read.from.organId, day: read.promulgationDay, codeNumber: read.codeNumber, codeNotation: read.codeNotation });
}

function readOtherInfo(group: Group, notes: Notes): EdxmlOtherInfo {
  const priorityNode = childrenNamed(group.node, 'Priority')[0];
  const given = group.integer('Priority');
  const isKnown = given === null || (given >= 0 && given <= 4);
  if (!isKnown && priorityNode !== undefined) {
    notes.note('edxml.priority', placeOfNode(priorityNode), String(given));
    notes.keep(priorityNode);
  }
  const appendixes = group.group('Appendixes');
  const info = {
    priority: isKnown ? given : null,
    sphereOfPromulgation: group.text('SphereOfPromulgation', 100),
    typerNotation: group.text('TyperNotation', 10),
    promulgationAmount: group.integer('PromulgationAmount'),
    pageAmount: group.integer('PageAmount'),
    appendixes: textsOf(appendixes.many('Appendix')),
    direction: group.flag('Direction'),
  };
  for (const each of [appendixes, group]) each.finish();
  return info;
}

function readTrace(trace: Group, notes: Notes): DocumentMessage['trace'] {
  const hops = trace.many('TraceHeader').map((node) => {
    const group = groupOf(node, notes);
    const hop = { organId: group.text('OrganId'), at: group.instant('Timestamp') };
    group.finish();
    return hop;
  });
  if (hops.length === 0) notes.note('edxml.traceMissing', place(trace));
  return hops;
}

const businessKinds = ['new', 'revoke', 'update', 'replace'] as const;

/** The standard's own spelling is `Bussiness`; some have mended it. */
const spelled = (rest: string): readonly string[] => [`Bussiness${rest}`, `Business${rest}`];

function readBusiness(trace: Group, notes: Notes): EdxmlBusiness {
  const node = trace.one(spelled(''), true);
  if (node === undefined) {
    notes.note('edxml.businessMissing', place(trace));
    return { kind: 'new', reason: '', paper: null, staff: null, documentId: '' };
  }
  const group = groupOf(node, notes);
  const typeNode = group.one(spelled('DocType'), true);
  const given = typeNode === undefined ? '' : textOf(typeNode);
  const kind = given === '' ? undefined : /^\d$/.test(given) ? businessKinds[Number(given)] : undefined;
  if (kind === undefined) throw fatal('edxml.businessType', placeOfNode(typeNode ?? node), given);
  const base = {
    reason: group.text(spelled('DocReason')),
    paper: group.integer('Paper'),
    staff: readStaff(group.one('StaffInfo'), notes),
    documentId: textOfVital(group, 'DocumentId'),
  };
  const info = groupOf(group.one(spelled('DocumentInfo'), true), notes);
  const replacementList = group.one('ReplacementInfoList', true);
  const business: EdxmlBusiness =
    kind === 'update'
      ? { kind, ...base, isContentChanged: info.flag('DocumentInfo'), areReceiversChanged: info.flag('DocumentReceiver'), receivers: readReceiverChanges(info, notes) }
      : kind === 'replace'
        ? { kind, ...base, replacements: readReplacements(replacementList) }
        : { kind, ...base };
  const isAboutNothing = kind === 'replace' ? business.kind === 'replace' && business.replacements.length === 0 && base.documentId === '' : kind !== 'new' && base.documentId === '';
  if (isAboutNothing) throw fatal('edxml.businessTarget', placeOfNode(node));
  // Empty elements of the other kinds are harmless; full ones are kept.
  for (const rest of [kind === 'update' ? undefined : info.node, kind === 'replace' ? undefined : replacementList]) {
    if (rest !== undefined && textOf(rest) !== '') notes.keep(rest);
  }
  group.finish();
  return business;
}

function textOfVital(group: Group, local: string): string {
  const node = group.one(local, true);
  return node === undefined ? '' : textOf(node);
}

function readReceiverChanges(info: Group, notes: Notes): { readonly organId: string; readonly change: 'removed' | 'added' }[] {
  const list = info.group('ReceiverList');
  const changes = list.many('Receiver').map((node) => {
    const group = groupOf(node, notes);
    const organId = group.text('OrganId');
    const type = group.integer('ReceiverType');
    // Adding an agency by mistake hands it a document, taking one away by mistake loses it: nothing is guessed.
    if (organId === '' || (type !== 0 && type !== 1)) throw fatal('edxml.businessTarget', placeOfNode(node), `${organId} ${type ?? ''}`);
    return { organId, change: type === 1 ? ('added' as const) : ('removed' as const) };
  });
  list.finish();
  return changes;
}

function readReplacements(list: XmlNode | undefined): { readonly documentId: string; readonly organIds: readonly string[] }[] {
  return childrenNamed(list, 'ReplacementInfo').map((node) => {
    const documentId = childrenNamed(node, 'DocumentId').map(textOf)[0] ?? '';
    if (documentId === '') throw fatal('edxml.businessTarget', placeOfNode(node));
    return { documentId, organIds: textsOf(childrenNamed(node, 'OrganIdList').flatMap((each) => childNodes(each).filter(({ start }) => start.local === 'OrganId'))) };
  });
}

function readStatus(header: Group, notes: Notes): StatusMessage {
  const from = readSender(header, notes);
  const target = header.one('ResponseFor', true);
  const responseFor = target === undefined ? undefined : readResponseFor(target, notes);
  if (target === undefined || responseFor === undefined || (responseFor.documentId === '' && responseFor.code === '')) throw fatal('edxml.missing', place(header), 'ResponseFor');
  const codeNode = header.one('StatusCode', true);
  const given = codeNode === undefined ? '' : textOf(codeNode);
  const statusCode = edxmlStatusCodes.find((each) => each === given.padStart(2, '0'));
  if (statusCode === undefined) throw fatal('edxml.statusCode', codeNode === undefined ? place(header) : placeOfNode(codeNode), given);
  if (statusCode !== given && codeNode !== undefined) notes.note('edxml.statusCodeForm', placeOfNode(codeNode), given);
  return { kind: 'status', from, responseFor, staff: readStaff(header.one('StaffInfo'), notes), statusCode, description: header.text('Description'), at: header.instant('Timestamp') };
}
