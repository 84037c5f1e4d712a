import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { PersonActor } from '#kernel/actor.ts';
import { openTestHouse } from '#kernel/testkit.ts';
import { storeBytes } from '#engines/files/index.ts';
import { createRootAuthority } from '../domain/pki/authority.ts';
import { buildPdf } from '../domain/pdf/testing.ts';
import { buildTrustedList } from '../domain/trust-list/testing.ts';
import { signXml, testSigner } from '../domain/xml/testing.ts';
import { createTestPki, days, hours, later, signTestPdf } from '../domain/validation/testing.ts';
import { trustedListHealth } from '../health.ts';
import { validateStored } from '../queries/validate-stored.ts';
import { somebody, testModules } from '../testing.ts';
import type { LoadedLists, TrustFileReply, TrustRow } from './contract.ts';

const NOW = '2026-10-20T02:00:00Z';
const now = new Date(NOW);
const folder = mkdtempSync(join(tmpdir(), 'lienthong-trust-store-'));
const [pki, watch] = [await createTestPki(later(now, -days(60))), await createTestPki(later(now, -days(60)))];
writeFileSync(join(folder, 'dong-ho.crt'), watch.root.certificate.raw);
[...pki.crls(now), ...watch.crls(now)].forEach((list, i) => {
  writeFileSync(join(folder, `${String(i)}.crl`), list);
});

const house = await openTestHouse({ modules: testModules, now: NOW, config: { trustAnchorsDir: folder } });
const { kernel } = house;
let caller: PersonActor;
const server = house.server(() => Promise.resolve(caller));
after(async () => {
  await house.close();
  rmSync(folder, { recursive: true, force: true });
});

const province = somebody({ name: 'Đinh Trọng Hiếu', roles: ['province_admin'] });
type Reply<Body> = { status: number; body: Body & { code?: string; fields?: { path: string }[] } };

async function call<Body = unknown>(as: PersonActor, method: 'GET' | 'POST', path = '', payload?: object): Promise<Reply<Body>> {
  caller = as;
  const reply = await server.inject({ method, url: `/api/v1/signatures/trust-store${path}`, ...(payload === undefined ? {} : { payload }) });
  if (reply.body === '') return { status: reply.statusCode, body: {} as Reply<Body>['body'] }; // safe because nobody reads the body of an empty answer
  return { status: reply.statusCode, body: reply.json<Reply<Body>['body']>() };
}
const rows = async (query = ''): Promise<TrustRow[]> => (await call<{ rows: TrustRow[] }>(province, 'GET', query)).body.rows;
const base64 = (der: Buffer): string => der.toString('base64');
const basis = { legalBasis: 'Danh sách tổ chức chứng thực của Ban Cơ yếu Chính phủ', validFrom: '2026-01-01', validTo: null };
const authority = async (organization: string): Promise<Buffer> => (await createRootAuthority({ organization, now })).certificate.raw;
const fingerprintOf = (der: Buffer): string => new X509Certificate(der).fingerprint256.replaceAll(':', '').toLowerCase();
const events = async (type: string) => house.sql<{ data: Record<string, string> }>('select data from audit.entry where type = $1 order by id', [`signatures.${type}`]);

test('only the administrator of the province sees and keeps what is trusted', async () => {
  const body = { content: base64(await authority('CA lạ')), ...basis };
  for (const roles of [['clerk'], ['leader'], ['agency_admin'], ['auditor']]) {
    const other = somebody({ roles });
    for (const [method, path, payload] of [['GET', ''], ['GET', '/lists'], ['GET', `/${'0'.repeat(32)}`], ['POST', '', body], ['POST', '/look-into', body], ['POST', `/${'0'.repeat(64)}/end`, { endsOn: '2026-10-20', reason: 'không được phép' }]] as const) {
      assert.equal((await call(other, method, path, payload)).status, 403, `${String(roles)} ${method} ${path}`);
    }
  }
  assert.ok(!(await rows()).some(({ name }) => name.includes('CA lạ')));
});

