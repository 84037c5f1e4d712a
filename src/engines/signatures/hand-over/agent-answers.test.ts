import assert from 'node:assert/strict';
import { constants, privateEncrypt, sign } from 'node:crypto';
import { after, before, test } from 'node:test';
import type { FastifyInstance } from 'fastify';
import { systemActor, type PersonActor } from '#kernel/actor.ts';
import { run } from '#kernel/command.ts';
import { newId } from '#kernel/ids.ts';
import { vietnamDay } from '#kernel/time.ts';
import { openTestHouse, type TestHouse } from '#kernel/testkit.ts';
import { buildPdf } from '../domain/pdf/testing.ts';
import { digestInfo } from '../adapters/signature-values.ts';
import { createRootAuthority, generateKey, issueCertificate, personSubject } from '../domain/pki/authority.ts';
import { performSigning } from '../perform-signing.ts';
import { validateStored } from '../queries/validate-stored.ts';
import { addTrustAnchor } from '../commands/trust-anchors.ts';
import { openPaper, sealOf, somebody } from '../testing.ts';
import { keepAgentAnswer } from './agent-answers.ts';
import type { AgentOutcome, AgentRequest } from './contract.ts';
import { agentModules, putOnToken, tokenOf, type Token } from './testing.ts';

let house: TestHouse;
let server: FastifyInstance;
let caller: PersonActor;
const person = somebody();
let token: Token;
before(async () => {
  house = await openTestHouse({ modules: agentModules });
  server = house.server(() => Promise.resolve(caller));
  token = await tokenOf(house, person);
});
after(() => house.close());

const pdf = buildPdf({ fillerBytes: 3000 });


async function ask(credentialId = token.credentialId): Promise<{ signingId: string; subjectId: string; request: AgentRequest }> {
  const subjectId = newId();
  const signingId = await openPaper(house.kernel, person, { credentialId, pdf, subjectId, appearance: { kind: 'invisible' } });
  const outcome = await performSigning(house.kernel, { agencyId: person.agencyId, signingId, actor: person });
  assert.equal(outcome.state, 'pending');
  caller = person;
  const reply = await server.inject({ method: 'GET', url: `/api/v1/signatures/signings/${signingId}/agent-request` });
  assert.equal(reply.statusCode, 200, reply.body);
  return { signingId, subjectId, request: reply.json<AgentRequest>() };
}

const answer = async (signingId: string, body: object) => server.inject({ method: 'POST', url: `/api/v1/signatures/signings/${signingId}/agent-answer`, payload: body });
const stateOf = async (signingId: string) => (await house.sql('select state, result_sha256 from signatures.signing where id = $1', [signingId]))[0];

function signedBy({ key }: Token, { hash }: AgentRequest): string {
  return privateEncrypt({ key, padding: constants.RSA_PKCS1_PADDING }, digestInfo('sha256', Buffer.from(hash, 'base64'))).toString('base64');
}

async function preparedOf(signingId: string): Promise<Buffer> {
  const [row] = await house.sql<{ prepared: Buffer }>('select prepared from signatures.signing where id = $1', [signingId]);
  return row?.prepared ?? Buffer.alloc(0);
}

/** What an EC key has to sign whole: Node signs no ready-made hashes with it. */
function attributesOf(prepared: Buffer): Buffer {
  // safe because perform-signing keeps this shape
  return Buffer.from((JSON.parse(prepared.toString('utf8')) as { attributes: string }).attributes, 'base64');
}

test('the page asks the program on the computer for the hash and brings the signature, which completes the signing', async () => {
  const { signingId, request } = await ask();
  assert.equal(Buffer.from(request.hash, 'base64').length, 32);
  const body = { transactionId: request.transactionId, signature: signedBy(token, request), certificate: token.certificate.toString('base64') };
  const reply = await answer(signingId, body);
  assert.deepEqual([reply.statusCode, reply.json<AgentOutcome>().state], [200, 'signed'], reply.body);
  const row = await stateOf(signingId);
  const report = await validateStored(house.kernel, String(row?.['result_sha256']));
  assert.deepEqual([report.indication, report.signatures[0]?.level], ['TOTAL-PASSED', 'B-T']);
  const again = await answer(signingId, body);
  assert.equal(again.json<AgentOutcome>().state, 'signed', 'the same answer again changes nothing');
});

test('a signature that does not fit, another certificate and an old transaction are refused, and the request stays', async () => {
  const { signingId, request } = await ask();
  const other = await tokenOf(house, somebody({ name: 'Phạm Văn Khác' }));
  const good = signedBy(token, request);
  const codeOf = async (body: object): Promise<string> => (await answer(signingId, body)).json<{ code: string }>().code;
  const { transactionId } = request;
  assert.equal(await codeOf({ transactionId, signature: signedBy(other, request), certificate: null }), 'signatures.agentAnswerWrong');
  assert.equal(await codeOf({ transactionId, signature: good, certificate: other.certificate.toString('base64') }), 'signatures.handOverOtherCertificate');
  assert.equal(await codeOf({ transactionId, signature: 'không phải chữ ký '.repeat(5), certificate: null }), 'signatures.agentAnswerWrong');
  assert.equal(await codeOf({ transactionId: newId(), signature: good, certificate: null }), 'signatures.agentNotAsked');
  caller = { ...somebody(), agencyId: person.agencyId };
  assert.equal(await codeOf({ transactionId, signature: good, certificate: null }), 'signatures.signingNotFound');
  caller = person;
  assert.equal((await stateOf(signingId))?.['state'], 'pending');
  assert.equal((await answer(signingId, { transactionId, signature: good, certificate: null })).json<AgentOutcome>().state, 'signed');
});

