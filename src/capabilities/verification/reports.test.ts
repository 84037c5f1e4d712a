import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { anonymous } from '#kernel/actor.ts';
import { kernelModule } from '#kernel/kernel-module.ts';
import type { Module } from '#kernel/module.ts';
import { openTestHouse, type TestHouse } from '#kernel/testkit.ts';
import { auditModule } from '#engines/audit/index.ts';
import { filesModule } from '#engines/files/index.ts';
import { identityModule } from '#engines/identity/index.ts';
import { signaturesModule, validateBytes } from '#engines/signatures/index.ts';
import { prepareAsic, writeAsic } from '#engines/signatures/domain/asic/index.ts';
import { collect } from '#engines/signatures/domain/asic/testing.ts';
import { cadesAttributes, embedCades } from '#engines/signatures/domain/cades/index.ts';
import { cmsSigner, signAttributes } from '#engines/signatures/domain/cms/sign.ts';
import { embedJades, prepareJades } from '#engines/signatures/domain/jades/index.ts';
import { hasOracle, runOracle } from '#engines/signatures/domain/pdf/testing-signer.ts';
import { buildPdf } from '#engines/signatures/domain/pdf/testing.ts';
import { createTestPki, hours, later, signTestPdf } from '#engines/signatures/domain/validation/testing.ts';
import { prepareDetached, prepareEnveloped, signXmlBytes, xmlSigner } from '#engines/signatures/domain/xml/index.ts';
import { verificationModule } from './index.ts';
import { verifyFiles } from './verify-files.ts';

/** Records the events that the module subscribes to; its authenticity test has the real capability. */
const issuing: Module = { name: 'outgoing-documents', events: Object.fromEntries(['document-issued', 'document-recalled', 'document-replaced'].map((name) => [name, { data: z.object({}), vi: 'Phát hành', en: 'Issued' }])) };
const modules = [kernelModule, auditModule, identityModule, filesModule, signaturesModule, issuing, verificationModule];

const now = new Date('2026-11-20T02:00:00Z');
const start = new Date('2026-11-18T02:00:00Z');
const signingTime = later(start, hours(1));
const pki = await createTestPki(start);
const { person } = pki;
const chain = [pki.issuing.certificate.raw];
const signer = cmsSigner({ certificate: person.certificate.raw, chain });
const folder = mkdtempSync(join(tmpdir(), 'reports-'));
const trustFolder = join(folder, 'trust');

const minutes = Buffer.from('Biên bản họp giao ban tháng 11 năm 2026');

function detached(content: Buffer): Buffer {
  const digest = createHash('sha256').update(content).digest();
  const attributes = cadesAttributes(signer, { digest, signingTime, mimeType: 'text/plain' });
  return embedCades(signer, { attributes, signature: signAttributes(signer, person.privateKey, attributes) });
}

async function container(): Promise<Buffer> {
  const read = async function* (): AsyncIterable<Buffer> {
    yield await Promise.resolve(minutes);
  };
  const files = [{ name: 'biên bản.txt', mimeType: 'text/plain', read }];
  const prepared = await prepareAsic(signer, { files, signingTime });
  const signature = embedCades(signer, { attributes: prepared.attributes, signature: signAttributes(signer, person.privateKey, prepared.attributes) });
  return collect(writeAsic(prepared, { files, signature, modifiedAt: signingTime }));
}

function invoice(options: { elementId?: string } = {}): Buffer {
  const xml = '<HDon><DLHDon Id="HD01"><Ten>Giấy A4 Bãi Bằng</Ten></DLHDon><DSCKS><NBan/></DSCKS></HDon>';
  const own = xmlSigner({ certificate: person.certificate.raw, chain });
  const place = options.elementId === undefined ? {} : { elementId: options.elementId, into: ['HDon', 'DSCKS', 'NBan'] };
  const prepared = prepareEnveloped(Buffer.from(xml), own, { signingTime, ...place });
  return prepared.finish({ signature: signXmlBytes(own, person.privateKey, prepared.toBeSigned) });
}

function jws(): Buffer {
  const prepared = prepareJades({ certificate: pki.agency.certificate.raw, chain, payload: minutes, signingTime });
  const value = signAttributes(cmsSigner({ certificate: pki.agency.certificate.raw, chain }), pki.agency.privateKey, prepared.signingInput);
  return Buffer.from(embedJades(prepared, value));
}