test('the list says of each certificate whose it is, where it comes from and for how long; built-in and files are not ended here', async () => {
  const all = await rows();
  assert.deepEqual(all.map(({ source }) => source).sort(), ['builtIn', 'folder']);
  const file = all.find(({ source }) => source === 'folder') ?? assert.fail('no file');
  assert.deepEqual([file.file, file.state, file.trustedFrom, file.trustedTo, file.abilities], ['dong-ho.crt', 'inForce', null, null, []]);
  assert.equal(file.fingerprint, watch.root.certificate.fingerprint);
  const one = await call<TrustRow>(province, 'GET', `/${file.id}`);
  assert.deepEqual(one.body, file);
  assert.equal((await call(province, 'GET', `/${'0'.repeat(32)}`)).body.code, 'signatures.trustNotFound');
  assert.equal((await call(province, 'POST', `/${file.fingerprint}/end`, { endsOn: '2026-10-20', reason: 'không còn cần' })).body.code, 'signatures.trustNotFound');
});

test('a bundle is looked into before, then trusted as a whole; what is trusted already is named, and nothing new is refused', async () => {
  const [first, second] = [await authority('CA một'), await authority('CA hai')];
  const pem = (...all: Buffer[]): string => Buffer.from(all.map((der) => new X509Certificate(der).toString()).join('\n')).toString('base64');
  const seen = await call<TrustFileReply>(province, 'POST', '/look-into', { content: pem(first, second, first) });
  assert.deepEqual(seen.body.certificates.map(({ fingerprint, isRoot, isTrusted }) => [fingerprint, isRoot, isTrusted]), [[fingerprintOf(first), true, false], [fingerprintOf(second), true, false]]);
  assert.equal((await rows('?source=table')).length, 0, 'looking keeps nothing');

  assert.equal((await call(province, 'POST', '', { content: base64(first), ...basis })).status, 200);
  const bundle = { content: pem(first, second), ...basis };
  const added = await call<{ added: string[]; known: string[] }>(province, 'POST', '', bundle);
  assert.deepEqual([added.body.added.length, added.body.known.length], [1, 1]);
  assert.equal((await call(province, 'POST', '', bundle)).body.code, 'signatures.certificateAlreadyThere');
  assert.deepEqual((await rows('?source=table&state=inForce')).map(({ fingerprint }) => fingerprint).sort(), [fingerprintOf(first), fingerprintOf(second)].sort());
  assert.deepEqual((await rows('?text=ca%20hai')).map(({ fingerprint }) => fingerprint), [fingerprintOf(second)]);
  assert.deepEqual((await events('trust-anchor-added')).map(({ data }) => data['legalBasis']), [basis.legalBasis, basis.legalBasis]);
});

test('what is no authority, no certificate, empty, or trusted for no time at all is refused with what to do', async () => {
  const add = async (content: Buffer, changes = {}) => {
    const { status, body } = await call(province, 'POST', '', { content: base64(content), ...basis, ...changes });
    return [status, body.code];
  };
  assert.deepEqual(await add(pki.person.certificate.raw), [422, 'signatures.trustNotAuthority']);
  for (const other of [Buffer.alloc(200, 65), Buffer.from('xin chào'), Buffer.alloc(0)]) assert.deepEqual(await add(other), [422, 'signatures.certificate.malformed']);
  assert.deepEqual(await add(Buffer.from(`-----BEGIN PUBLIC KEY-----\n${'A'.repeat(100)}\n-----END PUBLIC KEY-----`)), [422, 'signatures.trustFileEmpty']);
  const root = await authority('CA không kỳ hạn');
  assert.deepEqual(await add(root, { validTo: '2026-01-01' }), [422, 'signatures.trustPeriodEmpty']);
  assert.deepEqual(await add(root, { legalBasis: 'QĐ' }), [422, 'kernel.invalidInput']);
});

test('two who add one certificate at once add it once', async () => {
  const content = base64(await authority('CA hai người thêm'));
  const replies = await Promise.all([1, 2].map(() => call(province, 'POST', '', { content, ...basis })));
  assert.deepEqual(replies.map(({ status }) => status).sort(), [200, 409]);
});

