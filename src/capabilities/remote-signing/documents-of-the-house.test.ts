import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { AppError } from '#kernel/errors.ts';
import { newId } from '#kernel/ids.ts';
import { askOwner, expireSignings, performSigning, validateStored, type AskedOwner } from '#engines/signatures/index.ts';
import { openPaper, papersModule } from '#engines/signatures/testing.ts';
import { buildPdf } from '#engines/signatures/domain/pdf/testing.ts';
import { systemActor } from '#kernel/actor.ts';
import { run } from '#kernel/command.ts';
import { remoteSigningSchedules } from './schedules.ts';
import { openSigningHouse, PIN, proof, type SigningHouse } from './testing.ts';

let house: SigningHouse;
before(async () => {
  house = await openSigningHouse([papersModule]);
});
after(() => house.close());

const hasCode = (code: string) => (error: unknown) => error instanceof AppError && error.code === code;

const pdf = buildPdf({ fillerBytes: 3000 });

type Paper = { signingId: string; subjectId: string };

async function papers(count: number, credentialId = house.credentialId): Promise<Paper[]> {
  const made: Paper[] = [];
  for (let index = 0; index < count; index += 1) {
    const subjectId = newId();
    made.push({ subjectId, signingId: await openPaper(house.kernel, house.director, { credentialId, pdf, subjectId, appearance: { kind: 'invisible' } }) });
  }
  return made;
}

const shown = (made: readonly Paper[]) => made.map(({ signingId, subjectId }, index) => ({ signingId, name: `Công văn: V/v số ${String(index + 1)}`, href: `/app/van-ban-di/${subjectId}` }));
const ask = (made: readonly Paper[]): Promise<AskedOwner> => askOwner(house.kernel, { agencyId: house.agencyId, actor: house.director, documents: shown(made) });
const statesOf = async (made: readonly Paper[]) => {
  const rows = await house.sql('select id, state, failure_code as code, result_sha256 as sha256 from signatures.signing where id = any($1::uuid[])', [made.map(({ signingId }) => signingId)]);
  return made.map(({ signingId }) => rows.find((row) => row['id'] === signingId));
};

async function onePaper(): Promise<{ made: Paper[]; id: string }> {
  const made = await papers(1);
  const { approvalIds } = await ask(made);
  assert.equal(approvalIds.length, 1);
  return { made, id: approvalIds[0] ?? '' };
}

test('three documents are put before their signer with name and page, one passkey releases the key for exactly them, and each is signed', async () => {
  const made = await papers(3);
  const asked = await ask(made);
  assert.deepEqual(asked.signings.map(({ outcome }) => outcome.state), ['pending', 'pending', 'pending']);
  assert.equal(asked.approvalIds.length, 1);
  const [request] = (await house.waiting()).filter(({ id }) => asked.approvalIds.includes(id));
  assert.deepEqual(request?.documents.map(({ name, link }) => [name, link]), shown(made).map(({ name, href }) => [name, href]));
  assert.equal((await house.sql(`select 1 from cases.task where subject_id = $1 and state = 'open'`, [request.id])).length, 1);
  const reply = await house.approve(asked.approvalIds);
  assert.deepEqual([reply.status, reply.body.signed], [200, 3]);
  await house.drain();
  for (const row of await statesOf(made)) {
    assert.equal(row?.['state'], 'completed');
    const report = await validateStored(house.kernel, String(row['sha256']));
    assert.deepEqual([report.indication, report.signatures.length], ['TOTAL-PASSED', 1]);
  }
  const kept = await house.sql('select 1 from remote_signing.asked_hash where authorization_id = $1 and signature is not null', [request.id]);
  assert.deepEqual(kept, [], 'nobody has to fetch what went to its document');
  assert.equal((await house.sql(`select 1 from cases.task where subject_id = $1 and state = 'open'`, [request.id])).length, 0);
});

test('asked again for what waits already, the same request is named and the owner is asked once', async () => {
  const made = await papers(2);
  const first = await ask(made);
  const second = await ask(made);
  assert.deepEqual(second, first);
  const [more] = await papers(1);
  assert.ok(more !== undefined);
  const third = await ask([...made, more]);
  assert.equal(third.approvalIds.length, 2);
  assert.equal((await house.approve(third.approvalIds)).body.signed, 3);
  await house.drain();
  assert.deepEqual((await statesOf([...made, more])).map((row) => row?.['state']), ['completed', 'completed', 'completed']);
});