const letter = signTestPdf(buildPdf(), { pki, at: signingTime });
const asic = await container();

let house: TestHouse;
let server: FastifyInstance;
before(async () => {
  mkdirSync(trustFolder);
  writeFileSync(join(trustFolder, 'root.crt'), pki.root.certificate.raw);
  for (const [index, list] of pki.crls(later(now, -hours(1))).entries()) writeFileSync(join(trustFolder, `${String(index)}.crl`), list);
  house = await openTestHouse({ modules, config: { uploadLimitBytes: 5 * 1024 * 1024, trustAnchorsDir: trustFolder } });
  server = house.server(() => Promise.resolve(anonymous));
});
after(async () => {
  await house.close();
  rmSync(folder, { recursive: true });
});

type Part = { field: string; name: string; bytes: Buffer };
function form(parts: readonly Part[]): { headers: Record<string, string>; payload: Buffer } {
  const blocks = parts.flatMap(({ field, name, bytes }) => [
    Buffer.from(`--x\r\nContent-Disposition: form-data; name="${field}"; filename="${name}"\r\nContent-Type: application/octet-stream\r\n\r\n`),
    bytes,
    Buffer.from('\r\n'),
  ]);
  return { headers: { 'content-type': 'multipart/form-data; boundary=x' }, payload: Buffer.concat([...blocks, Buffer.from('--x--\r\n')]) };
}

let address = 0;
type Request = { headers: Record<string, string>; payload: Buffer | string };
const send = (url: string, { headers, payload }: Request) => {
  address += 1;
  return server.inject({ method: 'POST', url, headers, payload, remoteAddress: `10.2.0.${String(address)}` });
};
const ask = (payload: Buffer, type: string, accept = 'application/json') => send('/api/v1/validations', { headers: { 'content-type': type, accept }, payload });

type Report = { indication: string; kind: string; headline: { vi: string }; signatures: { signer: string; changesAfter: string; grounds?: { certificates: string[] }; covers?: string[] }[]; files: { name: string; isCovered?: boolean; mediaType?: string }[] };

test('each kind of signed file is told by its content and judged by the same rules', async () => {
  const cases = [
    ['pdf', await ask(letter, 'application/pdf'), 'Nguyễn Thị Ngọc Ánh'],
    ['xml', await ask(invoice(), 'application/xml'), 'Nguyễn Thị Ngọc Ánh'],
    ['asic', await ask(asic, 'application/vnd.etsi.asic-e+zip'), 'Nguyễn Thị Ngọc Ánh'],
    ['jades', await ask(jws(), 'application/jose'), 'Sở Nội vụ tỉnh Thanh Hóa'],
    ['cades', await send('/api/v1/validations', form([{ field: 'file', name: 'a.p7s', bytes: detached(minutes) }, { field: 'content', name: 'a.txt', bytes: minutes }])), 'Nguyễn Thị Ngọc Ánh'],
    ['pdf', await ask(letter, 'application/octet-stream'), 'Nguyễn Thị Ngọc Ánh'],
    ['pdf', await ask(letter, 'application/xml'), 'Nguyễn Thị Ngọc Ánh'],
  ] as const;
  for (const [kind, reply, name] of cases) {
    assert.equal(reply.statusCode, 200, reply.body.slice(0, 300));
    const report = reply.json<Report>();
    assert.deepEqual([report.kind, report.indication, report.signatures[0]?.signer], [kind, 'TOTAL-PASSED', name], reply.body.slice(0, 1500));
  }
});

test('content that is not what was signed fails, whatever the kind', async () => {
  const changed = Buffer.from(`${minutes.toString()}.`);
  const broken = [
    await ask(Buffer.from(invoice().toString().replace('Bãi Bằng', 'Bãi Bồng')), 'application/xml'),
    await ask(Buffer.from(jws().toString().replace(/\.[^.]+\./, `.${changed.toString('base64url')}.`)), 'application/jose'),
    await send('/api/v1/validations', form([{ field: 'file', name: 'a.p7s', bytes: detached(minutes) }, { field: 'content', name: 'a.txt', bytes: changed }])),
  ];
  for (const reply of broken) assert.equal(reply.json<Report>().indication, 'TOTAL-FAILED', reply.body.slice(0, 500));
});

