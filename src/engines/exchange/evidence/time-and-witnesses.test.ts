import assert from 'node:assert/strict';
import { generateKeyPairSync, sign } from 'node:crypto';
import { after, before, test } from 'node:test';
import { systemActor } from '#kernel/actor.ts';
import { run } from '#kernel/command.ts';
import { newId } from '#kernel/ids.ts';
import { consistencyProof, describeHead, latestTreeHead, leafHash, sealNow } from '#engines/audit/index.ts';
import { checkpointText } from '#engines/audit/offline.ts';
import { signaturesModule } from '#engines/signatures/index.ts';
import { answerMessage } from '../commands/answer-message.ts';
import { aClerk } from '../testing.ts';
import { aSignedLetter, codes, failed, packed, verified, type SignedLetter } from '../testing/signed-letter.ts';
import { logOf, partsOf, sealedAgain } from '../testing/changed-package.ts';

let letter: SignedLetter;
before(async () => {
  letter = await aSignedLetter();
});
after(() => letter.house.close());

const pack = (): Promise<Buffer> => packed(letter.house, { side: 'sender', agencyId: letter.sender, envelopeId: letter.envelopeId });
const stamp = async (): Promise<void> => {
  await sealNow(letter.house.kernel);
  for (const schedule of signaturesModule.schedules ?? []) await schedule.run(letter.house.kernel);
};

test('an entry that the owner of the database writes today with the date of last year is shown as what was first proven today', async () => {
  const { house, sender, envelopeId, subject } = letter;
  assert.equal((await verified(house, await pack())).outcome, 'passed');
  const entry = { id: newId(), agencyId: sender, at: '2025-03-03T02:00:00.000Z', type: 'exchange.deliveries-opened', actor: { kind: 'system', name: 'x' }, subject, data: { envelopeId }, requestId: 'x' };
  const hash = leafHash(entry);
  await house.sql('insert into audit.entry (agency_id, id, at, type, actor, subject_type, subject_id, data, request_id, leaf_hash) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)', [
    sender, entry.id, entry.at, entry.type, JSON.stringify(entry.actor), subject.type, subject.id, JSON.stringify(entry.data), 'x', hash,
  ]);
  const uuid = (id: string): Buffer => Buffer.from(id.replaceAll('-', ''), 'hex');
  await house.sql('insert into audit.pending (agency_id, id, entries) values ($1, $2, $3)', [sender, entry.id, Buffer.concat([uuid(sender), uuid(entry.id), hash])]);
  const report = await verified(house, await pack());
  assert.equal(report.outcome, 'warned');
  assert.deepEqual(report.checks.filter(({ outcome }) => outcome !== 'passed').map(({ code, about }) => `${code} ${about}`), [`log.sealedLate ${entry.type} ${entry.id}`]);
});

test('what was stamped in its time stays proven for that time, however late a package is made; a root that is no beginning of the record proves nothing', async () => {
  const { house } = letter;
  await stamp();
  house.clock.advance(30 * 86_400_000);
  await run(house.kernel, (ctx) => Promise.resolve(ctx.record({ type: 'exchange.reminder-sent', agencyId: letter.ward, subject: { type: 'message', id: newId() }, data: { envelopeId: newId(), recipientCount: 1, recipients: [] } })), undefined, { actor: systemActor('test') });
  await stamp();
  const bytes = await pack();
  const report = await verified(house, bytes);
  assert.deepEqual(failed(report), []);
  const late = report.checks.filter(({ code }) => code === 'log.sealedLate');
  assert.equal(late.length, 1, 'only the one of the test before');
  const parts = await partsOf(bytes);
  const log = logOf(parts);
  const [one] = log.stamped;
  assert.ok(one);
  const again = (stamped: unknown) => sealedAgain(house.kernel, parts, { set: { 'log/entries.json': Buffer.from(JSON.stringify({ ...log, stamped })) } });
  const other = { ...one, head: { ...one.head, root: Buffer.alloc(32, 1).toString('base64') } };
  for (const forged of [[{ ...one, path: [] }], [other]]) assert.ok(codes(await verified(house, await again(forged))).includes('log.stampForged'));
  const none = await verified(house, await again([]));
  assert.deepEqual([failed(none), none.outcome], [[], 'warned'], 'without the earlier roots the times are claims');
  assert.ok(!none.checks.some(({ code }) => code === 'log.olderForm'));
  const older = await verified(house, await again(undefined));
  const [told, ...more] = older.checks.filter(({ code }) => code === 'log.olderForm');
  assert.deepEqual([failed(older), older.outcome, more.length], [[], 'warned', 0]);
  assert.match(told?.vi ?? '', /Xuất lại gói/, 'a package from before these went along says what to do');
  assert.match(told?.en ?? '', /Export the package again/);
  assert.deepEqual(older.checks.filter(({ code }) => code === 'log.sealedLate'), none.checks.filter(({ code }) => code === 'log.sealedLate'), 'and nothing is believed for it');
});