test('trust that is ended today ends at once: what is proven to be older keeps its verdict, what is not loses it', async () => {
  const verdict = async (pdf: Buffer): Promise<string> => {
    const { sha256 } = await storeBytes(kernel, pdf, { limitBytes: 1_000_000 });
    const { indication, signatures } = await validateStored(kernel, sha256);
    return signatures[0]?.subIndication ?? indication;
  };
  const stamped = { pki: { ...pki, tsa: watch.tsa }, withTimestamp: true, at: later(now, -hours(2)) };
  const proven = signTestPdf(buildPdf(), stamped);
  const unproven = signTestPdf(buildPdf(), { pki, at: later(now, -hours(2)) });
  const root = pki.root.certificate;
  assert.equal(await verdict(proven), 'NO_CERTIFICATE_CHAIN_FOUND');
  await call(province, 'POST', '', { content: base64(root.raw), ...basis });
  assert.deepEqual([await verdict(proven), await verdict(unproven)], ['TOTAL-PASSED', 'TOTAL-PASSED']);

  const end = (endsOn: string, reason = 'Nơi cấp đã chấm dứt hoạt động') => call(province, 'POST', `/${root.fingerprint}/end`, { endsOn, reason });
  const early = await end('2026-10-19');
  assert.deepEqual([early.status, early.body.code, early.body.fields?.[0]?.path], [422, 'signatures.trustEndTooEarly', 'endsOn']);
  assert.equal((await end('2026-10-20', 'hết')).body.code, 'kernel.invalidInput');
  assert.equal((await end('2026-10-20')).status, 204);
  assert.equal((await end('2026-10-20')).body.code, 'signatures.trustEndedAlready');
  assert.deepEqual([await verdict(proven), await verdict(unproven)], ['TOTAL-PASSED', 'NO_CERTIFICATE_CHAIN_FOUND_NO_POE']);

  const [row] = await rows('?source=table&state=ended');
  assert.deepEqual([row?.fingerprint, row?.endReason, row?.abilities], [root.fingerprint, 'Nơi cấp đã chấm dứt hoạt động', []]);
  assert.equal(new Date(row?.trustedTo ?? 0).getTime(), house.clock.now().getTime());
  const [event] = await events('trust-anchor-ended');
  assert.deepEqual(event?.data, { name: root.subject.commonName, fingerprint: root.fingerprint, endsAt: '20/10/2026, 09:00', reason: 'Nơi cấp đã chấm dứt hoạt động' });

  // Ended by mistake: a second period begins, and the first stays as it was.
  house.clock.advance(hours(24));
  assert.equal((await call(province, 'POST', '', { content: base64(root.raw), ...basis })).body.code, 'signatures.certificateAlreadyThere', 'the new period would overlap the old one');
  assert.equal((await call(province, 'POST', '', { content: base64(root.raw), ...basis, validFrom: '2026-10-21' })).status, 200);
  const periods = (await rows('?source=table')).filter(({ fingerprint }) => fingerprint === root.fingerprint);
  assert.deepEqual(periods.map(({ state }) => state).sort(), ['ended', 'inForce']);
  assert.equal(await verdict(signTestPdf(buildPdf(), { ...stamped, at: later(now, hours(3)) })), 'NO_CERTIFICATE_CHAIN_FOUND', 'proven to be of the day between');
});

test('an end that lies ahead shows at once and counts from its day on; what would have begun later is taken away', async () => {
  const root = await authority('CA sắp dừng');
  const fingerprint = fingerprintOf(root);
  const state = async () => (await rows('?text=sap%20dung')).map((row) => [row.state, row.trustedFrom?.slice(0, 10), row.trustedTo?.slice(0, 10)]);
  await call(province, 'POST', '', { content: base64(root), ...basis, validTo: '2026-11-01' });
  await call(province, 'POST', '', { content: base64(root), ...basis, validFrom: '2026-12-01' });
  assert.deepEqual((await state()).sort(), [['ahead', '2026-12-01', undefined], ['inForce', '2026-01-01', '2026-11-01']]);
  assert.equal((await call(province, 'POST', `/${fingerprint}/end`, { endsOn: '2026-10-25', reason: 'Theo thông báo của nơi cấp' })).status, 204);
  assert.deepEqual(await state(), [['inForce', '2026-01-01', '2026-10-25']]);
  assert.equal((await call(province, 'POST', `/${fingerprint}/end`, { endsOn: '2026-10-30', reason: 'Theo thông báo của nơi cấp' })).body.code, 'signatures.trustEndedAlready');
  house.clock.advance(days(5));
  assert.deepEqual(await state(), [['ended', '2026-01-01', '2026-10-25']]);
});