test('an answer that was kept by a process that died is put in by the job', async () => {
  const { signingId, request } = await ask();
  await run(house.kernel, keepAgentAnswer, { agencyId: person.agencyId, signingId, transactionId: request.transactionId, signature: signedBy(token, request) }, { actor: person });
  assert.equal((await stateOf(signingId))?.['state'], 'pending');
  house.clock.advance(61_000);
  await house.drain();
  assert.equal((await stateOf(signingId))?.['state'], 'completed');
});

test('number, date and seal are signatures of their own: each answer brings the next request', async () => {
  const clerk = somebody({ name: 'Trần Thị Văn Thư', roles: ['clerk'] });
  const seal = await putOnToken(house, clerk.agencyId, await sealOf(house.kernel, clerk.agencyId));
  const text = { page: 1, width: 60, fontSize: 13, style: 'regular' as const };
  const texts = [{ ...text, text: '125', x: 100, baseline: 90 }, { ...text, text: '20', x: 400, baseline: 120 }];
  const appearance = { kind: 'seal' as const, signaturePlace: { page: 1, x: 320, y: 600, width: 140, height: 50 }, texts };
  const signingId = await openPaper(house.kernel, clerk, { credentialId: seal.credentialId, pdf, appearance });
  await performSigning(house.kernel, { agencyId: clerk.agencyId, signingId, actor: clerk });
  caller = clerk;
  let request = (await server.inject({ method: 'GET', url: `/api/v1/signatures/signings/${signingId}/agent-request` })).json<AgentRequest>();
  const seen = new Set<string>();
  for (let outcome: AgentOutcome['state'] = 'next'; outcome === 'next'; ) {
    assert.ok(!seen.has(request.hash) && seen.size < 5);
    seen.add(request.hash);
    const signature = sign('sha256', attributesOf(await preparedOf(signingId)), seal.key).toString('base64');
    const reply = (await answer(signingId, { transactionId: request.transactionId, signature, certificate: null })).json<AgentOutcome>();
    outcome = reply.state;
    if (reply.state === 'next') request = reply.request;
  }
  assert.ok(seen.size > 1, 'more than one signature');
  const row = await stateOf(signingId);
  assert.equal(row?.['state'], 'completed');
  assert.equal((await validateStored(house.kernel, String(row['result_sha256']))).signatures.length, seen.size);
});

test('giving up frees the signing at once, and a new request can be answered', async () => {
  const { signingId, request } = await ask();
  const left = await server.inject({ method: 'POST', url: `/api/v1/signatures/signings/${signingId}/agent-abandon` });
  assert.equal(left.statusCode, 204, left.body);
  assert.equal((await stateOf(signingId))?.['state'], 'prepared');
  await performSigning(house.kernel, { agencyId: person.agencyId, signingId, actor: person });
  const next = (await server.inject({ method: 'GET', url: `/api/v1/signatures/signings/${signingId}/agent-request` })).json<AgentRequest>();
  assert.notEqual(next.transactionId, request.transactionId);
  assert.equal((await answer(signingId, { transactionId: next.transactionId, signature: signedBy(token, next), certificate: null })).json<AgentOutcome>().state, 'signed');
});

test('a request that nobody answers ends by itself, and a new signing of the same paper goes through', async () => {
  const { signingId, subjectId } = await ask();
  house.clock.advance(11 * 60_000);
  await house.drain();
  const next = await openPaper(house.kernel, person, { credentialId: token.credentialId, pdf, subjectId, appearance: { kind: 'invisible' } });
  assert.notEqual(next, signingId);
  assert.equal((await stateOf(signingId))?.['state'], 'expired');
});

test('a person registers the certificate of the token in their own name; that of another is refused', async () => {
  const now = house.clock.now();
  const root = await createRootAuthority({ organization: 'Tổ chức chứng thực khác', now: new Date(now.getTime() - 90 * 86_400_000) });
  const { publicKey } = await generateKey('p-256');
  const certificateOf = (name: string, from = now, validDays = 365): string =>
    issueCertificate(root, { kind: 'signer', subject: personSubject({ name, organization: 'Sở Nội vụ' }), publicKey, now: from, validDays }).raw.toString('base64');
  const today = vietnamDay(now);
  await run(house.kernel, addTrustAnchor, { certificate: root.certificate.raw.toString('base64'), legalBasis: 'thử nghiệm', validFrom: today, validTo: null }, { actor: systemActor('test') });
  caller = person;
  const connect = async (certificate: string) => server.inject({ method: 'POST', url: '/api/v1/signatures/agent-credentials', payload: { kind: 'person', certificate } });
  assert.equal((await connect(certificateOf('Người Khác'))).json<{ code: string }>().code, 'signatures.notYourCredential');
  assert.equal((await connect(Buffer.alloc(200, 65).toString('base64'))).json<{ code: string }>().code, 'signatures.agentCertificateUnreadable');
  const ended = certificateOf(person.name, new Date(now.getTime() - 60 * 86_400_000), 30);
  assert.equal((await connect(ended)).json<{ code: string }>().code, 'signatures.certificateExpired');
  const own = certificateOf(person.name);
  const made = await connect(own);
  assert.equal(made.statusCode, 200, made.body);
  const [row] = await house.sql('select driver, container, person_id from signatures.credential where id = $1', [made.json<{ id: string }>().id]);
  assert.deepEqual(row, { driver: 'browser-agent', container: null, person_id: person.personId });
  assert.equal((await connect(own)).json<{ code: string }>().code, 'signatures.certificateAlreadyThere');
});