test('an XML file of which only a part was signed is not called intact as a whole', async () => {
  const report = (await ask(invoice({ elementId: 'HD01' }), 'application/xml')).json<Report>();
  assert.equal(report.indication, 'TOTAL-PASSED');
  assert.match(report.headline.vi, /tệp còn phần không được ký/);
  assert.deepEqual(report.signatures[0]?.covers, ['/HDon/DLHDon']);
});

test('a signature without its file, a file that needs none, and an unknown kind are answered with what to do', async () => {
  const cases = [
    [await ask(detached(minutes), 'application/pkcs7-signature'), 'signatures.signedFileMissing', /Chọn thêm tệp đã được ký/],
    [await send('/api/v1/validations', form([{ field: 'file', name: 'a.pdf', bytes: letter }, { field: 'content', name: 'b', bytes: minutes }])), 'signatures.contentNotNeeded', /Kiểm tra từng tệp một/],
    [await ask(Buffer.from('chỉ là văn bản'), 'application/pdf'), 'signatures.unknownKind', /Chọn đúng tệp đã ký/],
    [await ask(Buffer.alloc(0), 'application/pdf'), 'signatures.emptyFile', /Tải lại tệp/],
    [await ask(Buffer.from('<!DOCTYPE a><a/>'), 'application/xml'), 'signatures.xml.doctype', /DOCTYPE/],
  ] as const;
  for (const [reply, code, fix] of cases) {
    assert.equal(reply.statusCode, 422, reply.body);
    const answer = reply.json<{ code: string; fix: string; data: { code: string } }>();
    assert.deepEqual([answer.code, answer.data.code], ['verification.unreadable', code]);
    assert.match(answer.fix, fix);
  }
  assert.equal((await ask(letter, 'image/png')).statusCode, 415);
  assert.equal((await ask(letter, 'application/pdf', 'text/csv')).statusCode, 406);
});

test('a file above the limit is refused while it comes in, also as two files', async () => {
  const large = Buffer.alloc(6 * 1024 * 1024);
  assert.equal((await ask(large, 'application/pdf')).statusCode, 413);
  const half = large.subarray(0, 3 * 1024 * 1024);
  const both = await send('/api/v1/validations', form([{ field: 'file', name: 'a.p7s', bytes: half }, { field: 'content', name: 'a', bytes: half }]));
  assert.equal(both.statusCode, 413);
  assert.match(both.body, /Gửi tệp nhỏ hơn/);
});

test('the report as XML follows ETSI TS 119 102-2', async () => {
  const reply = await ask(letter, 'application/pdf', 'application/xml, application/json;q=0.5');
  assert.match(reply.headers['content-type'] as string, /application\/xml/); // safe because the reply has one content type
  assert.match(reply.body, /<MainIndication>urn:etsi:019102:mainindication:total-passed<\/MainIndication>/);
  assert.match(reply.body, /<SignerInformation>/);
});

const SEAL = 'Báo cáo kiểm tra chữ ký số của Liên Thông';

test('the report as XML is signed by the installation as XAdES B-T over the whole, and xmlsec1 accepts it', async (t) => {
  const xml = (await ask(letter, 'application/pdf', 'application/xml')).rawPayload;
  for (const schedule of signaturesModule.schedules ?? []) await schedule.run(house.kernel);
  const own = await validateBytes(house.kernel, xml);
  assert.deepEqual([own.kind, own.indication, own.signatures[0]?.signer, own.signatures[0]?.level, own.signatures[0]?.coversWholeFile], ['xml', 'TOTAL-PASSED', SEAL, 'B-T', true], JSON.stringify(own.signatures[0]?.problems));
  const changed = Buffer.from(xml.toString().replace('mainindication:total-passed', 'mainindication:total-failed'));
  assert.equal((await validateBytes(house.kernel, changed)).indication, 'TOTAL-FAILED');
  // the schema of TS 119 102-2 has the signature behind everything else
  assert.match(xml.toString(), /<\/SignatureValidationObjects><ds:Signature [\s\S]*<\/ds:Signature><\/ValidationReport>\s*$/);
  if (!hasOracle(t, 'xmlsec1')) return;
  const [root] = await house.sql<{ der: string }>(`select encode(certificate, 'base64') as der from signatures.authority_key where role = 'root'`);
  const pem = `-----BEGIN CERTIFICATE-----\n${root?.der ?? ''}\n-----END CERTIFICATE-----\n`;
  const args = ['--verify', '--trusted-pem', 'root.pem', '--verification-gmt-time', '2026-11-20 03:00:00', '--id-attr:Id', 'http://uri.etsi.org/01903/v1.3.2#:SignedProperties', 'a.xml'];
  assert.doesNotThrow(() => runOracle('xmlsec1', args, { 'a.xml': xml, 'root.pem': pem }));
  assert.throws(() => runOracle('xmlsec1', args, { 'a.xml': changed, 'root.pem': pem }));
});

