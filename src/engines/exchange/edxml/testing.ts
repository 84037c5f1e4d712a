/** Builders for the tests of the codec. */
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { vietnamDay } from '#kernel/time.ts';
import type { AttachmentHead, AttachmentSink } from './attachment-stream.ts';
import type { DocumentMessage, EdxmlAgency, EdxmlBusiness, StatusMessage } from './model.ts';
import { edxmlStatusCodes } from './model.ts';
import { builtInProfiles } from './profiles.ts';
import type { EdxmlProfile } from './profiles.ts';
import { readEdxml } from './read.ts';
import type { EdxmlReading, ReadOptions, WholeReading } from './read.ts';
import type { AttachmentSource } from './write.ts';
import { documentIdOf } from './values.ts';

export interface Kept {
  readonly head: AttachmentHead;
  readonly bytes: Buffer;
  /** False when the iteration threw. */
  readonly isWhole: boolean;
}

/** A sink that keeps everything in memory. */
export function keepingSink(): { readonly sink: AttachmentSink; readonly kept: Kept[] } {
  const kept: Kept[] = [];
  const sink: AttachmentSink = async (head, content) => {
    const pieces: Buffer[] = [];
    let isWhole = true;
    try {
      for await (const piece of content) pieces.push(piece);
    } catch {
      isWhole = false;
    }
    kept.push({ head, bytes: Buffer.concat(pieces), isWhole });
  };
  return { sink, kept };
}

export async function* inPieces(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

export interface ReadOnce {
  readonly reading: EdxmlReading;
  readonly kept: readonly Kept[];
}

export async function readOnce(message: Buffer | string, options: Omit<ReadOptions, 'sink'> & { readonly pieceBytes?: number } = {}): Promise<ReadOnce> {
  const { sink, kept } = keepingSink();
  const { pieceBytes = 10_000, ...rest } = options;
  return { reading: await readEdxml(inPieces(Buffer.from(message), pieceBytes), { ...rest, sink }), kept };
}

/** The reading of a message that must be readable. */
export async function readWhole(message: Buffer | string, options: Parameters<typeof readOnce>[1] = {}): Promise<WholeReading & { readonly arrived: readonly Kept[] }> {
  const { reading, kept } = await readOnce(message, options);
  if (!reading.ok) throw new Error(`${reading.problem.code} ${reading.problem.path} ${reading.problem.detail}`);
  return { ...reading, arrived: kept };
}

/** The code with which a message is refused; 'read' when it is not. */
export async function refusalOf(message: Buffer | string, options: Parameters<typeof readOnce>[1] = {}): Promise<string> {
  const { reading } = await readOnce(message, options);
  return reading.ok ? 'read' : reading.problem.code;
}

export async function bytesOf(stream: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of stream) pieces.push(piece);
  return Buffer.concat(pieces);
}

export function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

export function profileNamed(code: string, changes: Partial<EdxmlProfile> = {}): EdxmlProfile {
  const found = builtInProfiles.find((each) => each.code === code);
  if (found === undefined) throw new Error(code);
  return { ...found, ...changes };
}

export function fileOf(name: string, bytes: Buffer | string, contentId: string, mediaType = 'application/pdf'): AttachmentSource {
  return { contentId, name, description: name, mediaType, open: () => inPieces(Buffer.from(bytes), 7777) };
}

export const pdfBytes = Buffer.from('%PDF-1.7\nvăn bản chính đã ký số\n%%EOF\n');

const agency = (organId: string, organName: string): EdxmlAgency => ({ organId, organizationInCharge: 'UBND tỉnh Thanh Hóa', organName, organAdd: '', email: '', telephone: '', fax: '', website: '' });

