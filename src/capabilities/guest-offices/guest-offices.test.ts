import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { FastifyInstance } from 'fastify';
import { systemActor } from '#kernel/actor.ts';
import { run } from '#kernel/command.ts';
import { vietnamDay } from '#kernel/time.ts';
import { authenticate } from '#engines/identity/index.ts';
import { addTrustAnchor } from '#engines/signatures/index.ts';
import { cscAccount, testCscService, type TestCscService } from '#engines/signatures/adapters/csc-client/testing.ts';
import { createRootAuthority, generateKey, issueCertificate, personSubject } from '#engines/signatures/domain/pki/authority.ts';
import { DEMO_PIN, seedCredentials } from '#seeds/credentials.ts';
import { DEMO_PASSWORD } from '#seeds/demo-accounts.ts';
import { credential, issuedDocument, letter, openOffice, type Clerk, type Office, type Refusal } from '../../../tests/office.ts';
import { guestsReach } from './allowed-routes.ts';
import type { GuestTasks, InvitedReply, LetterDetail, LetterList, Overview, OwnOffice } from './contract.ts';
import { openMailServer, type MailServer } from '../../../tests/mail-server.ts';
import { visitorAt, type Visitor } from './testing.ts';

const PASSWORD = 'Toa-soan@2026-moi';
const base = '/api/v1/guest-offices';

let office: Office;
let mail: MailServer;
let server: FastifyInstance;
let clerk: Clerk;
let province: Visitor;
let service: TestCscService;
const folder = mkdtempSync(join(tmpdir(), 'guest-offices-'));
before(async () => {
  mail = await openMailServer();
  office = await openOffice();
  await openSigningService();
  Object.assign(office.house.kernel.config, { smtpUrl: mail.url, mailFrom: 'Liên Thông <lienthong@thanhhoa.gov.vn>', publicUrl: 'https://lienthong.thanhhoa.gov.vn' });
  server = office.house.server(authenticate);
  clerk = await office.signIn('vanthu.snv');
  province = visitorAt(server);
  await province.signInWithCodes('quantri.tinh', DEMO_PASSWORD, office.house.clock.now());
});
after(async () => {
  await server.close();
  await office.close();
  await mail.close();
  await service.close();
  rmSync(folder, { recursive: true });
});

/** A service that sends one-time codes, with a certificate of an authority that the province trusts. */
async function openSigningService(): Promise<void> {
  const now = office.house.clock.now();
  const root = await createRootAuthority({ organization: 'CA công cộng thử', now });
  const pair = await generateKey('rsa-2048');
  const { raw } = issueCertificate(root, { kind: 'signer', subject: personSubject({ name: 'Trần Thu Hà', organization: 'Báo' }), publicKey: pair.publicKey, now });
  service = await testCscService({ key: pair.privateKey, certificate: raw, chain: [] });
  service.behave.code = 'online';
  const access = { kind: 'login', user: cscAccount.user, password: cscAccount.password };
  const signingServicesFile = join(folder, 'services.json');
  writeFileSync(signingServicesFile, JSON.stringify([{ name: 'ky-so', kind: 'csc', version: 1, baseUrl: service.url(1), access }]));
  Object.assign(office.house.kernel.config, { signingServicesFile });
  const anchor = { certificate: new X509Certificate(root.certificate.raw).toString(), legalBasis: 'Quyết định thử nghiệm', validFrom: vietnamDay(now), validTo: null };
  await run(office.house.kernel, addTrustAnchor, anchor, { actor: systemActor('test') });
}

const scan = { name: 'giay-phep.pdf', bytes: letter };
const fields = (changes: Record<string, string> = {}) => ({
  name: 'Báo Thanh Hóa',
  abbreviation: 'BTH',
  kind: 'press_office',
  licenceNumber: '123/GP-BTTTT',
  address: '101 Lê Lợi, phường Hạc Thành',
  contactName: 'Trần Thu Hà',
  contactTitle: 'Thư ký tòa soạn',
  email: 'toasoan@example.vn',
  phone: '0237 3852 111',
  password: PASSWORD,
  passwordAgain: PASSWORD,
  ...changes,
});