test('the report as a signed API payload is JAdES compact: the JSON report inside, under the seal of the installation', async () => {
  const reply = await ask(letter, 'application/pdf', 'application/jose');
  assert.deepEqual([reply.statusCode, reply.headers['content-type']], [200, 'application/jose']);
  const own = await validateBytes(house.kernel, reply.rawPayload);
  assert.deepEqual([own.kind, own.indication, own.signatures[0]?.signer], ['jades', 'TOTAL-PASSED', SEAL], JSON.stringify(own.signatures[0]?.problems));
  const [header = '', payload = '', value = ''] = reply.body.split('.');
  const decoded = (part: string): unknown => JSON.parse(Buffer.from(part, 'base64url').toString());
  assert.deepEqual((decoded(header) as { cty: string }).cty, 'json'); // safe because it is our own header
  const report = decoded(payload) as Report; // safe because it is the report that JSON gives
  assert.deepEqual([report.indication, report.signatures[0]?.signer], ['TOTAL-PASSED', 'Nguyễn Thị Ngọc Ánh']);
  const forged = `${header}.${Buffer.from(JSON.stringify({ ...report, indication: 'TOTAL-FAILED' })).toString('base64url')}.${value}`;
  assert.equal((await validateBytes(house.kernel, Buffer.from(forged))).indication, 'TOTAL-FAILED');
});

test('the report as PDF is signed by the installation itself, and can be read and searched', async (t) => {
  const reply = await ask(letter, 'application/pdf', 'application/pdf');
  assert.equal(reply.statusCode, 200, reply.body.slice(0, 300));
  const pdf = reply.rawPayload;
  for (const schedule of signaturesModule.schedules ?? []) await schedule.run(house.kernel);
  const own = await validateBytes(house.kernel, pdf);
  assert.deepEqual([own.indication, own.signatures[0]?.signer, own.signatures[0]?.level], ['TOTAL-PASSED', 'Báo cáo kiểm tra chữ ký số của Liên Thông', 'B-T'], JSON.stringify(own.signatures[0]?.problems));
  const again = await ask(letter, 'application/pdf', 'application/pdf');
  assert.equal((await validateBytes(house.kernel, again.rawPayload)).signatures[0]?.certificate?.fingerprint, own.signatures[0]?.certificate?.fingerprint, 'one seal for all reports');
  if (!hasOracle(t, 'qpdf') || !hasOracle(t, 'pdftotext')) return;
  assert.match(runOracle('qpdf', ['--check', 'a.pdf'], { 'a.pdf': pdf }).output, /No syntax or stream encoding errors found/);
  const text = runOracle('pdftotext', ['-layout', 'a.pdf', '-'], { 'a.pdf': pdf }).output;
  for (const wanted of ['Chữ ký hợp lệ, văn bản còn nguyên vẹn.', 'Nguyễn Thị Ngọc Ánh', 'Đơn vị quản lý chứng thư', 'Hiệu lực khi ký', 'Đường dẫn chứng thực', 'Dữ liệu thu hồi đã dùng', 'Trang 1/']) {
    assert.ok(text.includes(wanted), `${wanted}\n${text.slice(0, 2000)}`);
  }
  if (hasOracle(t, 'pdfsig')) assert.match(runOracle('pdfsig', ['-nocert', 'a.pdf'], { 'a.pdf': pdf }).output, /Signature is Valid/);
});

