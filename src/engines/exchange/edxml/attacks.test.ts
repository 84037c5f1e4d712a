import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { zipSync } from 'fflate';
import { bytesOf, fileOf, inPieces, keepingSink, letter, pdfBytes, profileNamed, readOnce, readWhole, receipt, refusalOf, sha256 } from './testing.ts';
import { readEdxml } from './read.ts';
import { writeEdxml } from './write.ts';

const profile = profileNamed('national-axis', { signature: { form: 'none' } });
let plain = '';
let status = '';
before(async () => {
  plain = (await bytesOf(writeEdxml(letter, { profile, attachments: [fileOf('125.pdf', pdfBytes, 'f1'), fileOf('b.pdf', `${pdfBytes.toString()}2`, 'f2')] }))).toString();
  status = (await bytesOf(writeEdxml(receipt, { profile }))).toString();
});

const afterDeclaration = (insert: string): string => plain.replace('?>\n', `?>\n${insert}`);
const inSubject = (insert: string): string => plain.replace('<edXML:Subject>', `<edXML:Subject>${insert}`);

/** Milliseconds of the processor that a reading takes. */
async function effortOf(message: string | Buffer, expected: string): Promise<number> {
  const start = process.cpuUsage();
  assert.equal(await refusalOf(message), expected);
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000;
}

test('a DOCTYPE is refused whatever it declares, in any spelling and place', async () => {
  const laughs = Array.from({ length: 9 }, (_, i) => `<!ENTITY l${i + 1} "${`&l${i};`.repeat(10)}">`).join('');
  for (const doctype of [`<!DOCTYPE edXML [<!ENTITY l0 "ha">${laughs}]>`, '<!DOCTYPE edXML SYSTEM "file:///etc/passwd">', '<!DOCTYPE edXML [<!ENTITY x SYSTEM "http://127.0.0.1/x">]>', '<!doctype edXML>', '<!-- x --><!DOCTYPE edXML>']) {
    assert.equal(await refusalOf(afterDeclaration(doctype)), 'edxml.doctype', doctype);
  }
  assert.equal(await refusalOf(inSubject('<!DOCTYPE a>')), 'edxml.doctype');
  assert.equal(await refusalOf(Buffer.from(`\ufeff${afterDeclaration('<!DOCTYPE a>')}`, 'utf16le')), 'edxml.doctype');
});

test('no entity is expanded but the five of XML itself', async () => {
  for (const entity of ['&l9;', '&xxe;', '&nbsp;', '&constructor;', '&__proto__;', '&Amp;']) assert.equal(await refusalOf(inSubject(entity)), 'edxml.entity', entity);
  for (const bad of ['&', 'Luật & Đời', '&#0;', '&#xD800;', '&#x110000;', '&#99999999999;', '&#xFFFE;']) assert.equal(await refusalOf(inSubject(bad)), 'edxml.malformed', bad);
});

test('no processing instruction is taken, no second declaration either', async () => {
  for (const each of ['<?xml-stylesheet href="http://127.0.0.1/"?>', '<?php echo 1 ?>', '<?xml version="1.0"?>']) {
    assert.equal(await refusalOf(afterDeclaration(each)), 'edxml.instruction');
    assert.equal(await refusalOf(inSubject(each)), 'edxml.instruction');
  }
});

test('deep nesting, floods of attributes, names, namespaces, elements and text are refused quickly', async () => {
  const flood = (count: number, one: (i: number) => string): string => Array.from({ length: count }, (_, i) => one(i)).join('');
  const cases = [
    inSubject('<a>'.repeat(200_000)),
    inSubject(`<a ${flood(5000, (i) => `a${i}="x" `)}/>`),
    inSubject(`<a ${flood(5000, (i) => `xmlns:a${i}="urn:x" `)}/>`),
    inSubject(`<${'a'.repeat(50_000)}/>`),
    inSubject(`<a b="${'x'.repeat(20_000_000)}"/>`),
    inSubject('<a/>'.repeat(100_000)),
    inSubject('x'.repeat(6_000_000)),
    inSubject(`<![CDATA[${'x'.repeat(6_000_000)}]]>`),
    plain.replace('<AttachmentEncoded>', `<AttachmentEncoded>${'<Attachment/>'.repeat(2000)}`),
    plain.replace('<AttachmentEncoded>', `<AttachmentEncoded>${'<Attachment><ContentTransferEncoded>eA==</ContentTransferEncoded></Attachment>'.repeat(2000)}`),
  ];
  for (const [i, message] of cases.entries()) {
    const effort = await effortOf(message, 'edxml.tooLarge');
    assert.ok(effort < 2000, `case ${i}: ${effort.toFixed(0)} ms`);
  }
});