test('trusted lists say what became of them: counted, not used and why; a file that cannot be read is named there and takes nothing else away', async () => {
  const lists = async (): Promise<LoadedLists> => {
    house.clock.advance(61_000);
    return (await call<LoadedLists>(province, 'GET', '/lists')).body;
  };
  assert.deepEqual((await lists()).lists, []);
  const list = buildTrustedList(pki.issuing.certificate, { current: { status: 'granted', from: later(now, -days(20)) } });
  writeFileSync(join(folder, 'nepac.unsigned.xml'), list);
  writeFileSync(join(folder, 'nepac.xml'), list);
  const loaded = await lists();
  assert.deepEqual([loaded.isConfigured, loaded.unreadable, loaded.readAt !== null], [true, null, true]);
  assert.deepEqual(loaded.lists.map(({ file, signature, anchors, operator }) => [file, signature, anchors, operator]), [
    ['nepac.xml', 'notUsed', null, null],
    ['nepac.unsigned.xml', 'byHand', 1, 'Trung tâm Chứng thực điện tử quốc gia'],
  ]);
  assert.match(loaded.lists[0]?.problem?.vi ?? '', /không có chữ ký/);
  const [listed] = await rows('?source=list');
  assert.deepEqual([listed?.file, listed?.state, listed?.legalBasis, listed?.abilities], ['nepac.unsigned.xml', 'inForce', 'Trung tâm Chứng thực điện tử quốc gia', []]);

  // A row for the same certificate says that a list trusts it too: ending the one does not end the other.
  await call(province, 'POST', '', { content: base64(pki.issuing.certificate.raw), ...basis });
  assert.deepEqual((await rows('?source=table')).find(({ fingerprint }) => fingerprint === pki.issuing.certificate.fingerprint)?.alsoFrom, ['list']);

  writeFileSync(join(folder, 'hong.crt'), 'not a certificate');
  const damaged = await lists();
  assert.equal(damaged.unreadable, null);
  assert.deepEqual(damaged.lists.map(({ file, signature }) => [file, signature]), [['hong.crt', 'notUsed'], ['nepac.xml', 'notUsed'], ['nepac.unsigned.xml', 'byHand']]);
  assert.match(damaged.lists[0]?.problem?.vi ?? '', /Không đọc được tệp/);
  assert.deepEqual([...new Set((await rows()).map(({ source }) => source))].sort(), ['builtIn', 'folder', 'list', 'table']);
  assert.match((await trustedListHealth.check(kernel)).vi, /hong\.crt/);
  rmSync(join(folder, 'hong.crt'));
});

test('half an upload takes down what lies in that file and nothing else, and is mended by the whole file', async () => {
  const watched = join(folder, 'dong-ho.crt');
  const verdictOf = async (by: typeof pki, text: string) => {
    const { sha256 } = await storeBytes(kernel, signTestPdf(buildPdf({ content: () => `BT (${text}) Tj ET` }), { pki: by, at: later(now, -hours(1)) }), { limitBytes: 1_000_000 });
    house.clock.advance(61_000);
    const { indication, subIndication } = await validateStored(kernel, sha256);
    return subIndication ?? indication;
  };
  await call(province, 'POST', '', { content: base64(pki.root.certificate.raw), ...basis });
  const verdicts = async () => [await verdictOf(pki, 'của bảng'), await verdictOf(watch, 'của tệp')];
  const { raw } = watch.root.certificate;
  [...pki.crls(kernel.clock.now()), ...watch.crls(kernel.clock.now())].forEach((list, i) => {
    writeFileSync(join(folder, `${String(i)}.crl`), list);
  });
  assert.deepEqual(await verdicts(), ['TOTAL-PASSED', 'TOTAL-PASSED']);
  writeFileSync(watched, raw.subarray(0, raw.length / 2));
  assert.deepEqual(await verdicts(), ['TOTAL-PASSED', 'NO_CERTIFICATE_CHAIN_FOUND']);
  writeFileSync(watched, raw);
  assert.deepEqual(await verdicts(), ['TOTAL-PASSED', 'TOTAL-PASSED']);
});

test('an older issue of a trusted list, put back in place of a newer one, is not used by this process or the next, and the health page says why', async () => {
  const operator = testSigner(pki, pki.agency);
  const issue = (sequenceNumber: number, status: string) => signXml(buildTrustedList(watch.issuing.certificate, { current: { status, from: later(now, -days(50)) }, sequenceNumber }), operator, { signingTime: later(now, -days(1)) });
  writeFileSync(join(folder, 'nepac.list-signer.crt'), pki.agency.certificate.raw);
  const read = async (xml: Buffer) => {
    writeFileSync(join(folder, 'vn.xml'), xml);
    house.clock.advance(61_000);
    const { body } = await call<LoadedLists>(province, 'GET', '/lists');
    return body.lists.filter(({ file }) => file === 'vn.xml').map(({ signature, sequenceNumber }) => [signature, sequenceNumber]);
  };
  assert.deepEqual(await read(issue(11, 'granted')), [['valid', 11]]);
  assert.deepEqual(await read(issue(12, 'withdrawn')), [['valid', 12]]);
  assert.deepEqual(await read(issue(11, 'granted')), [['notUsed', null]]);
  const health = await trustedListHealth.check(kernel);
  assert.deepEqual([health.status, /vn\.xml: Danh sách tin cậy này cũ hơn bản đã đọc trước đó/.test('fixVi' in health ? health.fixVi : '')], ['warn', true]);
  assert.deepEqual((await house.sql('select territory, sequence_number::int as number from signatures.trusted_list')), [{ territory: 'VN', number: 12 }], 'what the next process starts with');
  assert.deepEqual(await read(issue(13, 'withdrawn')), [['valid', 13]]);
  for (const name of ['vn.xml', 'nepac.list-signer.crt']) rmSync(join(folder, name));
  house.clock.advance(61_000);
});