test('a revoked seal signs no further report: another one is made', async () => {
  const sealOf = async (): Promise<string | undefined> => (await validateBytes(house.kernel, (await ask(letter, 'application/pdf', 'application/pdf')).rawPayload)).signatures[0]?.certificate?.fingerprint;
  const first = await sealOf();
  await house.sql(`update signatures.credential set state = 'revoked', revoked_at = now(), revoked_reason = 'keyCompromise' where label = 'Báo cáo kiểm tra chữ ký số của Liên Thông'`);
  const second = await sealOf();
  assert.notEqual(second, first);
});

const uploaded = () => send('/kiem-tra', form([{ field: 'file', name: 'quyết định.pdf', bytes: letter }]));
const ticketOf = (page: string): string => /name="report" value="([^"]+)"/.exec(page)?.[1] ?? assert.fail('no ticket');
const download = (ticket: string, format: string) =>
  send('/kiem-tra/bao-cao', { headers: { 'content-type': 'application/x-www-form-urlencoded' }, payload: new URLSearchParams({ report: ticket, format }).toString() });

test('the page gives its report as PDF, XML and JSON without keeping anything', async () => {
  const page = await uploaded();
  const ticket = ticketOf(page.body);
  const pdf = await download(ticket, 'pdf');
  assert.deepEqual([pdf.statusCode, pdf.rawPayload.subarray(0, 5).toString()], [200, '%PDF-']);
  assert.match(decodeURIComponent(pdf.headers['content-disposition'] as string), /bao-cao-kiem-tra-quyết định\.pdf/); // safe because a download has the header once
  assert.match((await download(ticket, 'xml')).body, /^<\?xml/);
  assert.equal((await download(ticket, 'json')).json<Report>().indication, 'TOTAL-PASSED');
  const [row] = await house.sql('select (select count(*)::int from signatures.validation) as reports, (select count(*)::int from files.blob) as blobs');
  assert.deepEqual(row, { reports: 0, blobs: 0 });
});

test('a report that was changed on the way, or is older than an hour, is not signed', async () => {
  const ticket = ticketOf((await uploaded()).body);
  const first = ticket.startsWith('A') ? 'B' : 'A';
  for (const forged of [`${first}${ticket.slice(1)}`, ticket.slice(0, -4), '', 'x.y']) assert.equal((await download(forged, 'pdf')).statusCode, 422);
  house.clock.advance(61 * 60_000);
  const late = await download(ticket, 'pdf');
  assert.equal(late.statusCode, 410);
  assert.match(late.body, /Kiểm tra lại tệp để có báo cáo mới/);
});

test('the page opens to the last attribute: path, revocation data, signed attributes and the rule', async () => {
  const { body } = await uploaded();
  for (const wanted of ['Chi tiết kỹ thuật', 'Đường dẫn chứng thực: Chứng thư 3', 'Danh sách thu hồi (CRL)', 'message-digest', 'signing-certificate-v2', 'EN 319 102-1', 'Dấu vân SHA-256', pki.root.certificate.fingerprint]) {
    assert.ok(body.includes(wanted), wanted);
  }
  assert.ok(body.indexOf('<h1 id="verdict">') < body.indexOf('<details'), 'the verdict comes before everything that has to be opened');
});

test('whatever a signature lacks, each field that the circular lists is on the page and says so', async () => {
  const listed = ['Người ký', 'Đơn vị quản lý chứng thư', 'Tổ chức cấp chứng thư', 'Thời điểm ký', 'Dấu thời gian', 'Tính toàn vẹn', 'Hiệu lực khi ký', 'Thời hạn chứng thư', 'Tình trạng thu hồi'];
  const nameless = await pki.leaf('signer', person.certificate.subject.attributes.filter(({ oid }) => !['2.5.4.10', '2.5.4.11'].includes(oid)));
  const withoutUnit = await send('/kiem-tra', form([{ field: 'file', name: 'a.pdf', bytes: signTestPdf(buildPdf(), { pki, at: signingTime, holder: nameless }) }]));
  const unread = Buffer.from(letter);
  const container = unread.indexOf('/Contents<3') + '/Contents<'.length;
  unread.write('05', container, 'latin1');
  const withoutCertificate = await send('/kiem-tra', form([{ field: 'file', name: 'b.pdf', bytes: unread }]));
  for (const page of [withoutUnit, withoutCertificate]) {
    assert.equal(page.statusCode, 200);
    for (const field of listed) assert.ok(page.body.includes(`<dt>${field}</dt>`), field);
  }
  assert.match(withoutUnit.body, /<dt>Đơn vị quản lý chứng thư<\/dt><dd>Chứng thư không nêu<\/dd>[\s\S]*<dt>Dấu thời gian<\/dt><dd>Không có<\/dd>/);
  assert.match(withoutCertificate.body, /<dt>Thời hạn chứng thư<\/dt><dd>Không đọc được chứng thư của người ký<\/dd>/);
});