test('a package of another version of the format is not taken for a good one, and says which version it is and what to do', async () => {
  const parts = await partsOf(await pack());
  for (const version of [2, 0]) {
    const report = await verified(letter.house, await sealedAgain(letter.house.kernel, parts, { manifest: () => ({ version, somethingNew: true }) }));
    assert.deepEqual([failed(report), report.outcome], [['manifest.otherVersion evidence.json'], 'failed']);
    const [told] = report.checks.filter(({ outcome }) => outcome === 'failed');
    assert.match(told?.vi ?? '', new RegExp(`Gói ghi phiên bản ${String(version)}, trình kiểm tra này đọc phiên bản 1\\..*lienthong-evidence.*xuất lại`));
    assert.match(told?.en ?? '', new RegExp(`says version ${String(version)}, this verifier reads version 1\\..*lienthong-evidence.*exported again`));
  }
});

test('a witness that kept a root of another size counts once the record proves that one leads to the other', async () => {
  const { house } = letter;
  const { pool } = house.kernel.database;
  const earlier = await latestTreeHead(pool);
  assert.ok(earlier);
  await run(house.kernel, answerMessage, { agencyId: letter.ward, messageId: await letter.messageOf(letter.ward), status: '03' }, { actor: systemActor('test') });
  await house.drain();
  const bytes = await pack();
  const newest = await latestTreeHead(pool);
  assert.ok(newest && newest.size > earlier.size);
  await run(house.kernel, answerMessage, { agencyId: letter.ward, messageId: await letter.messageOf(letter.ward), status: '04' }, { actor: systemActor('test') });
  await sealNow(house.kernel);
  const later = await latestTreeHead(pool);
  assert.ok(later && later.size > newest.size);
  const proofOf = async (first: number, second: number): Promise<string> => {
    const proof = await consistencyProof(pool, { first, second });
    return JSON.stringify({ first: describeHead(proof.first), second: describeHead(proof.second), path: proof.path.map((hash) => hash.toString('base64')) });
  };
  const consistency = [await proofOf(earlier.size, newest.size), await proofOf(newest.size, later.size)];
  const found = async (witness: string, proofs: string[]) => (await verified(house, bytes, { witnessed: [witness], consistency: proofs })).checks.filter(({ code }) => ['head.witnessed', 'head.contradicted', 'head.uncompared'].includes(code)).map(({ code }) => code);
  const fork = (head: typeof earlier): string => checkpointText({ ...head, root: Buffer.alloc(32, 9) });
  assert.deepEqual(await found(later.checkpoint, []), ['head.uncompared']);
  assert.deepEqual(await found(earlier.checkpoint, consistency), ['head.witnessed']);
  assert.deepEqual(await found(later.checkpoint, consistency), ['head.witnessed']);
  assert.deepEqual(await found(fork(earlier), consistency), ['head.contradicted']);
  assert.deepEqual(await found(fork(later), consistency), ['head.contradicted']);
  assert.deepEqual(await found(later.checkpoint, ['{}', 'rác']), ['head.uncompared']);
});

test('no package is made on a root that somebody else signed', async () => {
  const { house } = letter;
  await sealNow(house.kernel);
  const head = await latestTreeHead(house.kernel.database.pool);
  assert.ok(head);
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  await house.sql(`insert into audit.signing_key (key_id, origin, public_key, created_at) values ('cua-ke-gia', $1, $2, now())`, [head.origin, Buffer.from(String(publicKey.export({ format: 'jwk' }).x), 'base64url')]);
  const body = { origin: head.origin, size: head.size + 7, root: head.root, at: head.at };
  await house.sql(`insert into audit.tree_head (size, root, at, key_id, signature) values ($1, $2, $3, 'cua-ke-gia', $4)`, [body.size, body.root, body.at, sign(null, Buffer.from(checkpointText(body)), privateKey)]);
  try {
    await assert.rejects(pack(), /exchange\.recordOfOtherKey|audit\.treeRewritten|the tree of size/);
  } finally {
    await house.sql('delete from audit.tree_head_timestamp where tree_size = $1', [body.size]);
    await house.sql('delete from audit.tree_head where size = $1', [body.size]);
  }
});

test('an answer that arrives while a package is made stands in it whole or not at all', async () => {
  const { house, ward } = letter;
  const { pool } = house.kernel.database;
  const query = pool.query.bind(pool) as (...args: unknown[]) => unknown;
  const messageId = await letter.messageOf(ward);
  const [known] = await house.sql<{ state: string }>('select state from exchange.message where id = $1', [messageId]);
  const nextStatus = known?.state === 'arrived' ? ('03' as const) : ('06' as const);
  let isAnswered = false;
  const answersAfter = async (...args: unknown[]): Promise<unknown> => {
    const result = await query(...args);
    if (!isAnswered && String(args[0]).includes('from exchange.delivery_answer a')) {
      isAnswered = true;
      await run(house.kernel, answerMessage, { agencyId: ward, messageId, status: nextStatus }, { actor: aClerk(ward) });
      await house.drain();
    }
    return result;
  };
  Object.assign(pool, { query: answersAfter });
  try {
    assert.deepEqual(failed(await verified(house, await pack())), []);
  } finally {
    Object.assign(pool, { query });
  }
  assert.ok(isAnswered);
});
