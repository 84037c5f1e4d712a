import type { Readable } from 'node:stream';
import type { Queryable } from '#kernel/database.ts';
import type { Kernel } from '#kernel/kernel.ts';
import { parseCalendarDay, vietnamDay } from '#kernel/time.ts';
import { openBytes } from '#engines/files/index.ts';
import { agenciesOn } from '#engines/identity/index.ts';
import { isNotice, type Business, type EnvelopeDocument, type EnvelopeFile } from '../../../contract.ts';
import { codeFor, documentIdOf, toDocumentMessage, writeEdxml, writeProblems, type AttachmentSource, type EdxmlAgency, type EdxmlBusiness, type EdxmlMessage, type EdxmlProblem, type EdxmlProfile, type PacketSigner, type PartyFacts, type StatusMessage } from '../../../edxml/index.ts';
import { readEnvelope } from '../../../envelope.ts';
import type { AnswerParcel, EnvelopeParcel, Parcel, PartnerLine, Party } from '../../adapter.ts';
import { laidOutAs } from './lay-out.ts';
import { statusWords } from './status-words.ts';

/** A parcel as the other side gets it, and what lists tell of it. */
export type Packet = { message: EdxmlMessage; messageType: 'edoc' | 'status'; documentId: string; fromCode: string; toCodes: string[]; attachments: readonly AttachmentSource[]; profile: EdxmlProfile };

/** To whom a packet goes. */
type To = Pick<PartnerLine, 'kernel' | 'partnerId'>;

/** The packet of a parcel, in the form that the other side wants. @throws EdxmlError for what no packet may carry, such as a state secret */
export async function packetOfParcel(line: To, parcel: Parcel, profile: EdxmlProfile): Promise<Packet> {
  const made = parcel.kind === 'answer' ? answerMessage(parcel, profile) : await envelopeMessage(line, parcel, profile);
  const { message } = made;
  if (message.kind === 'status') return { ...made, profile, attachments: [], messageType: 'status', documentId: message.responseFor.documentId, fromCode: message.from.organId };
  return { ...made, profile, messageType: 'edoc', documentId: message.documentId, fromCode: message.from.organId };
}

/** Everything that speaks against this packet. */
export function problemsOf({ message, profile, attachments }: Packet, signer: PacketSigner | undefined): EdxmlProblem[] {
  return writeProblems(message, { profile, attachments, ...(signer === undefined ? {} : { signer }) });
}

/** The packet as bytes; the same ones each time, but for a signature with an elliptic key. */
export function packetBytes({ message, profile, attachments }: Packet, signer: PacketSigner | undefined): Readable {
  return writeEdxml(message, { profile, attachments, ...(signer === undefined ? {} : { signer }) });
}

type Made = { message: EdxmlMessage; toCodes: string[]; attachments: readonly AttachmentSource[] };

async function envelopeMessage(line: To, parcel: EnvelopeParcel, profile: EdxmlProfile): Promise<Made> {
  const { kernel } = line;
  const { envelope } = parcel;
  const from = await partyFacts(kernel.database.pool, kernel, parcel.sender);
  const to = uniqueBy(parcel.recipients.map(({ party }) => facts(party)), (each) => codeFor(each.codes, profile.agencyCodes));
  const toCodes = to.map((each) => codeFor(each.codes, profile.agencyCodes));
  const about: About = { line, parcel, organId: codeFor(from.codes, profile.agencyCodes), toCodes };
  const part = envelope.business;
  if (part?.kind === 'take_back') return { message: takeBack({ from, document: envelope.document, named: await nameOf(about, part.of.envelopeId, { code: part.of.documentCode, document: envelope.document }), reason: part.reason, at: envelope.sentAt }, profile), toCodes, attachments: [] };
  const document = { ...envelope.document, ...part?.changed };
  const business = part === undefined ? undefined : await businessOf(about, part);
  const isNotice = business !== undefined && business.kind !== 'replace';
  // A notice has the id of the document that it is about.
  const documentId = isNotice ? business.documentId : (await nameOf(about, envelope.envelopeId, { code: envelope.document.code, document })).documentId;
  const message = toDocumentMessage({ document, from, to, profile, sentAt: envelope.sentAt, ...(business === undefined ? {} : { business }), extra: { documentId } });
  return { message, toCodes, attachments: parcel.files.map((file, index) => attachment(kernel, file, index)) };
}

/** The sender with both of its codes, so that the profile can choose. */
async function partyFacts(q: Queryable, kernel: Kernel, party: Party): Promise<PartyFacts> {
  const agency = (await agenciesOn(q, [party.agencyId], vietnamDay(kernel.clock.now()))).get(party.agencyId);
  const codes = [party.code, agency?.code, agency?.oldCode].filter((code) => typeof code === 'string' && code !== '');
  // safe because the filter leaves texts only
  return { name: party.name, codes: codes as string[] };
}

function facts(party: Party): PartyFacts {
  return { name: party.name, codes: party.code === null ? [] : [party.code] };
}

function uniqueBy<Value>(values: readonly Value[], key: (value: Value) => string): Value[] {
  return [...new Map(values.map((value) => [key(value), value])).values()];
}

function attachment(kernel: Kernel, file: EnvelopeFile, index: number): AttachmentSource {
  return {
    contentId: `f${String(index + 1)}`,
    name: file.name,
    description: file.role === 'main' ? 'Văn bản chính' : 'Tài liệu gửi kèm',
    mediaType: file.mediaType,
    open: async function* () {
      // safe because the store reads bytes, not text
      for await (const bytes of await openBytes(kernel, file.sha256)) yield bytes as Buffer;
    },
  };
}