test('a wrong PIN or another device signs nothing, and the documents still wait', async () => {
  const { made, id } = await onePaper();
  assert.equal((await house.approve([id], { pin: 'sai hoàn toàn' })).body.code, 'signatures.wrongPin');
  const other = await house.enrol(house.colleague, await house.issue(house.colleague));
  assert.equal((await house.approve([id], { device: other })).body.code, 'remote-signing.passkeyRefused');
  assert.equal((await house.approve([id], { person: house.colleague })).body.code, 'remote-signing.authorizationNotFound');
  await house.drain();
  assert.equal((await statesOf(made))[0]?.['state'], 'pending');
  assert.equal((await house.approve([id])).status, 200);
  await house.drain();
  assert.equal((await statesOf(made))[0]?.['state'], 'completed');
});

test('refused by its signer, a document can be signed again at once', async () => {
  const { made, id } = await onePaper();
  assert.equal((await house.call(house.director, 'POST', `/authorizations/${id}/refuse`, { reason: 'Xem lại' })).status, 204);
  const [row] = await statesOf(made);
  assert.deepEqual([row?.['state'], row?.['code']], ['failed', 'signatures.holderRefused']);
  const again = await openPaper(house.kernel, house.director, { credentialId: house.credentialId, pdf, subjectId: made[0]?.subjectId ?? '', appearance: { kind: 'invisible' } });
  assert.equal((await performSigning(house.kernel, { agencyId: house.agencyId, signingId: again, actor: house.director, secret: PIN })).state, 'signed');
});

test('a late answer still signs, and what nobody answered ends with a reason', async () => {
  const late = await onePaper();
  const never = await onePaper();
  house.clock.advance(11 * 60_000);
  await run(house.kernel, expireSignings, undefined, { actor: systemActor('test') });
  assert.equal((await statesOf(late.made))[0]?.['state'], 'expired', 'the document is free again');
  assert.equal((await house.approve([late.id])).status, 200);
  await house.drain();
  assert.equal((await statesOf(late.made))[0]?.['state'], 'completed');
  house.clock.advance(6 * 60_000);
  for (const schedule of remoteSigningSchedules) await schedule.run(house.kernel);
  assert.equal((await house.approve([never.id])).body.code, 'remote-signing.authorizationEnded');
  const [batch] = await house.sql('select state from signatures.signing_batch where id = $1', [never.id]);
  assert.equal(batch?.['state'], 'given_up');
});

test('whoever gives a document up is not asked for it any more', async () => {
  const { made, id } = await onePaper();
  const { abandonAgentSigning } = await import('#engines/signatures/hand-over/commands/abandon-agent-signing.ts');
  await run(house.kernel, abandonAgentSigning, { agencyId: house.agencyId, signingId: made[0]?.signingId ?? '' }, { actor: house.director });
  assert.equal((await statesOf(made))[0]?.['state'], 'prepared');
  assert.ok(!(await house.waiting()).some((each) => each.id === id));
  assert.equal((await house.approve([id])).body.code, 'remote-signing.authorizationEnded');
});

test('opened anew while it waits for its signer, a document names the request that waits; whoever else wants it hears who signs', async () => {
  const { made, id } = await onePaper();
  const [paper] = made;
  assert.ok(paper !== undefined);
  const { signingId, subjectId } = paper;
  const anew = (who = house.director, credentialId = house.credentialId) => openPaper(house.kernel, who, { credentialId, pdf, subjectId, appearance: { kind: 'invisible' } });
  await assert.rejects(anew(), (error: unknown) => {
    assert.ok(error instanceof AppError && error.code === 'signatures.waitsForOwner');
    assert.deepEqual(error.details.data, { approvalId: id, signingId, credentialId: house.credentialId });
    assert.match(error.describe('vi').message, /^Văn bản này đang chờ bạn xác nhận bằng khóa truy cập, từ \d\d:\d\d\.$/);
    return true;
  });
  await assert.rejects(anew(house.colleague, await house.issue(house.colleague)), hasCode('signatures.alreadyBeingSigned'));
  assert.equal((await house.approve([id])).body.signed, 1);
});

const giveUp = async ({ signingId }: Paper) => {
  const { abandonAgentSigning } = await import('#engines/signatures/hand-over/commands/abandon-agent-signing.ts');
  await run(house.kernel, abandonAgentSigning, { agencyId: house.agencyId, signingId }, { actor: house.director });
};
const namesOf = async (id: string) => (await house.waiting()).find((each) => each.id === id)?.documents.map(({ name }) => name);

