import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { anyDocument, anyProfile, anyStatus, bytesOf, fileOf, letter, pdfBytes, profileNamed, readWhole, receipt, sha256 } from './testing.ts';
import { EdxmlError } from './problems.ts';
import { profileOn, builtInProfiles, edxmlProfile } from './profiles.ts';
import { vietnamDay } from '#kernel/time.ts';
import { writeEdxml, writeProblems } from './write.ts';
import { documentIdOf, readDay, readDocumentId, readInstant, writeDay, writeInstant } from './values.ts';

const numRuns = process.env['LIENTHONG_LONG'] === undefined ? 150 : 3000;
const unsigned = profileNamed('national-axis', { signature: { form: 'none' } });

/** Warnings that the message itself or an unusual profile brings about; anything else would be our own fault. */
const harmless = new Set(['edxml.day', 'edxml.instant', 'edxml.namespace', 'edxml.long', 'edxml.attachmentUnwrapped', 'edxml.attachmentName', 'edxml.mediaType']);

test('whatever is written for whichever partner is read back as it was, files and all', async () => {
  const files = fc.array(fc.record({ name: fc.constantFrom('125.pdf', 'phụ lục.xlsx', 'ảnh.png', 'tờ trình.docx', 'ký.p7m', 'không đuôi'), bytes: fc.uint8Array({ minLength: 1, maxLength: 5000 }) }), { maxLength: 3 });
  await fc.assert(
    fc.asyncProperty(anyDocument, anyProfile, files, fc.integer({ min: 1, max: 40_000 }), async (message, profile, given, pieceBytes) => {
      const attachments = given.map(({ name, bytes }, i) => fileOf(name, Buffer.from(bytes), `f${i}`, 'application/octet-stream'));
      const reading = await readWhole(await bytesOf(writeEdxml(message, { profile, attachments })), { pieceBytes });
      assert.deepEqual(reading.message, message);
      assert.deepEqual(reading.attachments.map(({ name, unwrapped, sent }) => [name, (unwrapped ?? sent)?.sha256]), given.map(({ name, bytes }) => [name.normalize('NFC'), sha256(Buffer.from(bytes))]));
      assert.deepEqual(reading.problems.filter(({ code }) => !harmless.has(code)), []);
      assert.deepEqual(reading.kept, []);
    }),
    { numRuns },
  );
});

test('whatever status is written is read back as it was', async () => {
  await fc.assert(
    fc.asyncProperty(anyStatus, anyProfile, async (message, profile) => {
      const reading = await readWhole(await bytesOf(writeEdxml(message, { profile })));
      assert.deepEqual(reading.message, message);
    }),
    { numRuns },
  );
});

