import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { FastifyInstance } from 'fastify';
import type { PersonActor } from '#kernel/actor.ts';
import { newId } from '#kernel/ids.ts';
import { openTestHouse, type TestHouse } from '#kernel/testkit.ts';
import type { OwnSigning, SigningServiceList } from './contract.ts';
import { buildPdf } from './domain/pdf/testing.ts';
import { agentModules, tokenOf, type Token } from './hand-over/testing.ts';
import { performSigning } from './perform-signing.ts';
import { credentialOf, openPaper, somebody } from './testing.ts';

let house: TestHouse;
let server: FastifyInstance;
let caller: PersonActor;
let token: Token;
const person = somebody();
before(async () => {
  house = await openTestHouse({ modules: agentModules });
  server = house.server(() => Promise.resolve(caller));
  token = await tokenOf(house, person);
});
after(() => house.close());

const get = async <Reply>(as: PersonActor, path: string): Promise<{ status: number; body: Reply }> => {
  caller = as;
  const reply = await server.inject({ method: 'GET', url: `/api/v1/signatures${path}` });
  return { status: reply.statusCode, body: reply.json<Reply>() };
};
const openOn = async (as: PersonActor, subjectId: string) => (await get<{ signing: OwnSigning | null }>(as, `/signings?subjectType=paper&subjectId=${subjectId}`)).body.signing;

async function pending(): Promise<{ signingId: string; subjectId: string }> {
  const subjectId = newId();
  const signingId = await openPaper(house.kernel, person, { credentialId: token.credentialId, pdf: buildPdf(), subjectId, appearance: { kind: 'invisible' } });
  assert.equal((await performSigning(house.kernel, { agencyId: person.agencyId, signingId, actor: person })).state, 'pending');
  return { signingId, subjectId };
}

test('a person finds the signing that waits for the own device, by the paper and by its id; nobody else does', async () => {
  const { signingId, subjectId } = await pending();
  const found = await openOn(person, subjectId);
  assert.deepEqual([found?.id, found?.state, found?.credentialId, found?.problem], [signingId, 'pending', token.credentialId, null]);
  assert.deepEqual((await get<OwnSigning>(person, `/signings/${signingId}`)).body, found);
  const colleague = { ...somebody(), agencyId: person.agencyId };
  for (const stranger of [colleague, somebody()]) {
    assert.equal(await openOn(stranger, subjectId), null);
    assert.equal((await get(stranger, `/signings/${signingId}`)).status, 404);
  }
  assert.equal(await openOn(person, newId()), null);
  assert.equal((await get(person, `/signings/${newId()}`)).status, 404);
});

test('one that ended says why and what to do: refused on the device, or not confirmed in time', async () => {
  const refused = await pending();
  await house.sql(`update signatures.signing set state = 'failed', failure_code = 'signatures.holderRefused', ended_at = now() where id = $1`, [refused.signingId]);
  const { problem } = (await get<OwnSigning>(person, `/signings/${refused.signingId}`)).body;
  assert.deepEqual([problem?.code, problem?.message], ['signatures.holderRefused', 'Yêu cầu ký đã bị từ chối trên thiết bị giữ khóa.']);
  assert.ok((problem?.fix ?? '') !== '');
  assert.equal(await openOn(person, refused.subjectId), null, 'what ended is not open');
  await house.sql(`update signatures.signing set failure_code = 'signatures.certificateExpired' where id = $1`, [refused.signingId]);
  assert.equal((await get<OwnSigning>(person, `/signings/${refused.signingId}`)).body.problem?.code, 'signatures.signingEnded', 'words that cannot be filled in are not shown');
  const late = await pending();
  house.clock.advance(11 * 60_000);
  await house.drain();
  const ended = (await get<OwnSigning>(person, `/signings/${late.signingId}`)).body;
  assert.deepEqual([ended.state, ended.problem?.code], ['expired', 'signatures.confirmationTimedOut']);
});

test('the list of certificates says where each key is and whether a PIN is typed here', async () => {
  const file = await credentialOf(house.kernel, person);
  const { credentials } = (await get<{ credentials: { id: string; place: string; needsPin: boolean; mayTypePin: boolean; service: unknown }[] }>(person, '/credentials')).body;
  const facts = (id: string) => credentials.filter((each) => each.id === id).map(({ place, needsPin, mayTypePin, service }) => ({ place, needsPin, mayTypePin, service }));
  assert.deepEqual(facts(file), [{ place: 'file', needsPin: true, mayTypePin: false, service: null }]);
  assert.deepEqual(facts(token.credentialId), [{ place: 'computer', needsPin: false, mayTypePin: false, service: null }]);
});

test('an installation without services offers VGCA’s program only, which wants no licence', async () => {
  assert.deepEqual((await get<SigningServiceList>(person, '/services')).body, { services: [], agents: [{ id: 'vgca' }] });
});
