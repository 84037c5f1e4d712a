import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { EnvelopeDocument } from '../contract.ts';
import { readAgencyCode } from './agency-codes.ts';
import { codeFor, envelopeFiles, fromDocumentMessage, toDocumentMessage } from './mapping.ts';
import type { OutgoingFacts } from './mapping.ts';
import type { DocumentMessage } from './model.ts';
import { EdxmlError } from './problems.ts';
import { anyDocument, bytesOf, letter, profileNamed, readWhole } from './testing.ts';
import { writeEdxml } from './write.ts';

const types = [
  { code: 'cong-van', name: 'Công văn' },
  { code: 'quyet-dinh', name: 'Quyết định (cá biệt)' },
  { code: 'to-trinh', name: 'Tờ trình' },
];

const document: EnvelopeDocument = {
  code: 'H56.05.2026.125',
  number: '125',
  notation: 'SNV-VP',
  issuedOn: '2026-03-16',
  documentType: 'cong-van',
  typeName: 'Công văn',
  summary: 'V/v báo cáo công tác văn thư quý I',
  urgency: 'very_urgent',
  answerDue: '2026-03-31',
  signerName: 'Nguyễn Văn A',
  signerTitle: 'Phó Giám đốc',
  senderName: 'Sở Nội vụ',
  senderCode: 'H56.05',
  pageCount: 2,
};

const outgoing: OutgoingFacts = {
  document,
  from: { name: 'Sở Nội vụ', codes: ['H56.05'], superiorName: 'UBND tỉnh Thanh Hóa' },
  to: [{ name: 'Sở Tài chính', codes: ['H56.12', '000.00.12.H56'] }],
  profile: profileNamed('national-axis', { signature: { form: 'none' } }),
  sentAt: '2026-03-16T02:15:30Z',
};

test('our record goes over the wire and comes back the same; only its own code becomes the id that the axis carries', async () => {
  for (const code of ['national-axis', 'java-toolkit', 'net-toolkit']) {
    const profile = profileNamed(code, { signature: { form: 'none' } });
    const message = toDocumentMessage({ ...outgoing, profile });
    const reading = await readWhole(await bytesOf(writeEdxml(message, { profile })));
    assert.ok(reading.message.kind === 'document');
    const { document: back, problems } = fromDocumentMessage(reading.message, types);
    assert.deepEqual(problems, []);
    const organId = code === 'java-toolkit' ? '000.00.05.H56' : 'H56.05';
    assert.deepEqual(back, { ...document, secrecy: 'none', code: `${organId},2026/03/16,125/SNV-VP`, senderCode: organId });
  }
});

test('what a message says beyond our record is kept, and the same message can be written from both', () => {
  fc.assert(
    fc.property(anyDocument, (message) => {
      const { document: read, extra } = fromDocumentMessage(message, types);
      assert.ok(read !== null);
      const again = toDocumentMessage({ ...outgoing, document: read, extra });
      assert.deepEqual({ ...again, otherInfo: { ...again.otherInfo, priority: message.otherInfo.priority, pageAmount: message.otherInfo.pageAmount } }, message);
      assert.equal(again.otherInfo.priority, message.otherInfo.priority ?? 0);
    }),
    { numRuns: 100 },
  );
});

test('the numbers of the type and the code of the agency follow the partner', () => {
  const numbers = (code: string, changes: Partial<EnvelopeDocument> = {}): unknown[] => {
    const { type, typeDetail, from, steeringType } = toDocumentMessage({ ...outgoing, document: { ...document, ...changes }, profile: profileNamed(code) });
    return [type, typeDetail, from.organId, steeringType];
  };
  assert.deepEqual(numbers('national-axis'), [2, 18, 'H56.05', 1]);
  assert.deepEqual(numbers('java-toolkit', { typeName: 'Quyết định' }), [2, 2, '000.00.05.H56', 1]);
  assert.deepEqual(numbers('net-toolkit'), [18, 0, 'H56.05', 1]);
  assert.deepEqual(numbers('net-toolkit', { typeName: 'Sách trắng' }), [null, 0, 'H56.05', 1]);
});

test('state secrets are never put into a message, nor is a document without a date', () => {
  const refused = (changes: Partial<EnvelopeDocument>, code: string): void =>
    assert.throws(() => toDocumentMessage({ ...outgoing, document: { ...document, ...changes } }), (error) => error instanceof EdxmlError && error.problem.code === code);
  refused({ secrecy: 'secret' }, 'edxml.stateSecret');
  refused({ issuedOn: '2026-02-30' }, 'edxml.incomplete');
});

const read = (changes: Partial<DocumentMessage>): ReturnType<typeof fromDocumentMessage> => fromDocumentMessage({ ...letter, ...changes }, types);

test('the type is known by its name however it is written; the number only helps where there is no name', () => {
  const type = (changes: Partial<DocumentMessage>): unknown[] => {
    const { document: found, problems } = read(changes);
    return [found?.documentType, found?.typeName, ...problems.map(({ code }) => code)];
  };
  assert.deepEqual(type({ typeName: 'CÔNG VĂN', type: 1 }), ['cong-van', 'CÔNG VĂN']);
  assert.deepEqual(type({ typeName: 'Quyết định' }), ['quyet-dinh', 'Quyết định']);
  assert.deepEqual(type({ typeName: 'Cong van' }), ['cong-van', 'Cong van']);
  assert.deepEqual(type({ typeName: '', type: 2, typeDetail: 18 }), ['cong-van', 'Công văn']);
  assert.deepEqual(type({ typeName: '', type: 16, typeDetail: 0 }), ['to-trinh', 'Tờ trình']);
  assert.deepEqual(type({ typeName: 'Thông tư liên tịch' }), ['thong-tu-lien-tich', 'Thông tư liên tịch', 'edxml.typeUnknown']);
  assert.deepEqual(type({ typeName: '', type: null, typeDetail: null }), ['khac', 'Văn bản', 'edxml.typeUnknown']);
});