test('a message for the national axis is byte for byte the one that the standard shows', async () => {
  const written = await bytesOf(writeEdxml(letter, { profile: unsigned, attachments: [fileOf('125_SNV-VP_signed.pdf', 'x', 'f1')] }));
  const ns = 'http://www.mic.gov.vn/TBT/QCVN_102_2016';
  assert.equal(
    written.toString().replaceAll('edXML:', '').replaceAll('></', '>\n</').replaceAll('><', '>\n<'),
    [
      '<?xml version="1.0" encoding="UTF-8"?>',
      `<edXML xmlns="${ns}">`,
      `<edXMLEnvelope xmlns:edXML="${ns}">`,
      '<edXMLHeader>\n<MessageHeader>\n<From>',
      '<OrganId>H56.05</OrganId>\n<OrganizationInCharge>UBND tỉnh Thanh Hóa</OrganizationInCharge>\n<OrganName>Sở Nội vụ</OrganName>\n<OrganAdd>\n</OrganAdd>\n<Email>vanthu@example.gov.vn</Email>\n<Telephone>\n</Telephone>\n<Fax>\n</Fax>\n<Website>\n</Website>',
      '</From>\n<To>',
      '<OrganId>H56.12</OrganId>\n<OrganizationInCharge>UBND tỉnh Thanh Hóa</OrganizationInCharge>\n<OrganName>Sở Tài chính</OrganName>\n<OrganAdd>\n</OrganAdd>\n<Email>\n</Email>\n<Telephone>\n</Telephone>\n<Fax>\n</Fax>\n<Website>\n</Website>',
      '</To>',
      '<DocumentId>H56.05,2026/03/16,125/SNV-VP</DocumentId>',
      '<Code>\n<CodeNumber>125</CodeNumber>\n<CodeNotation>SNV-VP</CodeNotation>\n</Code>',
      '<PromulgationInfo>\n<Place>Thanh Hóa</Place>\n<PromulgationDate>2026/03/16</PromulgationDate>\n</PromulgationInfo>',
      '<DocumentType>\n<Type>2</Type>\n<TypeDetail>18</TypeDetail>\n<TypeName>Công văn</TypeName>\n</DocumentType>',
      '<Subject>V/v báo cáo công tác văn thư quý I</Subject>\n<Content>V/v báo cáo công tác văn thư quý I</Content>',
      '<SignerInfo>\n<Competence>KT. GIÁM ĐỐC</Competence>\n<Position>PHÓ GIÁM ĐỐC</Position>\n<FullName>Nguyễn Văn A</FullName>\n</SignerInfo>',
      '<DueDate>2026/03/31</DueDate>',
      '<OtherInfo>\n<Priority>0</Priority>\n<SphereOfPromulgation>\n</SphereOfPromulgation>\n<TyperNotation>NVA</TyperNotation>\n<PromulgationAmount>1</PromulgationAmount>\n<PageAmount>2</PageAmount>\n<Appendixes>\n<Appendix>Phụ lục I</Appendix>\n</Appendixes>\n</OtherInfo>',
      '<SteeringType>1</SteeringType>',
      '<ToPlaces>\n<Place>Như trên</Place>\n<Place>Lưu: VT, VP</Place>\n</ToPlaces>',
      '</MessageHeader>\n<TraceHeaderList>',
      '<TraceHeader>\n<OrganId>H56.05</OrganId>\n<Timestamp>2026/03/16 09:15:30</Timestamp>\n</TraceHeader>',
      '<Bussiness>\n<BussinessDocType>0</BussinessDocType>\n<BussinessDocReason>Văn bản điện tử mới</BussinessDocReason>\n<Paper>0</Paper>',
      '<StaffInfo>\n<Department>Văn phòng</Department>\n<Staff>Văn thư</Staff>\n<Email>\n</Email>\n<Mobile>\n</Mobile>\n</StaffInfo>\n</Bussiness>',
      '</TraceHeaderList>\n</edXMLHeader>\n<edXMLBody>\n<edXMLManifest version="1.0">\n<Reference>',
      '<ContentId>cid:f1</ContentId>\n<ContentType>application/pdf</ContentType>\n<Description>125_SNV-VP_signed.pdf</Description>\n<AttachmentName>125_SNV-VP_signed.pdf</AttachmentName>',
      '</Reference>\n</edXMLManifest>\n</edXMLBody>\n</edXMLEnvelope>\n<AttachmentEncoded>\n<Attachment>',
      '<ContentId>cid:f1</ContentId>\n<AttachmentName>125_SNV-VP_signed.pdf</AttachmentName>\n<Description>125_SNV-VP_signed.pdf</Description>\n<ContentType>application/pdf</ContentType>',
      `<ContentTransferEncoded xmlns:edXML="${ns}">eA==</ContentTransferEncoded>`,
      '</Attachment>\n</AttachmentEncoded>\n</edXML>',
    ].join('\n'),
  );
});

test('a partner with the .NET toolkit gets the numbered order, links, and cid: in the manifest alone', async () => {
  const written = (await bytesOf(writeEdxml(letter, { profile: profileNamed('net-toolkit'), attachments: [fileOf('a.pdf', pdfBytes, 'f1')] }))).toString();
  assert.ok(written.indexOf('<edXML:DocumentId>') > written.indexOf('<edXML:SteeringType>'));
  assert.match(written, /<edXML:Reference xmlns:xlink="http:\/\/www\.w3\.org\/1999\/xlink" xlink:href="cid:f1" xlink:role="XLinkRole" xlink:type="simple"><edXML:ContentId>cid:f1</);
  assert.match(written, /<Attachment><ContentId>f1</);
});

test('a partner with the Java toolkit gets all but pdf, doc, docx and zip inside a ZIP, and the codec takes it out again', async () => {
  const profile = profileNamed('java-toolkit', { signature: { form: 'none' } });
  const attachments = [fileOf('a.pdf', pdfBytes, 'f1'), fileOf('bảng kê.xlsx', Buffer.from('504b0304'.repeat(50), 'hex'), 'f2', 'application/vnd.ms-excel')];
  const message = await bytesOf(writeEdxml(letter, { profile, attachments }));
  assert.match(message.toString(), /bảng kê\.xlsx<\/AttachmentName>.*?<ContentType>application\/zip</s);
  const reading = await readWhole(message);
  assert.deepEqual(reading.attachments.map(({ sent, unwrapped }) => [sent?.mediaType, unwrapped?.sizeBytes]), [['application/pdf', undefined], ['application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', 200]]);
});