/** The letter of the reference's example. */
export const letter: DocumentMessage = {
  kind: 'document',
  from: { ...agency('H56.05', 'Sở Nội vụ'), email: 'vanthu@example.gov.vn' },
  to: [agency('H56.12', 'Sở Tài chính')],
  documentId: 'H56.05,2026/03/16,125/SNV-VP',
  codeNumber: '125',
  codeNotation: 'SNV-VP',
  place: 'Thanh Hóa',
  promulgationDay: vietnamDay(new Date('2026-03-16T02:00:00Z')),
  type: 2,
  typeDetail: 18,
  typeName: 'Công văn',
  subject: 'V/v báo cáo công tác văn thư quý I',
  content: 'V/v báo cáo công tác văn thư quý I',
  competence: 'KT. GIÁM ĐỐC',
  position: 'PHÓ GIÁM ĐỐC',
  fullName: 'Nguyễn Văn A',
  dueDay: vietnamDay(new Date('2026-03-31T02:00:00Z')),
  otherInfo: { priority: 0, sphereOfPromulgation: '', typerNotation: 'NVA', promulgationAmount: 1, pageAmount: 2, appendixes: ['Phụ lục I'], direction: null },
  responseFor: [],
  steeringType: 1,
  taskCodes: [],
  applicationType: '',
  toPlaces: ['Như trên', 'Lưu: VT, VP'],
  trace: [{ organId: 'H56.05', at: '2026-03-16T02:15:30.000Z' }],
  business: { kind: 'new', reason: 'Văn bản điện tử mới', paper: 0, staff: { department: 'Văn phòng', departmentId: '', staff: 'Văn thư', staffId: '', email: '', mobile: '' }, documentId: '' },
};

export const receipt: StatusMessage = {
  kind: 'status',
  from: agency('H56.12', 'Sở Tài chính'),
  responseFor: { organId: 'H56.05', code: '125/SNV-VP', promulgationDay: letter.promulgationDay, documentId: letter.documentId },
  staff: { department: 'Văn phòng', departmentId: '', staff: 'Văn thư', staffId: '', email: '', mobile: '' },
  statusCode: '03',
  description: 'Đã tiếp nhận, số đến 88',
  at: '2026-03-16T03:02:11.000Z',
};

// What people write: Vietnamese, marks that XML cares for, line breaks inside; without white space at the ends, which readers take off.
const text = (maxLength = 60) => fc.string({ unit: fc.oneof(fc.constantFrom('ạ', 'ế', 'Đ', '&', '<', '>', '"', "'", '\n', '\t', ' ', ']]>', ';', ',', '/', '😀'), fc.string({ minLength: 1, maxLength: 1 })), maxLength }).map((value) => value.replace(/[\u0000-\u0008\u000b-\u001f\ufffe\uffff]/g, '').toWellFormed().trim());
const full = (maxLength = 60) => text(maxLength).map((value) => value || 'x');
const code = fc.constantFrom('H56.05', '000.00.12.H53', 'H53.12.34', '000.00.00.G22', 'G09');
const dayOf = fc.date({ min: new Date('1990-01-01T00:00:00Z'), max: new Date('2090-01-01T00:00:00Z'), noInvalidDate: true }).map((date) => vietnamDay(date));
const instant = fc.date({ min: new Date('1990-01-01T00:00:00Z'), max: new Date('2090-01-01T00:00:00Z'), noInvalidDate: true }).map((date) => `${date.toISOString().slice(0, 19)}.000Z`);
const count = fc.option(fc.integer({ min: 0, max: 9999 }), { nil: null });
const flag = fc.option(fc.boolean(), { nil: null });
const party = (organId: fc.Arbitrary<string>) => fc.record({ organId, organizationInCharge: text(), organName: text(), organAdd: text(), email: text(), telephone: text(), fax: text(), website: text() });
const staff = fc.option(fc.record({ department: text(), departmentId: text(), staff: text(), staffId: text(), email: text(), mobile: text() }), { nil: null });
const responseFor = fc.record({ organId: text(), code: full(), promulgationDay: fc.option(dayOf, { nil: null }), documentId: full() });
const base = { reason: text(), paper: count, staff };
const business: fc.Arbitrary<EdxmlBusiness> = fc.oneof(
  fc.record({ kind: fc.constant('new' as const), documentId: text(), ...base }),
  fc.record({ kind: fc.constant('revoke' as const), documentId: full(), ...base }),
  fc.record({
    kind: fc.constant('update' as const),
    documentId: full(),
    ...base,
    isContentChanged: flag,
    areReceiversChanged: flag,
    receivers: fc.array(fc.record({ organId: code, change: fc.constantFrom('removed' as const, 'added' as const) }), { maxLength: 3 }),
  }),
  fc.record({ kind: fc.constant('replace' as const), documentId: text(), ...base, replacements: fc.array(fc.record({ documentId: full(), organIds: fc.array(code, { maxLength: 3 }) }), { minLength: 1, maxLength: 3 }) }),
);