test('a detached signature alone brings the form back with the second field open', async () => {
  const alone = await send('/kiem-tra', form([{ field: 'file', name: 'a.p7s', bytes: detached(minutes) }]));
  assert.equal(alone.statusCode, 422);
  assert.match(alone.body, /<details class="second-file" open[^>]*>/);
  assert.match(alone.body, /phải đi cùng tệp đã được ký/);
  const both = await send('/kiem-tra', form([{ field: 'file', name: 'a.p7s', bytes: detached(minutes) }, { field: 'content', name: 'a.txt', bytes: minutes }]));
  assert.match(both.body, /<h1 id="verdict">Chữ ký hợp lệ/);
});

test('an XML signature beside several files takes all of them, under whatever name, and names the one that is missing', async () => {
  const [first, second] = [Buffer.from('tờ trình'), Buffer.from('dự thảo')];
  const own = xmlSigner({ certificate: person.certificate.raw, chain });
  const prepared = prepareDetached([{ uri: 't%E1%BB%9D%20tr%C3%ACnh.docx', bytes: first, mediaType: 'text/plain' }, { uri: 'du-thao.docx', bytes: second, mediaType: 'text/plain' }], own, { signingTime });
  const signature = prepared.finish({ signature: signXmlBytes(own, person.privateKey, prepared.toBeSigned) });
  const with3 = (url: string, ...beside: Part[]) => send(url, form([{ field: 'file', name: 'chữ ký.xml', bytes: signature }, ...beside]));
  const api = '/api/v1/validations';
  const both = (await with3(api, { field: 'content', name: 'tên khác.docx', bytes: first }, { field: 'content', name: 'du-thao.docx', bytes: second })).json<Report>();
  assert.equal(both.indication, 'TOTAL-PASSED');
  assert.deepEqual(both.files.map(({ isCovered }) => isCovered), [true, true]);
  const one = await with3(api, { field: 'content', name: 'du-thao.docx', bytes: second });
  assert.match(one.body, /Thiếu tệp gốc mà chữ ký nói tới: “tờ trình\.docx”/);
  const changed = (await with3(api, { field: 'content', name: 'tờ trình.docx', bytes: Buffer.from('khác') }, { field: 'content', name: 'du-thao.docx', bytes: second })).json<Report>();
  assert.equal(changed.indication, 'TOTAL-FAILED');
  const page = await with3('/kiem-tra');
  assert.equal(page.statusCode, 422);
  assert.match(page.body, /Thiếu tệp gốc mà chữ ký nói tới: “tờ trình\.docx”, “du-thao\.docx”/);
  assert.match(page.body, /<details class="second-file" open/);
  const needless = await send(api, form([{ field: 'file', name: 'a.xml', bytes: invoice() }, { field: 'content', name: 'b', bytes: minutes }]));
  assert.equal(needless.json<{ data: { code: string } }>().data.code, 'signatures.contentNotNeeded');
});

test('of several files beside a .p7s the one that was signed decides', async () => {
  const reply = await send('/api/v1/validations', form([{ field: 'file', name: 'a.p7s', bytes: detached(minutes) }, { field: 'content', name: 'khác.txt', bytes: Buffer.from('khác') }, { field: 'content', name: 'biên bản.txt', bytes: minutes }]));
  const report = reply.json<Report>();
  assert.deepEqual([report.indication, report.files.map(({ name, isCovered }) => [name, isCovered])], ['TOTAL-PASSED', [['khác.txt', false], ['biên bản.txt', true]]]);
});

