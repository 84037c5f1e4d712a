import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { zipSync } from 'fflate';
import { bytesOf, fileOf, letter, pdfBytes, profileNamed, readWhole, receipt, sha256 } from './testing.ts';
import { writeEdxml } from './write.ts';

const profile = profileNamed('national-axis', { signature: { form: 'none' } });
let plain = '';
let status = '';
before(async () => {
  plain = (await bytesOf(writeEdxml(letter, { profile, attachments: [fileOf('125.pdf', pdfBytes, 'f1'), fileOf('phụ lục.pdf', `${pdfBytes.toString()}2`, 'f2')] }))).toString();
  status = (await bytesOf(writeEdxml(receipt, { profile }))).toString();
});

/** The codes of what was noticed about a message that must say the same as the letter. */
async function noticed(message: string | Buffer, expected: unknown = letter): Promise<string[]> {
  const reading = await readWhole(message);
  assert.deepEqual(reading.message, expected);
  return reading.problems.map(({ code }) => code);
}

/** With one attachment whose name, content type and bytes are given. */
async function withFile(name: string, bytes: Buffer, mediaType: string): ReturnType<typeof readWhole> {
  return readWhole(await bytesOf(writeEdxml(letter, { profile, attachments: [fileOf(name, bytes, 'f1', mediaType)] })));
}

test('a plain message is read without a word', async () => {
  assert.deepEqual(await noticed(plain), []);
  assert.deepEqual(await noticed(status, receipt), []);
});

test('the mended spelling of Bussiness is read like the standard one', async () => {
  assert.deepEqual(await noticed(plain.replaceAll('Bussiness', 'Business')), []);
});

test('elements may stand in any order', async () => {
  const part = (name: string): string => new RegExp(`<edXML:${name}>.*?</edXML:${name}>`, 's').exec(plain)?.[0] ?? assert.fail(name);
  const parts = ['From', 'To', 'DocumentId', 'Code', 'DocumentType', 'ToPlaces', 'OtherInfo'].map(part);
  const without = parts.reduce((text, each) => text.replace(each, ''), plain);
  assert.deepEqual(await noticed(without.replace('</edXML:MessageHeader>', `${parts.reverse().join('')}</edXML:MessageHeader>`)), []);
  const trace = part('TraceHeader');
  assert.deepEqual(await noticed(plain.replace(trace, '').replace('</edXML:TraceHeaderList>', `${trace}</edXML:TraceHeaderList>`)), []);
});