test('urgency 4 of old systems is flash, and stays 4 when it is passed on', () => {
  const { document: found, extra, problems } = read({ otherInfo: { ...letter.otherInfo, priority: 4 } });
  assert.ok(found !== null);
  assert.deepEqual([found.urgency, problems.map(({ code }) => code)], ['flash', ['edxml.timedFlash']]);
  assert.equal(toDocumentMessage({ ...outgoing, document: found, extra }).otherInfo.priority, 4);
  assert.equal(toDocumentMessage({ ...outgoing, document: { ...found, urgency: 'normal' }, extra }).otherInfo.priority, 0);
  assert.equal(read({ otherInfo: { ...letter.otherInfo, priority: null } }).document?.urgency, 'normal');
});

test('number and notation are found where senders put them', () => {
  const number = (changes: Partial<DocumentMessage>): unknown[] => {
    const { document: found, problems } = read(changes);
    return [found?.number, found?.notation, ...problems.map(({ code, path }) => `${code} ${path}`)];
  };
  assert.deepEqual(number({ codeNumber: '7816/VPCP-TTĐT', codeNotation: '' }), ['7816', 'VPCP-TTĐT']);
  assert.deepEqual(number({ codeNumber: '', codeNotation: '7816/VPCP-TTĐT' }), ['7816', 'VPCP-TTĐT']);
  assert.deepEqual(number({ codeNumber: '', codeNotation: '' }), ['125', 'SNV-VP', 'edxml.numberFromId Code']);
  assert.deepEqual(number({ codeNumber: '', codeNotation: '', documentId: 'x' }), [undefined, undefined, 'edxml.notEnvelope number', 'edxml.notEnvelope notation']);
});

test('a record that lacks what ours must have is none, and every lack is named', () => {
  const { document: found, problems } = read({ promulgationDay: null, documentId: 'x', subject: '', content: '', fullName: 'x'.repeat(300) });
  assert.equal(found, null);
  assert.deepEqual(problems.map(({ code, path }) => `${code} ${path}`), ['edxml.notEnvelope issuedOn', 'edxml.notEnvelope summary', 'edxml.notEnvelope signerName']);
  assert.equal(read({ promulgationDay: null }).document?.issuedOn, '2026-03-16', 'the day stands in the id too');
});

test('of several files the first listed one is the document; what did not arrive is left out', () => {
  const bytes = { sha256: 'a'.repeat(64), sizeBytes: 1, mediaType: 'application/pdf' };
  const file = { contentId: 'f', statedName: '', description: '', statedMediaType: '', isListed: true, sent: bytes, unwrapped: null };
  const files = envelopeFiles([
    { ...file, ordinal: 0, name: 'lạ.pdf', isListed: false },
    { ...file, ordinal: 1, name: 'hỏng.pdf', sent: null },
    { ...file, ordinal: 2, name: 'chính.pdf' },
    { ...file, ordinal: 3, name: 'bảng.xlsx', unwrapped: { ...bytes, sizeBytes: 7 } },
  ]);
  assert.deepEqual(files.map(({ name, role, sizeBytes }) => [name, role, sizeBytes]), [['lạ.pdf', 'attachment', 1], ['chính.pdf', 'main', 1], ['bảng.xlsx', 'attachment', 7]]);
});

test('codes of the two schemes turn into one another where the convention holds', () => {
  const pairs = [['000.00.00.H49', 'H49'], ['000.00.12.H53', 'H53.12'], ['000.20.31.H53', 'H53.31.20'], ['005.20.31.H53', 'H53.31.20.005']] as const;
  for (const [old, current] of pairs) {
    assert.deepEqual([readAgencyCode(old).scheme, readAgencyCode(old).counterpart], ['qcvn-2016', current]);
    assert.deepEqual([readAgencyCode(current).scheme, readAgencyCode(current).counterpart], ['qd-20-2020', old]);
    assert.equal(readAgencyCode(current.toLowerCase()).counterpart, old);
  }
  for (const [code, scheme] of [['000.20.00.H53', 'qcvn-2016'], ['H53.1A', 'qd-20-2020'], ['H53.001', 'qd-20-2020'], ['14.00.W00', 'other'], ['0100109106', 'other'], ['', 'other'], [`H53${'.12'.repeat(20)}`, 'other']] as const) {
    assert.deepEqual([readAgencyCode(code).scheme, readAgencyCode(code).counterpart], [scheme, null], code);
  }
  assert.deepEqual([codeFor(['H56.12', '000.00.99.H56'], 'qcvn-2016'), codeFor(['H56.12'], 'qcvn-2016'), codeFor(['0100109106'], 'qcvn-2016'), codeFor([], 'qd-20-2020')], ['000.00.99.H56', '000.00.12.H56', '0100109106', '']);
});
