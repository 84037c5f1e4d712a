import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { systemActor } from '#kernel/actor.ts';
import { run } from '#kernel/command.ts';
import { vietnamDay } from '#kernel/time.ts';
import { endPost } from '#engines/identity/index.ts';
import { revokeCredential } from '#engines/signatures/index.ts';
import { openSigningHouse, type SigningHouse } from './testing.ts';
import { errorOf, idOf, signingCalls, type SigningCalls, someHash } from './testing/signing-calls.ts';

let house: SigningHouse;
let calls: SigningCalls;
before(async () => {
  house = await openSigningHouse();
  calls = await signingCalls(house);
});
after(() => house.close());

test('activation data that ran out open nothing, and the signatures are taken away after an hour', async () => {
  const hashes = [someHash()];
  const { body } = await calls.ask(hashes);
  await house.approve([idOf(body['handle'])]);
  const sad = String((await calls.csc('credentials/authorizeCheck', { handle: body['handle'] })).body['SAD']);
  house.clock.advance(6 * 60_000);
  assert.match(String((await calls.signHash(sad, hashes)).body['error_description']), /SAD expired/);
  house.clock.advance(2 * 3_600_000);
  calls.tokens.clear();
  const { remoteSigningSchedules } = await import('./schedules.ts');
  for (const schedule of remoteSigningSchedules) await schedule.run(house.kernel);
  assert.deepEqual(await house.sql('select 1 from remote_signing.asked_hash where authorization_id = $1 and signature is not null', [idOf(body['handle'])]), []);
});

test('a request that nobody answers ends, its task falls away, and the client hears it', async () => {
  const { body } = await calls.ask([someHash()]);
  const id = idOf(body['handle']);
  assert.equal((await house.sql(`select 1 from cases.task where subject_id = $1 and state = 'open'`, [id])).length, 1);
  house.clock.advance(16 * 60_000);
  const { remoteSigningSchedules } = await import('./schedules.ts');
  for (const schedule of remoteSigningSchedules) await schedule.run(house.kernel);
  assert.match(String((await calls.csc('credentials/authorizeCheck', { handle: body['handle'] })).body['error_description']), /timed out/);
  assert.deepEqual(await calls.eventsOf(id), ['authorization-asked', 'authorization-expired']);
  assert.equal((await house.sql(`select 1 from cases.task where subject_id = $1 and state = 'open'`, [id])).length, 0);
  assert.equal((await house.approve([id])).body.code, 'remote-signing.authorizationEnded');
});

test('a certificate that was revoked after the approval gives no signature', async () => {
  const credentialId = await house.issue(house.director);
  const device = await house.enrol(house.director, credentialId);
  const own = { credentialID: `${house.agencyId}.${credentialId}` };
  const hashes = [someHash()];
  const { body } = await calls.ask(hashes, own);
  assert.equal((await house.approve([idOf(body['handle'])], { device })).status, 200);
  const sad = (await calls.csc('credentials/authorizeCheck', { handle: body['handle'] })).body['SAD'];
  await house.sql(`update signatures.credential set state = 'revoked', revoked_at = now(), revoked_reason = 'superseded' where id = $1`, [credentialId]);
  assert.match(String((await calls.signHash(sad, hashes, { ...own, signAlgo: '1.2.840.10045.4.3.2' })).body['error_description']), /disabled/);
  assert.equal((await errorOf(calls.driverOf(2).sign(calls.request(1, { credentialId, certificate: await calls.certificateOf(credentialId) })))).problem, 'certificateRejected');
});

test('what was asked for asynchronously is not fetched after the certificate was revoked, its owner closed it or left', async () => {
  const released = async () => {
    const credentialId = await house.issue(house.director);
    const device = await house.enrol(house.director, credentialId);
    const own = { credentialID: `${house.agencyId}.${credentialId}` };
    const hashes = [someHash()];
    const { body } = await calls.ask(hashes, own);
    assert.equal((await house.approve([idOf(body['handle'])], { device })).status, 200);
    const sad = (await calls.csc('credentials/authorizeCheck', { handle: body['handle'] })).body['SAD'];
    const { body: answer } = await calls.signHash(sad, hashes, { ...own, signAlgo: '1.2.840.10045.4.3.2', operationMode: 'A' });
    const poll = () => calls.csc('signatures/signPolling', { responseID: answer['responseID'] });
    return { credentialId, poll };
  };
  const [revoked, closed] = [await released(), await released()];
  assert.equal((await revoked.poll()).status, 200);
  await house.sql(`update signatures.credential set state = 'revoked', revoked_at = now(), revoked_reason = 'keyCompromise' where id = $1`, [revoked.credentialId]);
  assert.match(String((await revoked.poll()).body['error_description']), /disabled/);
  assert.equal((await house.call(house.director, 'DELETE', `/credentials/${closed.credentialId}/enrolment`)).status, 204);
  assert.equal((await closed.poll()).status, 400);
});