test('a tag that never ends costs no more than its length, however small the pieces are', async () => {
  const start = process.cpuUsage();
  const { sink } = keepingSink();
  const reading = await readEdxml(inPieces(Buffer.from(inSubject(`<a ${'b '.repeat(400_000)}`)), 50), { sink });
  assert.equal(reading.ok ? 'read' : reading.problem.code, 'edxml.tooLarge');
  assert.ok(process.cpuUsage(start).user < 2_000_000);
});

test('a message beyond the size that the caller allows is refused while it comes', async () => {
  assert.equal(await refusalOf(plain, { limits: { sizeBytes: 3000 } }), 'edxml.tooLarge');
  assert.equal(await refusalOf(plain, { limits: { attachments: 1 } }), 'edxml.tooLarge');
});

test('what is no XML, or ends early, or goes on, or is in no encoding, is refused', async () => {
  for (const broken of ['', '   ', 'xin chào', '{"a":1}', plain.slice(0, 2000), plain.slice(0, -1), `${plain}<a/>`, `${plain}chào`, plain.replace('</edXML:From>', '</edXML:To>'), inSubject('\u0000'), inSubject('\u000b'), inSubject('<a b=c/>'), inSubject('<a b="1" b="2"/>'), inSubject('<1a/>'), inSubject('<!-- ')]) {
    assert.equal(await refusalOf(broken), 'edxml.malformed', JSON.stringify(broken.slice(0, 40)));
  }
  assert.equal(await refusalOf(Buffer.from(plain.replace('Sở', 'S\u00ff'), 'latin1')), 'edxml.encoding');
  assert.equal(await refusalOf(Buffer.concat([Buffer.from(plain.slice(0, 900)), Buffer.from([0xc3])])), 'edxml.encoding');
  assert.equal(await refusalOf('<html><body/></html>'), 'edxml.notEdxml');
  assert.equal(await refusalOf('<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Header/></soap:Envelope>'), 'edxml.soap');
});

test('where two readers could take different parts for the message, it is refused', async () => {
  const part = (name: string): string => new RegExp(`<edXML:${name}>.*</edXML:${name}>`, 's').exec(plain)?.[0] ?? assert.fail(name);
  for (const name of ['From', 'Code', 'DocumentId', 'MessageHeader', 'TraceHeaderList', 'Bussiness', 'BussinessDocType', 'edXMLBody', 'edXMLHeader']) {
    assert.equal(await refusalOf(plain.replace(part(name), part(name) + part(name))), 'edxml.ambiguous', name);
  }
  assert.equal(await refusalOf(plain.replace(part('Bussiness'), part('Bussiness') + part('Bussiness').replaceAll('Bussiness', 'Business'))), 'edxml.ambiguous');
  assert.equal(await refusalOf(plain.replace('<edXML:OrganId>H56.05<', '<edXML:OrganId>H56.99</edXML:OrganId><edXML:OrganId>H56.05<')), 'edxml.ambiguous');
  assert.equal(await refusalOf(plain.replace('<edXML:ContentTransferEncoded', '<ContentTransferEncoded>eA==</ContentTransferEncoded><edXML:ContentTransferEncoded')), 'edxml.ambiguous');
  assert.equal(await refusalOf(status.replace('>03</edXML:StatusCode>', '>03</edXML:StatusCode><edXML:StatusCode>06</edXML:StatusCode>')), 'edxml.ambiguous');
});

test('what is missing and cannot be guessed is refused, and what to do is never guessed', async () => {
  assert.equal(await refusalOf(plain.replace(/<edXML:From>.*<\/edXML:From>/s, '')), 'edxml.missing');
  assert.equal(await refusalOf(plain.replace(/<edXML:To>.*<\/edXML:To>/s, '')), 'edxml.missing');
  assert.equal(await refusalOf(plain.replace(/<edXML:DocumentId>.*?<\/edXML:DocumentId>/, '').replace(/<edXML:PromulgationDate>.*?</, '<edXML:PromulgationDate><')), 'edxml.missing');
  assert.equal(await refusalOf(status.replace(/<edXML:ResponseFor>.*<\/edXML:ResponseFor>/s, '')), 'edxml.missing');
  for (const code of ['00', '07', '14', 'x', '']) assert.equal(await refusalOf(status.replace('>03<', `>${code}<`)), 'edxml.statusCode', code);
  for (const type of ['4', '-1', 'x', '', '00']) assert.equal(await refusalOf(plain.replace('BussinessDocType>0<', `BussinessDocType>${type}<`)), 'edxml.businessType', type);
  for (const type of ['1', '2', '3']) assert.equal(await refusalOf(plain.replace('BussinessDocType>0<', `BussinessDocType>${type}<`)), 'edxml.businessTarget', type);
  const update = plain.replace('<edXML:BussinessDocType>0<', '<edXML:DocumentId>x</edXML:DocumentId><edXML:BussinessDocumentInfo><edXML:ReceiverList><edXML:Receiver><edXML:OrganId>H56.1</edXML:OrganId><edXML:ReceiverType>7</edXML:ReceiverType></edXML:Receiver></edXML:ReceiverList></edXML:BussinessDocumentInfo><edXML:BussinessDocType>2<');
  assert.equal(await refusalOf(update), 'edxml.businessTarget');
});