let addresses = 0;
/** Somebody from the street, each from another network. */
const passerBy = (): Visitor => visitorAt(server, `203.0.113.${String((addresses += 1))}`);

async function invited(): Promise<string> {
  const reply = await clerk.post<{ path: string }>(`${base}/invitations`, { invitee: 'Báo Thanh Hóa', contact: '0912 345 678' });
  assert.equal(reply.status, 200);
  return reply.body.path;
}

const overview = async (): Promise<Overview> => (await province.ask<Overview>('GET', base)).body;
const waiting = async (name: string) => {
  const found = (await overview()).applications.find((each) => each.name === name && each.state === 'waiting');
  assert.ok(found);
  return found;
};

let offices = 0;
/** An approved office whose first person is signed in. */
async function guest(): Promise<{ visitor: Visitor; agencyId: string; login: string; name: string }> {
  const name = `Báo số ${String((offices += 1))}`;
  const visitor = passerBy();
  await visitor.form('/dang-ky-gui-nhan', fields({ name }), [scan]);
  const { id, login } = await waiting(name);
  const approved = await province.ask<{ agencyId: string }>('POST', `${base}/applications/${id}/approve`);
  assert.equal(approved.status, 200);
  assert.equal((await visitor.signIn(login, PASSWORD)).status, 200);
  return { visitor, agencyId: approved.body.agencyId, login, name };
}

/** Gives a guest a certificate of the tests’ authority: a real one comes from a public authority as a key file. */
async function withCertificate(of: { agencyId: string; name: string; visitor: Visitor }): Promise<string> {
  const [post] = await office.house.sql<{ person_id: string; full_name: string }>('select p.person_id, h.full_name from identity.post p join identity.person h on h.id = p.person_id where p.agency_id = $1', [of.agencyId]);
  assert.ok(post);
  // safe because these ids come from the directory
  const person = { personId: post.person_id, name: post.full_name, agencyId: of.agencyId, agencyName: of.name, title: 'Thư ký' } as Parameters<typeof seedCredentials>[1]['people'][number];
  await seedCredentials(office.house.kernel, { people: [person], agencies: [] });
  const { body } = await of.visitor.ask<{ credentials: { id: string }[] }>('GET', '/api/v1/signatures/credentials');
  return body.credentials[0]?.id ?? '';
}

const home = async (): Promise<string> => (await office.agencies('Sở Nội vụ'))[0] ?? '';
async function body(visitor: Visitor, changes: object = {}): Promise<object> {
  return { recipientAgencyId: await home(), number: null, notation: null, issuedOn: '2026-11-20', summary: 'V/v cung cấp thông tin báo chí', mainUploadId: await visitor.upload(letter, 'cong-van.pdf'), ...changes };
}

/** Written, signed here and sent. */
async function sentLetter(of: Awaited<ReturnType<typeof guest>>, changes: object = {}): Promise<string> {
  const credentialId = await withCertificate(of);
  const written = await of.visitor.ask<{ id: string }>('POST', `${base}/letters`, await body(of.visitor, changes));
  assert.equal(written.status, 200, JSON.stringify(written.body));
  const signed = await of.visitor.ask<Refusal>('POST', `${base}/letters/${written.body.id}/sign`, { credentialId, pin: DEMO_PIN });
  assert.equal(signed.status, 200, JSON.stringify(signed.body));
  await office.house.drain();
  return written.body.id;
}

test('an organisation applies without JavaScript, and its page says that it waits', async () => {
  const visitor = passerBy();
  const form = await visitor.page('/dang-ky-gui-nhan');
  assert.equal(form.status, 200);
  assert.match(form.text, /<form method="post" enctype="multipart\/form-data"/);
  assert.doesNotMatch(form.text, /<script/);
  const sent = await visitor.form('/dang-ky-gui-nhan', fields({ name: 'Hội Nhà báo' }), [scan]);
  assert.equal(sent.status, 303);
  const status = await visitor.page(sent.location ?? '');
  assert.match(status.text, /Đang chờ duyệt/);
  assert.equal((await visitor.signIn((await waiting('Hội Nhà báo')).login, PASSWORD)).status, 401);
});