test('the administrator may use an older list all the same, for a reason that is recorded; not beside the newer one, and the next newer one counts again', async () => {
  const operator = testSigner(pki, pki.agency);
  const issue = (sequenceNumber: number) => signXml(buildTrustedList(watch.issuing.certificate, { current: { status: 'granted', from: later(now, -days(50)) }, sequenceNumber }), operator, { signingTime: later(now, -days(1)) });
  const put = (name: string, content: Buffer) => {
    writeFileSync(join(folder, name), content);
    house.clock.advance(61_000);
  };
  const lists = async () => (await call<LoadedLists>(province, 'GET', '/lists')).body.lists.filter(({ file }) => file.endsWith('.xml') && !file.includes('nepac'));
  writeFileSync(join(folder, 'nepac.list-signer.crt'), pki.agency.certificate.raw);
  put('vn.xml', issue(21));
  assert.deepEqual((await lists()).map(({ signature, abilities }) => [signature, abilities]), [['valid', []]]);
  put('vn-cu.xml', issue(20));
  assert.deepEqual((await lists()).map(({ file, abilities }) => [file, abilities]), [['vn-cu.xml', []], ['vn.xml', []]], 'the newer one lies beside it');
  rmSync(join(folder, 'vn.xml'));
  house.clock.advance(61_000);
  const [refused] = await lists();
  assert.deepEqual([refused?.signature, refused?.abilities, refused?.older?.sequenceNumber, refused?.older?.newest.sequenceNumber], ['notUsed', ['use-older'], 20, 21]);

  const body = { file: 'vn-cu.xml', sequenceNumber: 20, issuedAt: refused?.older?.issuedAt, reason: 'Bản số 21 phát hành nhầm, cơ quan lập đã thông báo' };
  const use = (changes = {}, as = province) => call<LoadedLists>(as, 'POST', '/lists/use-older', { ...body, ...changes });
  for (const roles of [['clerk'], ['leader'], ['agency_admin'], ['auditor']]) assert.equal((await use({}, somebody({ roles }))).status, 403);
  const unreasoned = await use({ reason: ' ' });
  assert.deepEqual([unreasoned.status, unreasoned.body.fields?.map(({ path }) => path)], [422, ['reason']]);
  for (const other of [{ file: 'khac.xml' }, { sequenceNumber: 19 }, { issuedAt: '2020-01-01T00:00:00Z' }]) assert.deepEqual(await use(other).then(({ status, body: { code } }) => [status, code]), [409, 'signatures.olderListNotThere']);

  const both = await Promise.all([use(), use()]);
  assert.deepEqual(both.map(({ status }) => status).sort(), [200, 409], 'two who press at once do it once');
  assert.deepEqual((await lists()).map(({ file, signature, sequenceNumber }) => [file, signature, sequenceNumber]), [['vn-cu.xml', 'valid', 20]]);
  assert.deepEqual(await house.sql('select sequence_number::int as number from signatures.trusted_list'), [{ number: 20 }], 'what the next process starts with');
  const [event, ...more] = await events('trusted-list-reinstated');
  assert.deepEqual([event?.data['file'], event?.data['number'], event?.data['newerNumber'], event?.data['reason'], more.length], ['vn-cu.xml', 20, 21, body.reason, 0]);

  put('vn.xml', issue(22));
  assert.deepEqual((await lists()).map(({ file, signature }) => [file, signature]), [['vn-cu.xml', 'notUsed'], ['vn.xml', 'valid']]);
  for (const name of ['vn.xml', 'vn-cu.xml', 'nepac.list-signer.crt']) rmSync(join(folder, name));
  house.clock.advance(61_000);
});