test('blanks without end before, inside and behind a message cost no more than reading them', { timeout: 120_000 }, async () => {
  const blanks = Buffer.alloc(64 * 1024, ' ');
  const around = async function* (before: string, behind: string): AsyncGenerator<Buffer> {
    yield Buffer.from(before);
    for (let piece = 0; piece < 1000; piece += 1) yield await Promise.resolve(blanks);
    yield Buffer.from(behind);
  };
  const begun = performance.now();
  const [root = ''] = /<edXML [^>]*>/.exec(plain) ?? [];
  const readings = [await readEdxml(around('', plain), keepingSink()), await readEdxml(around(plain, ''), keepingSink()), await readEdxml(around('', ''), keepingSink()), await readEdxml(around(plain.replace(root, `${root}<!--`).slice(0, plain.indexOf(root) + root.length + 4), ''), keepingSink())];
  assert.deepEqual(readings.map(({ ok }) => ok), [true, true, false, false]);
  assert.ok(performance.now() - begun < 30_000);
});

test('a list of files with thousands of lines is looked through once', { timeout: 120_000 }, async () => {
  const lines = Array.from({ length: 15_000 }, (_, at) => `<edXML:Reference><edXML:ContentId>cid:g${String(at)}</edXML:ContentId></edXML:Reference>`).join('');
  const files = Array.from({ length: 490 }, (_, at) => `<Attachment><ContentId>cid:g${String(14_509 + at)}</ContentId><edXML:ContentTransferEncoded xmlns:edXML="http://www.mic.gov.vn/TBT/QCVN_102_2016">eA==</edXML:ContentTransferEncoded></Attachment>`).join('');
  const begun = performance.now();
  const { reading } = await readOnce(plain.replace(/<edXML:Reference>.*<\/edXML:Reference>/s, lines).replace(/<Attachment>.*<\/Attachment>/s, files));
  assert.ok(reading.ok && reading.attachments.length === 490 && reading.attachments.every(({ isListed }) => isListed));
  assert.ok(performance.now() - begun < 8000);
});

test('a ZIP that expands without end is stopped, and the file stays as it was sent', async () => {
  const bomb = Buffer.from(zipSync({ 'a.png': Buffer.alloc(30_000_000) }));
  const message = await bytesOf(writeEdxml(letter, { profile, attachments: [fileOf('a.png', bomb, 'f1', 'application/zip')] }));
  let mostBytes = 0;
  const reading = await readEdxml(inPieces(message, 10_000), {
    unwrap: { harmlessBytes: 1_000_000, ratio: 100 },
    sink: async ({ form }, content) => {
      let bytes = 0;
      for await (const piece of content) bytes += piece.length;
      if (form === 'unwrapped') mostBytes = bytes;
    },
  });
  assert.ok(reading.ok);
  assert.deepEqual([reading.attachments[0]?.sent?.sha256, reading.attachments[0]?.unwrapped], [sha256(bomb), null]);
  assert.ok(reading.problems.some(({ code }) => code === 'edxml.attachmentBomb') && mostBytes === 0);
});

test('ZIPs that are cut, bent, encrypted or have something behind them are left as they were sent', async () => {
  const zip = Buffer.from(zipSync({ 'a.png': pdfBytes }));
  const changed = (at: number, value: number): Buffer => Buffer.from(zip.map((byte, i) => (i === at ? value : byte)));
  for (const bytes of [zip.subarray(0, 40), zip.subarray(0, -30), changed(6, 1), changed(8, 99), changed(14, 77), changed(45, 0xff), Buffer.concat([zip, Buffer.alloc(100_000)]), Buffer.from('504b0304', 'hex')]) {
    const { attachments } = await readWhole(await bytesOf(writeEdxml(letter, { profile, attachments: [fileOf('a.png', bytes, 'f1', 'application/zip')] })));
    assert.deepEqual([attachments[0]?.sent?.sha256, attachments[0]?.unwrapped], [sha256(bytes), null]);
  }
});