test('problems of an application come back field by field, with what was typed', async () => {
  const visitor = passerBy();
  const wrong = await visitor.form('/dang-ky-gui-nhan', fields({ name: '', email: 'x', passwordAgain: 'khác' }), [scan]);
  assert.equal(wrong.status, 422);
  for (const path of ['name', 'email', 'passwordAgain']) assert.match(wrong.text, new RegExp(`id="${path}-wrong"`));
  assert.match(wrong.text, /value="101 Lê Lợi/);
  assert.ok(!wrong.text.includes(PASSWORD));
  assert.match((await visitor.form('/dang-ky-gui-nhan', fields({ password: 'ngan', passwordAgain: 'ngan' }), [scan])).text, /id="password-wrong"/);
  assert.match((await visitor.form('/dang-ky-gui-nhan', fields())).text, /id="papers-wrong"/);
  assert.equal((await visitor.form('/dang-ky-gui-nhan', fields({ name: 'Hội\u0000 Nhà báo' }), [scan])).status, 422, 'what no database can keep');
  assert.match((await visitor.form('/dang-ky-gui-nhan', fields(), [{ name: 'x.exe', bytes: Buffer.from('MZ') }])).text, /id="papers-wrong"/);
});

test('one network sends five applications an hour without an invitation', async () => {
  const visitor = passerBy();
  for (let at = 0; at < 5; at += 1) assert.equal((await visitor.form('/dang-ky-gui-nhan', fields({ name: `Hội ${String(at)}` }), [scan])).status, 303);
  assert.equal((await visitor.form('/dang-ky-gui-nhan', fields({ name: 'Hội 6' }), [scan])).status, 429);
});

test('an invitation is used once, not after seven days, and not after it was withdrawn', async () => {
  const path = await invited();
  const visitor = passerBy();
  assert.match((await visitor.page(path)).text, /value="Báo Thanh Hóa"/);
  assert.equal((await visitor.form(path, fields({ name: 'Báo được mời' }), [scan])).status, 303);
  assert.equal((await waiting('Báo được mời')).invitedBy !== null, true);
  assert.equal((await visitor.form(path, fields(), [scan])).status, 409);
  const withdrawn = await invited();
  const { body } = await clerk.get<Overview>(base);
  const open = body.invitations.find(({ state }) => state === 'open');
  assert.ok(open);
  assert.equal((await clerk.post(`${base}/invitations/${open.id}/revoke`)).status, 204);
  assert.equal((await clerk.post(`${base}/invitations/${open.id}/revoke`)).status, 409);
  assert.equal((await visitor.page(withdrawn)).status, 409);
  assert.equal((await visitor.page('/loi-moi-gui-nhan/khong-co')).status, 404);
  const old = await invited();
  await office.house.sql(`update guest_offices.invitation set created_at = created_at - interval '8 days', expires_at = expires_at - interval '8 days' where used_at is null and revoked_at is null`);
  assert.equal((await visitor.page(old)).status, 409);
  assert.equal((await visitor.form(old, fields(), [scan])).status, 409);
});

test('another agency’s invitation cannot be withdrawn, and an officer invites nobody', async () => {
  await invited();
  const mine = (await clerk.get<Overview>(base)).body.invitations.find(({ state }) => state === 'open');
  const stranger = await office.signIn('vanthu.stc');
  assert.equal((await stranger.post(`${base}/invitations/${mine?.id ?? ''}/revoke`)).status, 404);
  assert.equal((await (await office.signIn('giamdoc.snv')).post(`${base}/invitations`, { invitee: 'Báo' })).status, 403);
});

test('only the province decides, once; a refusal says why on the applicant’s page', async () => {
  const visitor = passerBy();
  const sent = await visitor.form('/dang-ky-gui-nhan', fields({ name: 'Công ty Một' }), [scan]);
  const { id } = await waiting('Công ty Một');
  assert.equal((await clerk.post(`${base}/applications/${id}/approve`)).status, 403);
  assert.equal((await clerk.get<Overview>(base)).body.applications.length, 0);
  assert.equal((await province.ask('POST', `${base}/applications/${id}/refuse`, { reason: ' ' })).status, 422);
  assert.equal((await province.ask('POST', `${base}/applications/${id}/refuse`, { reason: 'Giấy phép đã hết hạn' })).status, 204);
  assert.equal((await province.ask('POST', `${base}/applications/${id}/approve`)).status, 409);
  assert.match((await visitor.page(sent.location ?? '')).text, /Giấy phép đã hết hạn/);
});

test('two administrators who approve at once make one agency', async () => {
  await passerBy().form('/dang-ky-gui-nhan', fields({ name: 'Công ty Hai' }), [scan]);
  const { id } = await waiting('Công ty Hai');
  const replies = await Promise.all([province.ask('POST', `${base}/applications/${id}/approve`), province.ask('POST', `${base}/applications/${id}/approve`)]);
  assert.deepEqual(replies.map(({ status }) => status).sort(), [200, 409]);
  const [agencies] = await office.house.sql<{ n: number }>(`select count(*)::int as n from identity.agency_name where name = 'Công ty Hai'`);
  assert.equal(agencies?.n, 1);
});

test('a guest reaches the listed routes and nothing else, whatever a route declares', async () => {
  const { visitor } = await guest();
  const listed = new Set(guestsReach.routes);
  // live hints are a route of the application itself, beside those of the modules
  listed.delete('GET /api/v1/live');
  for (const route of office.house.kernel.modules.flatMap(({ routes = [] }) => routes)) {
    if (route.access.kind === 'public') continue;
    const key = `${route.method} ${route.url}`;
    const isListed = listed.delete(key);
    if (isListed) continue;
    const reply = await visitor.ask<Refusal>(route.method, route.url.replace(/:\w+/g, '00000000-0000-7000-8000-000000000000'), route.method === 'GET' || route.method === 'HEAD' ? undefined : {});
    assert.equal(reply.status, 403, key);
  }
  assert.deepEqual([...listed], [], 'every listed route exists');
});

test('a guest sees neither people nor lists nor documents of other agencies', async () => {
  const { visitor } = await guest();
  assert.equal((await visitor.ask('GET', `/api/v1/accounts/agencies/${await home()}`)).status, 403);
  assert.deepEqual((await visitor.ask<{ rows: unknown[] }>('GET', '/api/v1/incoming-documents')).body.rows, []);
  const found = await visitor.ask<{ agencies: Record<string, unknown>[] }>('GET', `${base}/recipients?text=so noi vu`);
  assert.deepEqual(Object.keys(found.body.agencies[0] ?? {}).sort(), ['code', 'id', 'name']);
  const other = await guest();
  const id = await sentLetter(other);
  assert.equal((await visitor.ask('GET', `${base}/letters/${id}`)).status, 404);
  assert.equal((await visitor.ask('DELETE', `${base}/letters/${id}`)).status, 404);
});

test('a letter that is signed here goes to the agency’s inbox without a number, and its state comes back', async () => {
  const press = await guest();
  const id = await sentLetter(press);
  type Row = { id: string; number: string; notation: string; senderName: string; verdict: string };
  const row = (await clerk.get<{ rows: Row[] }>('/api/v1/incoming-documents')).body.rows.find(({ senderName }) => senderName === press.name);
  assert.ok(row);
  assert.equal(`${row.number}/${row.notation}`, 'Không số/BTH');
  assert.equal(row.verdict, 'TOTAL-PASSED');
  await clerk.post(`/api/v1/incoming-documents/${row.id}/register`);
  await office.house.drain();
  const detail = (await press.visitor.ask<LetterDetail>('GET', `${base}/letters/${id}`)).body;
  assert.equal(detail.delivery?.state, 'registered');
  assert.equal((await press.visitor.ask('GET', `/api/v1/exchange/envelopes/${detail.envelopeId ?? ''}/evidence`)).status, 200);
  const [file] = detail.files;
  const signed = await press.visitor.file(file?.fileId ?? '');
  const uploadId = await press.visitor.upload(signed, 'da-ky.pdf');
  assert.equal((await press.visitor.ask<{ indication: string }>('GET', `${base}/uploads/${uploadId}/validation`)).body.indication, 'TOTAL-PASSED');
  const again = await press.visitor.ask<{ state: string }>('POST', `${base}/letters`, await body(press.visitor, { mainUploadId: uploadId, number: '15', notation: 'BTH-TKTS' }));
  assert.equal(again.body.state, 'sent');
  const repeated = await press.visitor.ask<Refusal>('POST', `${base}/letters`, await body(press.visitor, { mainUploadId: uploadId }));
  assert.equal(repeated.status, 409);
});

test('a wrong PIN sends nothing; the letter waits, is dropped once, and a sent one is neither signed again nor dropped', async () => {
  const press = await guest();
  const credentialId = await withCertificate(press);
  const { body: draft } = await press.visitor.ask<{ id: string; state: string }>('POST', `${base}/letters`, await body(press.visitor));
  assert.equal(draft.state, 'draft');
  assert.notEqual((await press.visitor.ask('POST', `${base}/letters/${draft.id}/sign`, { credentialId, pin: '000000' })).status, 200);
  assert.equal((await press.visitor.ask<LetterDetail>('GET', `${base}/letters/${draft.id}`)).body.state, 'draft');
  assert.equal((await press.visitor.ask('POST', `${base}/letters/${draft.id}/sign`, { credentialId, pin: DEMO_PIN })).status, 200);
  assert.equal((await press.visitor.ask('POST', `${base}/letters/${draft.id}/sign`, { credentialId, pin: DEMO_PIN })).status, 409);
  assert.equal((await press.visitor.ask('DELETE', `${base}/letters/${draft.id}`)).status, 409);
  const { body: second } = await press.visitor.ask<{ id: string }>('POST', `${base}/letters`, await body(press.visitor));
  assert.equal((await press.visitor.ask('DELETE', `${base}/letters/${second.id}`)).status, 204);
  assert.equal((await press.visitor.ask('DELETE', `${base}/letters/${second.id}`)).status, 404);
});

test('a letter needs a recipient with a clerk, a day that has come and a signature that holds, and the day has a limit', async () => {
  const press = await guest();
  const other = await guest();
  const refused = async (changes: object) => (await press.visitor.ask<Refusal>('POST', `${base}/letters`, await body(press.visitor, changes))).body.code;
  assert.equal(await refused({ recipientAgencyId: other.agencyId }), 'guest-offices.recipientClosed');
  assert.equal(await refused({ issuedOn: '2026-12-31' }), 'guest-offices.dateAhead');
  await sentLetter(press);
  await office.house.sql('update guest_offices.office set daily_limit = 1 where agency_id = $1', [press.agencyId]);
  const { body: list } = await press.visitor.ask<LetterList>('GET', `${base}/letters`);
  const { body: sent } = await press.visitor.ask<LetterDetail>('GET', `${base}/letters/${list.rows[0]?.id ?? ''}`);
  const signed = await press.visitor.file(sent.files[0]?.fileId ?? '');
  assert.equal(await refused({ mainUploadId: await press.visitor.upload(signed, 'a.pdf') }), 'guest-offices.dailyLimit');
  const broken = Buffer.from(signed);
  const at = broken.indexOf('/Contents') - 400;
  broken[at] = (broken[at] ?? 0) ^ 1;
  assert.notEqual((await press.visitor.ask('POST', `${base}/letters`, await body(press.visitor, { mainUploadId: await press.visitor.upload(broken, 'b.pdf') }))).status, 200);
});

test('what an agency sends is read by opening it, and answered with a reply that is linked to it', async () => {
  const press = await guest();
  const director = await office.signIn('giamdoc.snv');
  await issuedDocument(clerk, director, [press.agencyId]);
  await office.house.drain();
  const [row] = (await press.visitor.ask<{ rows: { id: string }[] }>('GET', '/api/v1/incoming-documents')).body.rows;
  const url = `/api/v1/incoming-documents/${row?.id ?? ''}`;
  const received = (await press.visitor.ask<{ messageId: string; abilities: string[]; senderAgencyId: string }>('GET', url)).body;
  assert.ok(received.abilities.includes('register'));
  assert.equal((await press.visitor.ask('POST', `${url}/register`)).status, 200);
  assert.equal((await press.visitor.ask('POST', `${url}/register`)).status, 409);
  const id = await sentLetter(press, { replyTo: { documentId: row?.id, messageId: received.messageId, label: '01/SNV-VP' } });
  const linked = await press.visitor.ask<LetterList>('GET', `${base}/letters?replyTo=${row?.id ?? ''}`);
  assert.deepEqual(linked.body.rows.map((each) => each.id), [id]);
  const stranger = await guest();
  const stolen = await stranger.visitor.ask<Refusal>('POST', `${base}/letters`, await body(stranger.visitor, { replyTo: { documentId: row?.id, messageId: received.messageId, label: 'x' } }));
  assert.equal(stolen.status, 404);
});

test('a guest invites a colleague, who joins the same office; the office’s own page names both', async () => {
  const press = await guest();
  const { body: made } = await press.visitor.ask<{ path: string }>('POST', `${base}/own/invitations`, { invitee: 'Lê Văn Nam' });
  const colleague = passerBy();
  const joined = await colleague.form(made.path, { fullName: 'Lê Văn Nam', title: 'Phóng viên', password: PASSWORD, passwordAgain: PASSWORD });
  assert.equal(joined.status, 200);
  const login = /class="login">([^<]+)</.exec(joined.text)?.[1] ?? '';
  assert.equal((await colleague.signIn(login, PASSWORD)).status, 200);
  const own = await colleague.ask<OwnOffice>('GET', `${base}/own`);
  assert.deepEqual(own.body.colleagues.map(({ name }) => name).sort(), ['Lê Văn Nam', 'Trần Thu Hà']);
  assert.equal((await passerBy().form(made.path, { fullName: 'Ai Khác', title: 'Khách', password: PASSWORD, passwordAgain: PASSWORD })).status, 409);
});

test('an office invites twenty colleagues a day and no more, also at once, since each invitation may be a letter to anybody', async () => {
  const press = await guest();
  const invite = () => press.visitor.ask<Refusal>('POST', `${base}/own/invitations`, { invitee: 'Ai đó' });
  assert.equal((await Promise.all(Array.from({ length: 23 }, invite))).filter(({ status }) => status === 200).length, 20);
  assert.equal((await invite()).body.code, 'guest-offices.tooManyInvitations');
  assert.equal((await (await guest()).visitor.ask('POST', `${base}/own/invitations`, { invitee: 'Ai đó' })).status, 200, 'another office');
  await office.house.sql(`update guest_offices.invitation set created_at = created_at - interval '1 day' where agency_id = $1`, [press.agencyId]);
  assert.equal((await invite()).status, 200);
});

test('a link that is shown once is kept nowhere, not even for a request that is repeated', async () => {
  const { body: made } = await clerk.post<{ path: string }>(`${base}/invitations`, { invitee: 'Báo Lặp lại' }, { 'idempotency-key': 'moi-mot-lan' });
  assert.match(made.path, /[\w-]{43}$/);
  assert.deepEqual(await office.house.sql('select 1 from kernel.idempotency i where i::text like $1', [`%${made.path.slice(-43)}%`]), []);
});

test('a suspension ends sessions at once, tells the senders why, and is lifted with everything still there', async () => {
  const press = await guest();
  const other = await guest();
  assert.equal((await other.visitor.ask('POST', `${base}/offices/${press.agencyId}/suspend`, { reason: 'Không được' })).status, 403);
  assert.equal((await province.ask('POST', `${base}/offices/${press.agencyId}/suspend`, { reason: 'Giấy phép bị thu hồi' })).status, 204);
  assert.equal((await province.ask('POST', `${base}/offices/${press.agencyId}/suspend`, { reason: 'Lần nữa' })).status, 409);
  assert.equal((await press.visitor.ask('GET', '/api/v1/me')).status, 401);
  assert.notEqual((await visitorAt(server).signIn(press.login, PASSWORD)).status, 200);
  assert.equal((await other.visitor.ask('GET', '/api/v1/me')).status, 200);
  const sentId = await issuedDocument(clerk, await office.signIn('giamdoc.snv'), [press.agencyId]);
  await office.house.drain();
  const timeline = await clerk.get<{ entries: { text: string }[] }>(`/api/v1/outgoing-documents/${sentId}/timeline`);
  assert.match(JSON.stringify(timeline.body), /Giấy phép bị thu hồi/);
  assert.equal((await province.ask('POST', `${base}/offices/${press.agencyId}/lift`)).status, 204);
  assert.equal((await province.ask('POST', `${base}/offices/${press.agencyId}/lift`)).status, 409);
  const again = visitorAt(server);
  assert.equal((await again.signIn(press.login, PASSWORD)).status, 200);
  assert.equal((await again.ask<{ rows: unknown[] }>('GET', '/api/v1/incoming-documents')).body.rows.length, 1);
});

test('the built-in authority issues no certificate to a guest, and nobody signs with another’s', async () => {
  const press = await guest();
  assert.equal((await press.visitor.ask('POST', '/api/v1/signatures/credentials', { kind: 'person', pin: DEMO_PIN })).status, 403);
  const { body: draft } = await press.visitor.ask<{ id: string }>('POST', `${base}/letters`, await body(press.visitor));
  const foreign = await credential(await office.signIn('giamdoc.snv'), 'person');
  assert.notEqual((await press.visitor.ask('POST', `${base}/letters/${draft.id}/sign`, { credentialId: foreign, pin: DEMO_PIN })).status, 200);
});

test('an invitation is sent to an address, and its link works; without an address nothing is sent', async () => {
  mail.letters.length = 0;
  const sent = await clerk.post<InvitedReply>(`${base}/invitations`, { invitee: 'Báo Nông nghiệp', email: 'bientap@example.vn' });
  assert.equal(sent.body.mail, 'sent');
  const [taken] = mail.letters;
  assert.deepEqual(taken?.to, ['bientap@example.vn']);
  const text = taken.text.includes('quoted-printable') ? taken.text.replace(/=\n/g, '').replaceAll('=3D', '=') : Buffer.from(/\n\n([\s\S]+)/.exec(taken.text)?.[1] ?? '', 'base64').toString('utf8');
  assert.ok(text.includes(`https://lienthong.thanhhoa.gov.vn${sent.body.path}`), text);
  assert.equal((await passerBy().page(sent.body.path)).status, 200);
  const [invitation] = (await clerk.get<Overview>(base)).body.invitations;
  assert.equal(invitation?.contact, 'bientap@example.vn');
  assert.deepEqual((await office.house.sql(`select data ->> 'email' as email from audit.entry where type = 'guest-offices.invitation-mailed'`)).map((row) => row['email']), ['bientap@example.vn']);
  assert.equal((await clerk.post<InvitedReply>(`${base}/invitations`, { invitee: 'Báo Khác' })).body.mail, 'none');
  assert.equal(mail.letters.length, 1);
  const wrong = await clerk.post<Refusal>(`${base}/invitations`, { invitee: 'Báo Khác', email: 'không phải thư' });
  assert.equal(wrong.status, 422);
});

test('when the mail server does not take the letter, the invitation stands with its link, and the inviter is told', async () => {
  mail.refuse(1);
  const made = await clerk.post<InvitedReply>(`${base}/invitations`, { invitee: 'Hội Luật gia', email: 'hoi@example.vn' });
  assert.equal(made.body.mail, 'failed');
  assert.equal((await passerBy().page(made.body.path)).status, 200);
});

test('an installation without a mail server offers no sending and refuses to pretend', async () => {
  const { config } = office.house.kernel;
  Object.assign(config, { smtpUrl: undefined });
  try {
    assert.ok(!(await clerk.get<Overview>(base)).body.abilities.includes('mail'));
    assert.equal((await clerk.post<Refusal>(`${base}/invitations`, { invitee: 'Báo', email: 'a@example.vn' })).body.code, 'guest-offices.mailOff');
  } finally {
    Object.assign(config, { smtpUrl: mail.url });
  }
  assert.ok((await clerk.get<Overview>(base)).body.abilities.includes('mail'));
});

test('a guest whose service wants a one-time code has one sent, and it signs the letter; without it and with a wrong one nothing goes', async () => {
  const { visitor } = await guest();
  const keys = '/api/v1/signatures/credentials';
  const { body: listed } = await visitor.ask<{ certificates: { fingerprint: string }[] }>('POST', `${keys}/connectable`, { driver: 'ky-so' });
  const connected = await visitor.ask<{ id: string }>('POST', `${keys}/connect`, { driver: 'ky-so', kind: 'person', fingerprint: listed.certificates[0]?.fingerprint });
  assert.equal(connected.status, 200, JSON.stringify(connected.body));
  const credentialId = connected.body.id;
  const { body: letterOf } = await visitor.ask<{ id: string }>('POST', `${base}/letters`, await body(visitor));
  const sign = (typed: object) => visitor.ask<Refusal & { state?: string }>('POST', `${base}/letters/${letterOf.id}/sign`, { credentialId, pin: cscAccount.pin, ...typed });
  assert.equal((await sign({})).body.code, 'signatures.oneTimeCodeMissing');
  const sending = await visitor.ask<{ againAfterSeconds: number }>('POST', `${keys}/${credentialId}/one-time-code`);
  assert.deepEqual([sending.status, sending.body.againAfterSeconds], [200, 60]);
  const code = service.codes.sent.at(-1) ?? assert.fail('no code was sent');
  assert.equal((await sign({ otp: code === '000000' ? '000001' : '000000' })).body.code, 'signatures.oneTimeCodeWrong');
  assert.equal((await visitor.ask<LetterDetail>('GET', `${base}/letters/${letterOf.id}`)).body.state, 'draft');
  assert.equal((await (await guest()).visitor.ask<Refusal>('POST', `${keys}/${credentialId}/one-time-code`)).body.code, 'signatures.credentialNotFound', 'nobody else’s');
  const signed = await sign({ otp: code });
  assert.deepEqual([signed.status, signed.body.state], [200, 'signed'], JSON.stringify(signed.body));
});

test('two letters without a number are no duplicates of each other, two with the same number are', async () => {
  const press = await guest();
  await sentLetter(press, { summary: 'Câu hỏi thứ nhất' });
  await sentLetter(press, { summary: 'Câu hỏi thứ hai' });
  await sentLetter(press, { summary: 'Công văn 7', number: '7', notation: 'BTH' });
  await sentLetter(press, { summary: 'Công văn 7 lần nữa', number: '7', notation: 'BTH' });
  const { rows } = (await clerk.get<{ rows: { summary: string; senderName: string; twin: boolean }[] }>('/api/v1/incoming-documents')).body;
  const own = rows.filter(({ senderName }) => senderName === press.name).map(({ summary, twin }) => [summary, twin] as const);
  assert.deepEqual(Object.fromEntries(own), { 'Câu hỏi thứ nhất': false, 'Câu hỏi thứ hai': false, 'Công văn 7': false, 'Công văn 7 lần nữa': true });
});

test('what waits for a guest office stands in its list of tasks until it is done, and in no other office’s', async () => {
  const press = await guest();
  const other = await guest();
  const tasks = async (of: Visitor) => (await of.ask<GuestTasks>('GET', `${base}/tasks`)).body.items;
  await issuedDocument(clerk, await office.signIn('giamdoc.snv'), [press.agencyId]);
  await office.house.drain();
  const [task, ...more] = await tasks(press.visitor);
  assert.deepEqual([task?.kind, more.length], ['incoming-documents.register', 0]);
  assert.deepEqual(await tasks(other.visitor), []);
  assert.equal((await press.visitor.ask('POST', `/api/v1/incoming-documents/${task?.subject.id ?? ''}/register`)).status, 200);
  await office.house.drain();
  assert.deepEqual(await tasks(press.visitor), []);
});