test('content inside a .p7m is judged from there, named with its type, and can be taken out once the signature fits', async (t) => {
  if (!hasOracle(t, 'openssl')) return;
  const key = person.privateKey.export({ format: 'pem', type: 'pkcs8' });
  const pem = (raw: Buffer) => `-----BEGIN CERTIFICATE-----\n${raw.toString('base64').replace(/.{64}/g, '$&\n')}\n-----END CERTIFICATE-----\n`;
  const args = ['cms', '-sign', '-cades', '-nodetach', '-binary', '-in', 'c', '-signer', 's.pem', '-certfile', 'ca.pem', '-inkey', 'k.pem', '-outform', 'DER', '-out', 'o.p7m'];
  const p7m = runOracle('openssl', args, { c: letter, 's.pem': pem(person.certificate.raw), 'ca.pem': pem(pki.issuing.certificate.raw), 'k.pem': key }).read('o.p7m');
  const upload = (bytes: Buffer) => form([{ field: 'file', name: 'quyết định.pdf.p7m', bytes }]);
  const report = (await send('/api/v1/validations', upload(p7m))).json<Report & { signatures: { integrity: string }[] }>();
  assert.deepEqual([report.kind, report.signatures[0]?.integrity, report.files.map(({ mediaType, isCovered }) => [mediaType, isCovered])], ['cades', 'intact', [['application/pdf', true]]]);
  const taken = await send('/api/v1/validations/content', upload(p7m));
  assert.deepEqual([taken.statusCode, taken.headers['content-type'], taken.rawPayload.equals(letter)], [200, 'application/octet-stream', true]);
  assert.match(decodeURIComponent(taken.headers['content-disposition'] as string), /attachment.*quyết định\.pdf/); // safe because a download has the header once
  const page = await send('/kiem-tra', upload(p7m));
  assert.match(page.body, /Nội dung bên trong[\s\S]*quyết định\.pdf · application\/pdf/);
  assert.ok(page.body.includes(`base64,${letter.toString('base64')}`));
  const bent = Buffer.from(p7m);
  bent.writeUInt8(bent.readUInt8(bent.indexOf('%PDF-') + 30) ^ 1, bent.indexOf('%PDF-') + 30);
  assert.equal((await send('/api/v1/validations', upload(bent))).json<Report>().indication, 'TOTAL-FAILED');
  assert.equal((await send('/api/v1/validations/content', upload(bent))).json<{ code: string }>().code, 'verification.contentBroken');
  assert.equal((await send('/api/v1/validations/content', upload(letter))).json<{ code: string }>().code, 'verification.noContentInside');
  const twice = await send('/api/v1/validations', form([{ field: 'file', name: 'a.p7m', bytes: p7m }, { field: 'content', name: 'b', bytes: minutes }]));
  assert.equal(twice.json<{ data: { code: string } }>().data.code, 'signatures.contentNotNeeded');
});

test('the command line finds the file beside a .p7s, and judges every kind', async () => {
  const paths = { 'biên-bản.txt': minutes, 'biên-bản.txt.p7s': detached(minutes), 'hóa-đơn.xml': invoice(), 'gói.asice': asic, 'lệnh.jws': jws() };
  for (const [name, bytes] of Object.entries(paths)) writeFileSync(join(folder, name), bytes);
  let output = '';
  const write = (text: string): void => {
    output += text;
  };
  const verify = (names: readonly string[], content?: string) => verifyFiles({ paths: names.map((name) => join(folder, name)), json: false, content, trustFolders: [trustFolder], now, write });
  assert.equal(await verify(['biên-bản.txt.p7s', 'hóa-đơn.xml', 'gói.asice', 'lệnh.jws']), 0, output);
  assert.match(output, /Chữ ký tách rời \(CAdES\)[\s\S]*XML \(XAdES\)[\s\S]*Gói ASiC[\s\S]*JWS \(JAdES\)/);
  writeFileSync(join(folder, 'rời.p7s'), detached(minutes));
  assert.equal(await verify(['rời.p7s']), 3);
  assert.equal(await verify(['rời.p7s'], join(folder, 'biên-bản.txt')), 0);
});