/** Any document message that may be written. */
export const anyDocument: fc.Arbitrary<DocumentMessage> = fc
  .record({
    kind: fc.constant('document' as const),
    from: party(code),
    to: fc.uniqueArray(party(fc.integer({ min: 1, max: 99 }).map((n) => `H56.${n}`)), { minLength: 1, maxLength: 4, selector: ({ organId }) => organId }),
    codeNumber: fc.integer({ min: 1, max: 99999 }).map(String),
    codeNotation: fc.constantFrom('SNV-VP', 'QĐ-UBND', 'VPCP-TTĐT'),
    place: text(),
    promulgationDay: dayOf,
    type: count,
    typeDetail: count,
    typeName: full(),
    subject: full(500),
    content: text(500),
    competence: text(),
    position: text(),
    fullName: text(),
    dueDay: fc.option(dayOf, { nil: null }),
    otherInfo: fc.record({
      priority: fc.option(fc.integer({ min: 0, max: 4 }), { nil: null }),
      sphereOfPromulgation: text(),
      typerNotation: text(),
      promulgationAmount: count,
      pageAmount: count,
      appendixes: fc.array(full(), { maxLength: 3 }),
      direction: flag,
    }),
    responseFor: fc.array(responseFor, { maxLength: 3 }),
    steeringType: count,
    taskCodes: fc.array(full(), { maxLength: 2 }),
    applicationType: text(),
    toPlaces: fc.array(full(), { maxLength: 3 }),
    trace: fc.array(fc.record({ organId: text(), at: fc.option(instant, { nil: null }) }), { minLength: 1, maxLength: 3 }),
    business,
  })
  .map((message) => ({ ...structuredClone(message), documentId: documentIdOf({ organId: message.from.organId, day: message.promulgationDay, codeNumber: message.codeNumber, codeNotation: message.codeNotation }) }));

/** Any status message that may be written. */
export const anyStatus: fc.Arbitrary<StatusMessage> = fc
  .record({
  kind: fc.constant('status' as const),
  from: party(code),
  responseFor,
  staff,
  statusCode: fc.constantFrom(...edxmlStatusCodes),
  description: text(500),
  at: fc.option(instant, { nil: null }),
}).map((message) => structuredClone(message));

/** Any profile that may stand in a table. */
export const anyProfile: fc.Arbitrary<EdxmlProfile> = fc
  .record({
    namespace: fc.constantFrom('qcvn' as const, 'eDocSchema' as const, 'goVn' as const),
    spelling: fc.constantFrom('Bussiness' as const, 'Business' as const),
    order: fc.constantFrom('toolkit' as const, 'numbered' as const),
    cid: fc.constantFrom('both' as const, 'manifest' as const),
    hasLinks: fc.boolean(),
    wrapping: fc.constantFrom('none' as const, 'toolkit' as const),
    dayForm: fc.constantFrom('yyyy/MM/dd' as const, 'dd/MM/yyyy' as const),
    agencyCodes: fc.constantFrom('qcvn-2016' as const, 'qd-20-2020' as const),
    typeNumbers: fc.constantFrom('list-b' as const, 'detail' as const),
  })
  .map((changes) => profileNamed('national-axis', { ...changes, signature: { form: 'none' } }));