test('of a revocation list that was cut short before it was ever read, only the authority that it speaks for is undecided, with the reason, until the whole one lies there', async () => {
  const at = kernel.clock.now();
  const other = await createTestPki(later(at, -days(40)), 'Tỉnh khác');
  writeFileSync(join(folder, 'khac.crt'), other.root.certificate.raw);
  [...pki.crls(at), ...other.crls(at)].forEach((list, i) => {
    writeFileSync(join(folder, `du-${String(i)}.crl`), list);
  });
  const store = async (by: typeof pki, text: string) => (await storeBytes(kernel, signTestPdf(buildPdf({ content: () => `BT (${text}) Tj ET` }), { pki: by, at: later(at, -hours(1)) }), { limitBytes: 1_000_000 })).sha256;
  const own = await store(pki, 'cua no');
  const verdicts = async (others: string) => {
    house.clock.advance(61_000);
    const reports = [await validateStored(kernel, own), await validateStored(kernel, others)];
    return reports.map(({ indication, subIndication }) => subIndication ?? indication);
  };
  await call(province, 'POST', '', { content: base64(pki.root.certificate.raw), ...basis });
  assert.deepEqual(await verdicts(await store(other, 'truoc do')), ['TOTAL-PASSED', 'TOTAL-PASSED']);
  const others = await store(other, 'cua noi khac');
  const whole = other.crls(at, [{ serial: other.person.certificate.serial, revokedAt: later(at, -hours(2)), reason: 'keyCompromise' }])[1] ?? assert.fail('no list');
  writeFileSync(join(folder, 'nua.crl'), whole.subarray(0, whole.length - 40));
  assert.deepEqual(await verdicts(others), ['TOTAL-PASSED', 'TRY_LATER']);
  const report = await validateStored(kernel, others);
  assert.match(JSON.stringify(report), /bị cắt cụt/);
  const health = await trustedListHealth.check(kernel);
  assert.deepEqual([health.status, /nua\.crl/.test(JSON.stringify(health)), /cắt cụt/.test(JSON.stringify(health))], ['warn', true, true]);
  writeFileSync(join(folder, 'nua.crl'), whole);
  assert.deepEqual(await verdicts(others), ['TOTAL-PASSED', 'REVOKED'], 'the whole list says what half of it hid');
  for (const name of ['nua.crl', 'khac.crt', 'du-0.crl', 'du-1.crl', 'du-2.crl', 'du-3.crl']) rmSync(join(folder, name), { force: true });
  house.clock.advance(61_000);
});

test('half a revocation list leaves its last reading in force; one that was never read stops everything, and both are said', async () => {
  const at = kernel.clock.now();
  const revoked = pki.crls(at, [{ serial: pki.person.certificate.serial, revokedAt: later(at, -hours(2)), reason: 'keyCompromise' }])[1] ?? assert.fail('no list');
  const { sha256 } = await storeBytes(kernel, signTestPdf(buildPdf({ content: () => 'BT (bi thu hoi) Tj ET' }), { pki, at: later(at, -hours(1)) }), { limitBytes: 1_000_000 });
  const verdict = async () => (await validateStored(kernel, sha256)).subIndication;
  writeFileSync(join(folder, '1.crl'), revoked);
  house.clock.advance(61_000);
  assert.equal(await verdict(), 'REVOKED');
  writeFileSync(join(folder, '1.crl'), revoked.subarray(0, 100));
  house.clock.advance(61_000);
  assert.ok((await call<LoadedLists>(province, 'GET', '/lists')).body.lists.some(({ file, problem }) => file === '1.crl' && problem?.vi.includes('lần đọc tốt gần nhất') === true));
  assert.equal(await verdict(), 'REVOKED');
  // Not cut short, but damaged: whose it was cannot be told.
  writeFileSync(join(folder, 'moi.crl'), Buffer.concat([revoked.subarray(0, 60), Buffer.alloc(revoked.length - 60, 0xff)]));
  house.clock.advance(61_000);
  assert.equal((await call<LoadedLists>(province, 'GET', '/lists')).body.unreadable, 'moi.crl');
  const health = await trustedListHealth.check(kernel);
  assert.deepEqual([health.status, health.vi.includes('moi.crl')], ['fail', true]);
  await assert.rejects(verdict(), { name: 'TrustFolderError' });
  writeFileSync(join(folder, 'moi.crl'), revoked);
  writeFileSync(join(folder, '1.crl'), revoked);
  assert.deepEqual([await verdict(), (await trustedListHealth.check(kernel)).vi.includes('.crl')], ['REVOKED', false]);
});