test('what waits for a certificate ends with its revocation: the owner is asked no longer, and the client hears it', async () => {
  const credentialId = await house.issue(house.director);
  await house.enrol(house.director, credentialId);
  const own = { credentialID: `${house.agencyId}.${credentialId}` };
  const [waiting, other] = [await calls.ask([someHash()], own), await calls.ask([someHash()])];
  await run(house.kernel, revokeCredential, { agencyId: house.agencyId, credentialId, reason: 'keyCompromise' }, { actor: house.director });
  await house.drain();
  assert.match(String((await calls.csc('credentials/authorizeCheck', { handle: waiting.body['handle'] })).body['error_description']), /timed out/);
  assert.equal((await house.sql(`select 1 from cases.task where subject_id = $1 and state = 'open'`, [idOf(waiting.body['handle'])])).length, 0);
  assert.match(String((await calls.ask([someHash()], own)).body['error_description']), /disabled/);
  assert.equal((await calls.csc('credentials/authorizeCheck', { handle: other.body['handle'] })).status, 202, 'another certificate’s request waits on');
});

test('nobody is asked in the name of an agency that they left, and what they approved before is not handed out any more', async () => {
  const credentialId = await house.issue(house.colleague);
  const device = await house.enrol(house.colleague, credentialId);
  const own = { credentialID: `${house.agencyId}.${credentialId}` };
  const hashes = [someHash()];
  const { body } = await calls.ask(hashes, own);
  assert.equal((await house.approve([idOf(body['handle'])], { device, person: house.colleague })).status, 200);
  const sad = (await calls.csc('credentials/authorizeCheck', { handle: body['handle'] })).body['SAD'];
  const yesterday = vietnamDay(new Date(house.clock.now().getTime() - 86_400_000));
  await run(house.kernel, endPost, { agencyId: house.agencyId, postId: house.colleague.postId, lastDay: yesterday, reason: 'chuyển công tác' }, { actor: systemActor('test') });
  assert.match(String((await calls.signHash(sad, hashes, { ...own, signAlgo: '1.2.840.10045.4.3.2' })).body['error_description']), /disabled/);
  assert.match(String((await calls.ask([someHash()], own)).body['error_description']), /disabled/);
});

test('a request that ran out makes room for the same one again, and its end is recorded', async () => {
  const hashes = [someHash()];
  const same = { clientData: 'giao-dich-8' };
  const first = await calls.ask(hashes, same);
  house.clock.advance(16 * 60_000);
  const second = await calls.ask(hashes, same);
  assert.notEqual(first.body['handle'], second.body['handle']);
  assert.deepEqual(await calls.eventsOf(idOf(first.body['handle'])), ['authorization-asked', 'authorization-expired']);
});

test('a process that dies between approval and fetching loses nothing: another one hands out what the owner approved, once', async () => {
  const hashes = [someHash()];
  const { body } = await calls.ask(hashes);
  await house.approve([idOf(body['handle'])]);
  // Everything that a process remembers by itself is forgotten; only the database is left.
  house.kernel.services.clear();
  calls.tokens.clear();
  const sad = (await calls.csc('credentials/authorizeCheck', { handle: body['handle'] })).body['SAD'];
  const replies = await Promise.all([calls.signHash(sad, hashes), calls.signHash(sad, hashes)]);
  assert.deepEqual(replies.map((each) => each.status).sort(), [200, 400]);
});

test('a process that dies while it signs has signed nothing: the request still waits', async () => {
  const { body } = await calls.ask([someHash()]);
  const id = idOf(body['handle']);
  // The last step of the approval fails as it does when the process or the database goes away.
  await house.sql('alter table remote_signing.asked_hash add constraint gone check (signature is null or authorization_id <> $$' + id + '$$)');
  assert.equal((await house.approve([id])).status, 500);
  await house.sql('alter table remote_signing.asked_hash drop constraint gone');
  assert.equal((await calls.csc('credentials/authorizeCheck', { handle: body['handle'] })).status, 202);
  assert.equal((await house.sql('select 1 from remote_signing.asked_hash where authorization_id = $1 and signature is not null', [id])).length, 0);
  assert.deepEqual((await house.approve([id])).body, { signed: 1 });
  assert.equal((await calls.eventsOf(id)).filter((type) => type === 'hash-signed').length, 1);
});