test('prefixes wander: none, another, one that is not declared', async () => {
  assert.deepEqual(await noticed(plain.replaceAll('edXML:', '').replaceAll(/ xmlns:edXML="[^"]*"/g, '')), []);
  assert.deepEqual(await noticed(plain.replaceAll('edXML:', 'e:').replaceAll('xmlns:edXML', 'xmlns:e')), []);
  assert.deepEqual(await noticed(plain.replaceAll('ContentTransferEncoded xmlns:edXML="http://www.mic.gov.vn/TBT/QCVN_102_2016"', 'ContentTransferEncoded')), ['edxml.prefix']);
});

test('older namespaces are read and named', async () => {
  const other = async (uri: string): Promise<string[]> => {
    const reading = await readWhole(plain.replaceAll('http://www.mic.gov.vn/TBT/QCVN_102_2016', uri));
    return [reading.namespace, ...reading.problems.map(({ code }) => code)];
  };
  assert.deepEqual(await other('http://www.e-doc.vn/Schema/'), ['eDocSchema', 'edxml.namespace']);
  assert.deepEqual(await other('http://www.go.vn/eDoc'), ['goVn', 'edxml.namespace']);
  assert.deepEqual(await other('urn:khac'), ['other', 'edxml.namespace']);
  assert.deepEqual(await other('http://www.mic.gov.vn/TBT/QCVN_102_2016/'), ['qcvn']);
  assert.deepEqual([(await readWhole(plain.replaceAll('edXML:', '').replaceAll(/ xmlns(?::edXML)?="[^"]*"/g, ''))).namespace], ['none']);
});

test('cid: may stand in both places, in one, or in none, or only as a link', async () => {
  for (const message of [plain.replaceAll('<ContentId>cid:', '<ContentId>'), plain.replaceAll('cid:', ''), plain.replaceAll('>cid:', '>CID:'), plain.replaceAll(/<edXML:Reference><edXML:ContentId>(cid:f\d)<\/edXML:ContentId>/g, '<edXML:Reference xmlns:xlink="http://www.w3.org/1999/xlink" xlink:href="$1">')]) {
    const { attachments, problems } = await readWhole(message);
    assert.deepEqual(problems, []);
    assert.deepEqual(attachments.map(({ contentId, isListed, sent }) => [contentId, isListed, sent?.mediaType]), [['f1', true, 'application/pdf'], ['f2', true, 'application/pdf']]);
  }
});

test('an attachment that says nothing of itself is known by the manifest', async () => {
  const bare = plain.replaceAll(/<Attachment>.*?<edXML:ContentTransferEncoded/gs, '<Attachment><edXML:ContentTransferEncoded');
  const { attachments, problems } = await readWhole(bare);
  assert.deepEqual([problems, attachments.map(({ contentId, name }) => [contentId, name])], [[], [['f1', '125.pdf'], ['f2', 'phụ lục.pdf']]]);
  const { attachments: late } = await readWhole(plain.replaceAll(/(<Attachment>)(.*?)(<edXML:ContentTransferEncoded.*?)(<\/Attachment>)/gs, '$1$3$2$4'));
  assert.deepEqual(late.map(({ contentId, name }) => [contentId, name]), [['f1', '125.pdf'], ['f2', 'phụ lục.pdf']]);
});

test('attachments inside the envelope, and an envelope without the outer element, are found', async () => {
  const inside = plain.replace(/(<\/edXML:edXMLEnvelope>)(<AttachmentEncoded>.*<\/AttachmentEncoded>)/s, '$2$1');
  assert.equal((await readWhole(inside)).attachments.length, 2);
  const bare = inside.replace(/<edXML xmlns[^>]*>/, '').replace('</edXML>', '').replace('<edXML:edXMLEnvelope', '<edXML:edXMLEnvelope xmlns="http://www.mic.gov.vn/TBT/QCVN_102_2016"');
  assert.deepEqual(await noticed(bare), []);
  assert.equal((await readWhole(bare)).attachments.length, 2);
});

test('dates and times in other forms are read and named; what cannot be read is kept', async () => {
  const days = plain.replaceAll('2026/03/16<', '16/03/2026<').replace('2026/03/31', '2026-03-31T00:00:00').replace('2026/03/16 09:15:30', '2026-03-16T09:15:30+07:00');
  assert.deepEqual(await noticed(days), ['edxml.day', 'edxml.day', 'edxml.instant']);
  const reading = await readWhole(plain.replace('2026/03/31', 'cuối quý'));
  assert.deepEqual(reading.problems.map(({ code, detail }) => [code, detail]), [['edxml.dayUnreadable', 'cuối quý']]);
  assert.deepEqual(reading.kept, [{ path: '/edXML/edXMLEnvelope/edXMLHeader/MessageHeader/DueDate', text: 'cuối quý' }]);
});

test('elements that nobody has heard of are kept beside the message, also from the toolkit’s own extensions', async () => {
  const reading = await readWhole(plain.replace('<edXML:Subject>', '<edXML:DoMat>Không</edXML:DoMat><edXML:Subject>').replace('<edXML:Appendixes>', '<edXML:ReplyFors><edXML:ReplyFor>1/A</edXML:ReplyFor></edXML:ReplyFors><edXML:Appendixes>'));
  assert.deepEqual(reading.message, letter);
  assert.deepEqual(reading.problems.map(({ code }) => code), ['edxml.unknown', 'edxml.unknown']);
  assert.deepEqual(reading.kept.map(({ path, text }) => [path.split('/').at(-1), text]), [['ReplyFors', '1/A'], ['DoMat', 'Không']]);
});

test('values that are no numbers, an unknown urgency and values too long are kept whole and named', async () => {
  const reading = await readWhole(plain.replace('<edXML:PageAmount>2<', '<edXML:PageAmount>hai<').replace('<edXML:Priority>0<', '<edXML:Priority>9<').replace('<edXML:Subject>', `<edXML:Subject>${'dài '.repeat(200)}`));
  assert.ok(reading.message.kind === 'document' && reading.message.subject.length > 800);
  assert.deepEqual([reading.message.otherInfo.priority, reading.message.otherInfo.pageAmount], [null, null]);
  assert.deepEqual(reading.problems.map(({ code }) => code).sort(), ['edxml.long', 'edxml.number', 'edxml.priority']);
});

test('a second copy of a plain field is named and kept, the first one holds', async () => {
  const reading = await readWhole(plain.replace('<edXML:Subject>', '<edXML:Subject>Đầu</edXML:Subject><edXML:Subject>'));
  assert.ok(reading.message.kind === 'document');
  assert.deepEqual([reading.message.subject, reading.problems.map(({ code }) => code), reading.kept.map(({ text }) => text)], ['Đầu', ['edxml.repeated'], [letter.subject]]);
});

test('missing parts that can be made up for are: the id, the business part, a receiver listed twice', async () => {
  assert.deepEqual(await noticed(plain.replace(/<edXML:DocumentId>.*?<\/edXML:DocumentId>/, '')), ['edxml.documentIdMissing']);
  assert.deepEqual(await noticed(plain.replace(/<edXML:Bussiness>.*<\/edXML:Bussiness>/s, ''), { ...letter, business: { kind: 'new', reason: '', paper: null, staff: null, documentId: '' } }), ['edxml.businessMissing']);
  const to = /<edXML:To>.*<\/edXML:To>/s.exec(plain)?.[0] ?? assert.fail('To');
  assert.deepEqual(await noticed(plain.replace(to, to + to)), ['edxml.duplicateReceiver']);
  assert.deepEqual(await noticed(plain.replace(/<edXML:TraceHeader>.*<\/edXML:TraceHeader>/s, ''), { ...letter, trace: [] }), ['edxml.traceMissing']);
  assert.deepEqual(await noticed(plain.replace(letter.documentId, '7d793037-a076-40d2-bd15-3fbdd9b4bbfb'), { ...letter, documentId: '7d793037-a076-40d2-bd15-3fbdd9b4bbfb' }), ['edxml.documentId']);
  assert.deepEqual(await noticed(status.replace('>03<', '>3<'), receipt), ['edxml.statusCodeForm']);
});

test('UTF-8 with and without a mark, UTF-16 both ways, and labels that are wrong', async () => {
  const utf16 = (text: string): Buffer => Buffer.from(`\ufeff${text}`, 'utf16le');
  const labelled = (label: string): string => plain.replace('encoding="UTF-8"', `encoding="${label}"`);
  assert.deepEqual(await noticed(`\ufeff${plain}`), []);
  assert.deepEqual(await noticed(utf16(labelled('utf-16'))), []);
  assert.deepEqual(await noticed(utf16(labelled('utf-16')).swap16()), []);
  assert.deepEqual(await noticed(utf16(labelled('utf-16')).subarray(2)), []);
  assert.deepEqual(await noticed(labelled('utf-16')), ['edxml.encodingLabel'], 'what a StringWriter of .NET makes');
  assert.deepEqual(await noticed(labelled('windows-1252')), ['edxml.encodingLabel']);
  assert.deepEqual(await noticed(utf16(plain)), ['edxml.encodingLabel']);
  assert.deepEqual(await noticed(plain.replace(/<\?xml.*?\?>/, '')), []);
  assert.deepEqual(await noticed(`\r\n ${plain}`), ['edxml.spaceBefore']);
  const latin = plain.replaceAll(/[^\u0000-\u00ff]/g, 'ê').replace('encoding="UTF-8"', 'encoding="ISO-8859-1"');
  const reading = await readWhole(Buffer.from(latin, 'latin1'));
  assert.ok(reading.encoding === 'windows-1252' && reading.message.kind === 'document' && reading.message.place === 'Thanh Hóa');
});

test('the place of a problem is right in bytes, in UTF-16 too', async () => {
  const odd = plain.replace('2026/03/31', '31/03/2026');
  const inUtf8 = await readWhole(odd);
  assert.ok(Buffer.from(odd).subarray(inUtf8.problems[0]?.offset ?? 0).toString().startsWith('<edXML:DueDate>'));
  const utf16 = Buffer.from(`\ufeff${odd}`, 'utf16le');
  const problem = (await readWhole(utf16)).problems.find(({ code }) => code === 'edxml.day');
  assert.ok(utf16.subarray(problem?.offset ?? 0).toString('utf16le').startsWith('<edXML:DueDate>'));
});

test('CDATA, comments, references and line ends say what they say', async () => {
  const odd = plain.replace(letter.subject, '<![CDATA[V/v báo cáo]]><!-- x --> c&#xF4;ng t&#225;c văn thư quý &#x49;').replace('<edXML:Staff>', '\r\n\t<edXML:Staff>\r\n');
  assert.deepEqual(await noticed(odd), []);
});

test('Base64 with line breaks and without its padding is read; the missing padding is named', async () => {
  const wrapped = plain.replaceAll(/(<edXML:ContentTransferEncoded[^>]*>)([^<]*)/g, (_, tag: string, text: string) => `${tag}\r\n${text.replace(/.{20}/g, '$&\r\n')}\r\n`);
  const { attachments, problems } = await readWhole(wrapped);
  assert.deepEqual([attachments[0]?.sent?.sha256, problems], [sha256(pdfBytes), []]);
  const bare = await readWhole(plain.replaceAll(/=+<\/edXML:ContentTransferEncoded/g, '</edXML:ContentTransferEncoded'));
  assert.ok(bare.problems.every(({ code }) => code === 'edxml.attachmentPadding') && bare.attachments[0]?.sent?.sha256 === sha256(pdfBytes));
});

test('what the Java toolkit puts into a ZIP is taken out, what is a ZIP by itself is not', async () => {
  const docx = Buffer.from(zipSync({ '[Content_Types].xml': Buffer.from('<x/>'), 'word/document.xml': Buffer.from('<w/>') }));
  const cases: readonly [string, Buffer, number | undefined][] = [
    ['ảnh.png', Buffer.from(zipSync({ 'a.png': Buffer.from('89504e470d0a1a0a00', 'hex') })), 9],
    ['bảng.xlsx', Buffer.from(zipSync({ 'bảng.xlsx': docx })), docx.length],
    ['bảng.xls', Buffer.from(zipSync({ 'b.xls': Buffer.from('d0cf11e0a1b11ae1', 'hex') }, { level: 0 })), 8],
    ['thư.docx', docx, undefined],
    ['gốc.xlsx', docx, undefined],
    ['tất cả.zip', Buffer.from(zipSync({ 'a.pdf': pdfBytes })), undefined],
    ['hai tệp.png', Buffer.from(zipSync({ 'a.png': pdfBytes, 'b.png': pdfBytes })), undefined],
  ];
  for (const [name, bytes, expected] of cases) {
    const { attachments, arrived } = await withFile(name, bytes, 'application/zip');
    assert.deepEqual([attachments[0]?.sent?.sha256, attachments[0]?.unwrapped?.sizeBytes], [sha256(bytes), expected], name);
    assert.ok(arrived.every(({ head, isWhole }) => isWhole === (head.form === 'sent' || expected !== undefined)), name);
  }
});

test('content types that lie are told apart from those that are only called differently', async () => {
  const lie = async (name: string, bytes: Buffer, type: string): Promise<boolean> => (await withFile(name, bytes, type)).problems.some(({ code }) => code === 'edxml.mediaType');
  assert.equal(await lie('a.pdf', pdfBytes, 'application/pdf'), false);
  assert.equal(await lie('a.doc', Buffer.from('d0cf11e0a1b11ae100', 'hex'), 'application/doc'), false);
  assert.equal(await lie('a.pdf', pdfBytes, 'application/octet-stream'), true);
  assert.equal(await lie('a.pdf', Buffer.from('MZ\u0000\u0001 program'), 'application/pdf'), true);
});

test('old and new agency codes are both taken as they are', async () => {
  for (const code of ['000.00.12.H53', 'H53.12', 'H56.12.34.56.78', '14.00.W00', '0100109106']) {
    const reading = await readWhole(plain.replaceAll('<edXML:OrganId>H56.05<', `<edXML:OrganId>${code}<`));
    assert.deepEqual([reading.message.from.organId, reading.problems], [code, []]);
  }
});