/** The id by which the axis knows a document of ours (form 3 of the reference: agency, day, number and notation). */
function idOfDocument(document: Pick<EnvelopeDocument, 'issuedOn' | 'number' | 'notation'>, organId: string): string {
  const day = parseCalendarDay(document.issuedOn);
  return day === undefined ? '' : documentIdOf({ organId, day, codeNumber: document.number, codeNotation: document.notation });
}

type About = { line: To; parcel: EnvelopeParcel; /** The sender's code today. */ organId: string; toCodes: readonly string[] };
type Name = { documentId: string; fromCode: string };

/** By what the other side knows a document: what it was told, and only what it was never told by today's code. */
async function nameOf({ line, parcel, organId }: About, envelopeId: string, of: { code: string; document: EnvelopeDocument }): Promise<Name> {
  if (parcel.keepsDocumentId) return { documentId: of.code, fromCode: organId };
  const recipientIds = parcel.recipients.map(({ addressed }) => addressed.agencyId);
  const told = await laidOutAs(line.kernel.database.pool, { partnerId: line.partnerId, agencyId: parcel.sender.agencyId, envelopeId, recipientIds });
  return told ?? { documentId: idOfDocument(of.document, organId), fromCode: organId };
}

async function businessOf(about: About, part: Business): Promise<EdxmlBusiness> {
  const { parcel, toCodes } = about;
  const shared = { reason: part.reason, paper: 0, staff: null };
  if (part.kind === 'replace') {
    const replacements: { documentId: string; organIds: readonly string[] }[] = [];
    for (const { envelopeId, documentCode } of [part.of, ...(part.others ?? [])]) {
      const document = parcel.keepsDocumentId ? parcel.envelope.document : await documentOf(about, envelopeId);
      if (document !== undefined) replacements.push({ documentId: (await nameOf(about, envelopeId, { code: documentCode, document })).documentId, organIds: toCodes });
    }
    return { kind: 'replace', ...shared, documentId: '', replacements: uniqueBy(replacements, (each) => each.documentId) };
  }
  const { documentId } = await nameOf(about, part.of.envelopeId, { code: part.of.documentCode, document: parcel.envelope.document });
  if (part.kind !== 'update') return { kind: 'revoke', ...shared, documentId };
  const receivers = part.removedRecipients === undefined ? [] : toCodes.map((code) => ({ organId: code, change: 'removed' as const }));
  return { kind: 'update', ...shared, documentId, isContentChanged: part.changed !== undefined, areReceiversChanged: receivers.length > 0, receivers };
}

async function documentOf({ line, parcel }: About, envelopeId: string): Promise<EnvelopeDocument | undefined> {
  const q: Queryable = line.kernel.database.pool;
  const { rows } = await q.query('select original from exchange.envelope where agency_id = $1 and id = $2', [parcel.sender.agencyId, envelopeId]);
  const read = readEnvelope(String(rows[0]?.['original']));
  return read.ok ? read.envelope.document : undefined;
}

function agencyElement(party: PartyFacts, profile: EdxmlProfile): EdxmlAgency {
  return { organId: codeFor(party.codes, profile.agencyCodes), organizationInCharge: '', organName: party.name, organAdd: '', email: '', telephone: '', fax: '', website: '' };
}

/** Status 13: the sender asks to take a document back that nobody has opened. */
function takeBack(given: { from: PartyFacts; document: EnvelopeDocument; named: Name; reason: string; at: string }, profile: EdxmlProfile): StatusMessage {
  const from = agencyElement(given.from, profile);
  const { document } = given;
  return {
    kind: 'status',
    from,
    responseFor: { organId: given.named.fromCode, code: `${document.number}/${document.notation}`, promulgationDay: parseCalendarDay(document.issuedOn) ?? null, documentId: given.named.documentId },
    staff: null,
    statusCode: '13',
    description: given.reason,
    at: new Date(given.at).toISOString(),
  };
}

/** An answer of an agency here, by the codes and the id that the sender used. */
function answerMessage(parcel: AnswerParcel, profile: EdxmlProfile): Made {
  const { envelope } = parcel;
  const from = agencyElement({ name: parcel.from.name, codes: [parcel.addressed.code ?? parcel.from.code ?? ''] }, profile);
  const about = envelope?.business === undefined || envelope.business.kind === 'replace' ? envelope?.document.code : envelope.business.of.documentCode;
  const document = envelope?.document;
  const message: StatusMessage = {
    kind: 'status',
    // The code that the sender addressed, whatever scheme or agency has it today: otherwise it cannot match the answer.
    from: { ...from, organId: parcel.addressed.code ?? from.organId },
    responseFor: {
      organId: parcel.sender.code ?? parcel.sender.ref,
      code: document === undefined ? '' : `${document.number}/${document.notation}`,
      promulgationDay: document === undefined ? null : (parseCalendarDay(document.issuedOn) ?? null),
      documentId: about ?? '',
    },
    staff: { department: parcel.by.title ?? '', departmentId: '', staff: parcel.by.name, staffId: '', email: '', mobile: '' },
    statusCode: parcel.status,
    description: parcel.reason ?? statusWords(parcel.status, isNotice(envelope?.business) ? envelope.business.kind : undefined),
    at: parcel.at.toISOString(),
  };
  return { message, toCodes: [parcel.to.code ?? parcel.sender.code ?? parcel.sender.ref], attachments: [] };
}