test('garbage where Base64 should be costs the one attachment, whose sink is told', async () => {
  for (const garbage of ['JVBE*i0x', 'JVBERi0xL', 'JVBE=i0x', 'JVBERi0=xLjc', 'JVBERi0x=', 'văn bản', 'JV<b/>B']) {
    const { attachments, problems, arrived, message } = await readWhole(plain.replace(/(ContentTransferEncoded[^>]*>)[^<]*/, `$1${garbage}`));
    assert.deepEqual([attachments[0]?.sent, attachments[1]?.sent?.mediaType, message.kind], [null, 'application/pdf', 'document'], garbage);
    assert.ok(problems.some(({ code }) => code === 'edxml.attachmentDamaged'));
    assert.deepEqual(arrived.map(({ isWhole }) => isWhole), [false, true]);
  }
  const empty = await readWhole(plain.replace(/(ContentTransferEncoded[^>]*>)[^<]*/, '$1 '));
  assert.deepEqual([empty.attachments[0]?.sent, empty.problems.map(({ code }) => code)], [null, ['edxml.attachmentEmpty']]);
});

test('the name of an attachment cannot lead anywhere', async () => {
  for (const [given, expected] of [['../../x', 'x'], ['C:\\Windows\\system32\\a.pdf', 'a.pdf'], ['/etc/passwd', 'passwd'], ['\u202efdp.exe', 'fdp.exe'], ['', 'tệp không tên']] as const) {
    const { attachments, problems, arrived } = await readWhole(plain.replaceAll('AttachmentName>125.pdf<', `AttachmentName>${given}<`));
    assert.deepEqual([attachments[0]?.name, attachments[0]?.statedName, arrived[0]?.head.name], [expected, given, expected]);
    assert.ok(problems.some(({ code }) => code === 'edxml.attachmentName'));
  }
});

test('a cid that points nowhere, a file that no list names and two files with one cid are all named, and all files kept', async () => {
  const codes = async (message: string): Promise<(string | number)[]> => {
    const { problems, attachments, arrived } = await readWhole(message);
    return [arrived.length, attachments.filter(({ sent }) => sent !== null).length, ...problems.map(({ code }) => code)];
  };
  assert.deepEqual(await codes(plain.replace('<edXML:ContentId>cid:f1', '<edXML:ContentId>cid:f9')), [2, 2, 'edxml.attachmentUnlisted', 'edxml.attachmentMissing']);
  assert.deepEqual(await codes(plain.replaceAll('cid:f2', 'cid:f1')), [2, 2, 'edxml.duplicateContentId', 'edxml.attachmentMissing']);
  assert.deepEqual(await codes(plain.replace(/<AttachmentEncoded>.*<\/AttachmentEncoded>/s, '')), [0, 0, 'edxml.attachmentMissing', 'edxml.attachmentMissing']);
});

test('attachments in places where none belong are not taken for any', async () => {
  const hidden = '<AttachmentEncoded><Attachment><ContentTransferEncoded>eA==</ContentTransferEncoded></Attachment></AttachmentEncoded>';
  const { arrived, attachments } = await readWhole(inSubject(hidden));
  assert.deepEqual([arrived.length, attachments.length], [2, 2]);
});

test('a message that breaks off in the middle of a file tells the sink, and one whose source fails passes the failure on', async () => {
  const { reading, kept } = await readOnce(plain.slice(0, plain.indexOf('</edXML:ContentTransferEncoded>')), { pieceBytes: 100 });
  assert.deepEqual([reading.ok, kept.map(({ isWhole }) => isWhole)], [false, [false]]);
  const { sink, kept: later } = keepingSink();
  const failing = async function* (): AsyncGenerator<Buffer> {
    yield Buffer.concat([Buffer.from(plain.slice(0, plain.indexOf('</edXML:ContentTransferEncoded>'))), Buffer.alloc(100_000, 'A')]);
    throw new Error('the line went dead');
  };
  await assert.rejects(readEdxml(failing(), { sink }), /the line went dead/);
  assert.deepEqual(later.map(({ isWhole }) => isWhole), [false]);
});

test('a sink that fails ends the reading with its own error; one that wants no more does not', async () => {
  await assert.rejects(readEdxml(inPieces(Buffer.from(plain), 999), { sink: () => Promise.reject(new Error('no room')) }), /no room/);
  const failsLater = async (_: unknown, content: AsyncIterable<Buffer>): Promise<void> => {
    for await (const piece of content) if (piece.length > 0) throw new Error('disk full');
  };
  await assert.rejects(readEdxml(inPieces(Buffer.from(plain), 999), { sink: failsLater }), /disk full/);
  const reading = await readEdxml(inPieces(Buffer.from(plain), 999), { sink: () => Promise.resolve() });
  assert.ok(reading.ok && reading.attachments.every(({ sent }) => sent !== null));
});