test('a document of several that is given up leaves the request: the owner reads, releases and is told of the others only', async () => {
  const made = await papers(3);
  const { approvalIds } = await ask(made);
  const [id = ''] = approvalIds;
  const [first, second, third] = made;
  assert.ok(first !== undefined && second !== undefined && third !== undefined);
  await giveUp(second);
  assert.deepEqual(await namesOf(id), ['Công văn: V/v số 1', 'Công văn: V/v số 3']);
  const [left] = await house.sql<{ data: { document: string; hash: string } }>(`select data from audit.entry where subject_id = $1 and type = 'remote-signing.hash-withdrawn'`, [id]);
  assert.equal(left?.data.document, 'Công văn: V/v số 2');
  assert.deepEqual((await house.approve([id])).body, { signed: 2 });
  await house.drain();
  assert.deepEqual((await statesOf(made)).map((row) => row?.['state']), ['completed', 'prepared', 'completed']);
  const signed = await house.sql<{ data: { document: string; hash: string } }>(`select data from audit.entry where subject_id = $1 and type = 'remote-signing.hash-signed'`, [id]);
  assert.deepEqual(signed.map(({ data }) => data.document), ['Công văn: V/v số 1', 'Công văn: V/v số 3']);
});

test('with the last document that is given up the request ends', async () => {
  const made = await papers(2);
  const [id = ''] = (await ask(made)).approvalIds;
  for (const each of made) await giveUp(each);
  assert.equal(await namesOf(id), undefined);
  assert.equal((await house.approve([id])).body.code, 'remote-signing.authorizationEnded');
  const [batch] = await house.sql('select state from signatures.signing_batch where id = $1', [id]);
  assert.equal(batch?.['state'], 'given_up');
});

test('a document given up between the owner’s look and touch is no wrong passkey: nothing is signed, and the rest is asked for again', async () => {
  const made = await papers(2);
  const [id = ''] = (await ask(made)).approvalIds;
  const begun = await house.call<{ approvalId: string; options: { challenge: string } }>(house.director, 'POST', '/approvals', { ids: [id] });
  const response = proof(house.device, begun.body.options.challenge);
  assert.ok(made[0] !== undefined);
  await giveUp(made[0]);
  const reply = await house.call<{ code: string }>(house.director, 'POST', `/approvals/${begun.body.approvalId}`, { response, pin: PIN });
  assert.deepEqual([reply.status, reply.body.code], [409, 'remote-signing.authorizationChanged']);
  const [row] = await house.sql('select state, wrong_passkeys as wrong from remote_signing.asked_authorization where id = $1', [id]);
  assert.deepEqual([row?.['state'], row?.['wrong']], ['waiting', 0]);
  assert.deepEqual((await house.approve([id])).body, { signed: 1 });
});

test('given up in the moment of the approval, a document is either signed with the others or left out, and the count is true', async () => {
  for (let round = 0; round < 6; round += 1) {
    const made = await papers(2);
    const [id = ''] = (await ask(made)).approvalIds;
    const approving = house.approve([id]);
    await new Promise((resolve) => setTimeout(resolve, round * 12));
    assert.ok(made[0] !== undefined);
    const [approval] = await Promise.all([approving, giveUp(made[0])]);
    if (approval.status !== 200) {
      assert.equal(approval.body.code, 'remote-signing.authorizationChanged');
      assert.deepEqual((await house.approve([id])).body, { signed: 1 });
    }
    await house.drain();
    const states = (await statesOf(made)).map((row) => String(row?.['state']));
    assert.equal(states[1], 'completed');
    if (approval.status === 200) assert.equal(approval.body.signed, states.filter((state) => state === 'completed').length);
    const signed = await house.sql(`select 1 from audit.entry where subject_id = $1 and type = 'remote-signing.hash-signed'`, [id]);
    assert.equal(signed.length, states.filter((state) => state === 'completed').length);
  }
});

test('a certificate that its owner did not open, and one of another agency, are not asked for', async () => {
  const closed = await papers(1, await house.issue(house.director));
  await assert.rejects(ask(closed), hasCode('remote-signing.notEnrolled'));
  assert.equal((await statesOf(closed))[0]?.['state'], 'prepared', 'and can be signed with the PIN');
  const made = await papers(1);
  await assert.rejects(askOwner(house.kernel, { agencyId: house.agencyId, actor: house.colleague, documents: shown(made) }), hasCode('signatures.notYourCredential'));
});

test('a certificate that is closed or revoked while its documents wait ends the waiting', async () => {
  const credentialId = await house.issue(house.director);
  await house.enrol(house.director, credentialId);
  const made = await papers(1, credentialId);
  await ask(made);
  assert.equal((await house.call(house.director, 'DELETE', `/credentials/${credentialId}/enrolment`)).status, 204);
  const [row] = await statesOf(made);
  assert.deepEqual([row?.['state'], row?.['code']], ['failed', 'signatures.confirmationTimedOut']);
});