test('what a partner could not take is refused before the first byte, all of it at once', () => {
  const codes = (message: Parameters<typeof writeProblems>[0], options: Partial<Parameters<typeof writeProblems>[1]> = {}): string[] => writeProblems(message, { profile: unsigned, ...options }).map(({ code, path }) => `${code} ${path}`);
  assert.deepEqual(codes(letter), []);
  assert.deepEqual(codes({ ...letter, to: [] }), ['edxml.noReceiver To']);
  assert.deepEqual(codes({ ...letter, to: [...letter.to, ...letter.to] }), ['edxml.receiverTwice To/OrganId']);
  assert.deepEqual(codes({ ...letter, codeNotation: 'SNV,VP', subject: ' ' }), ['edxml.comma Code/CodeNotation', 'edxml.incomplete Subject']);
  assert.deepEqual(codes({ ...letter, promulgationDay: null, from: { ...letter.from, organId: '' } }), ['edxml.incomplete From/OrganId', 'edxml.incomplete PromulgationInfo/PromulgationDate']);
  assert.deepEqual(codes({ ...letter, business: { kind: 'revoke', reason: '', paper: null, staff: null, documentId: '' } }), ['edxml.businessTarget Bussiness/DocumentId']);
  assert.deepEqual(codes(letter, { attachments: [fileOf('a.pdf', 'a', 'cid:f1'), fileOf('b.pdf', 'b', 'f1')] }), ['edxml.contentIdTwice Attachment/ContentId']);
  assert.deepEqual(codes(letter, { profile: profileNamed('national-axis') }), ['edxml.signerMissing Signature']);
  assert.deepEqual(codes({ ...receipt, responseFor: { ...receipt.responseFor, documentId: '', code: '' } }), ['edxml.incomplete ResponseFor/Code']);
  assert.deepEqual(codes(receipt, { attachments: [fileOf('a.pdf', 'a', 'f1')] }), ['edxml.incomplete AttachmentEncoded']);
  assert.throws(() => writeEdxml({ ...letter, to: [] }, { profile: unsigned }), EdxmlError);
});

test('a source that fails makes the stream fail', async () => {
  const broken = { ...fileOf('a.pdf', 'a', 'f1'), open: async function* () { yield pdfBytes; throw new Error('disk'); } };
  await assert.rejects(bytesOf(writeEdxml(letter, { profile: unsigned, attachments: [broken] })), /disk/);
  const wrapping = profileNamed('java-toolkit', { signature: { form: 'none' } });
  await assert.rejects(bytesOf(writeEdxml(letter, { profile: wrapping, attachments: [{ ...broken, name: 'a.png' }] })), /disk/);
});

test('characters that XML cannot carry become spaces instead of breaking the message', async () => {
  const reading = await readWhole(await bytesOf(writeEdxml({ ...letter, subject: 'một\u000bhai\u0000\ud800ba' }, { profile: unsigned })));
  assert.equal(reading.message.kind === 'document' && reading.message.subject, 'một hai \ufffdba');
});

test('days, times and ids: what is written is read, and what is in use is understood', () => {
  const days = (text: string): readonly [string | null, boolean] => [readDay(text).value, readDay(text).isStandard];
  assert.deepEqual(days('2020/10/30'), ['2020-10-30', true]);
  assert.deepEqual(days('30/10/2020'), ['2020-10-30', false]);
  assert.deepEqual(days('2020-10-30T00:00:00'), ['2020-10-30', false]);
  assert.deepEqual(days('1.3.2020'), ['2020-03-01', false]);
  assert.deepEqual(days('2014/02/30'), [null, true]);
  assert.deepEqual(days('hôm qua'), [null, false]);
  const instants = (text: string): string | null => readInstant(text).value;
  assert.equal(instants('2026/03/16 09:15:30'), '2026-03-16T02:15:30.000Z');
  assert.equal(instants('16/03/2026 09:15'), '2026-03-16T02:15:00.000Z');
  assert.equal(instants('2026-03-16T02:15:30.123Z'), '2026-03-16T02:15:30.000Z');
  assert.equal(instants('2026-03-16T09:15:30+0700'), '2026-03-16T02:15:30.000Z');
  assert.equal(instants('2026/03/16 25:00:00'), null);
  fc.assert(
    fc.property(fc.date({ min: new Date('1980-01-01T00:00:00Z'), max: new Date('2100-01-01T00:00:00Z'), noInvalidDate: true }), fc.constantFrom('yyyy/MM/dd' as const, 'dd/MM/yyyy' as const), (date, form) => {
      assert.equal(readDay(writeDay(vietnamDay(date), form)).value, vietnamDay(date));
      assert.equal(readInstant(writeInstant(date.toISOString(), form)).value, `${date.toISOString().slice(0, 19)}.000Z`);
      const parts = { organId: 'H56.05', day: vietnamDay(date), codeNumber: '12a', codeNotation: 'QĐ-UBND' };
      assert.deepEqual(readDocumentId(documentIdOf(parts)), parts);
    }),
  );
  for (const other of ['', '7d793037-a076-40d2-bd15-3fbdd9b4bbfb', 'H56.05,2026/02/31,1/A', 'H56.05.2026.12']) assert.equal(readDocumentId(other), undefined);
});

test('of several profiles of a partner the one of the day holds', () => {
  const [axis] = builtInProfiles;
  assert.ok(axis !== undefined && builtInProfiles.every((each) => edxmlProfile.safeParse(each).success));
  const rows = [{ ...axis, validTo: '2026-06-30' }, { ...axis, validFrom: '2026-07-01', spelling: 'Business' as const }];
  const on = (day: string): string | undefined => profileOn(rows, axis.code, vietnamDay(new Date(`${day}T05:00:00Z`)))?.spelling;
  assert.deepEqual([on('2018-01-01'), on('2026-06-30'), on('2026-07-01')], [undefined, 'Bussiness', 'Business']);
});
