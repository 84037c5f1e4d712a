import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { PersonActor } from '#kernel/actor.ts';
import { AppError } from '#kernel/errors.ts';
import { newId } from '#kernel/ids.ts';
import { kernelModule } from '#kernel/kernel-module.ts';
import { openTestHouse, somebody, type TestHouse } from '#kernel/testkit.ts';
import { consistencyProofSchema, inclusionProofSchema, treeHeadSchema } from './contract.ts';
import {
  attachTimestamp,
  auditModule,
  consistencyProof,
  describeEvent,
  findTreeHead,
  inclusionProof,
  latestTreeHead,
  leafHash,
  sealNow,
  timeline,
  timelineOf,
  timelineReply,
  treeHeadsWithoutTimestamp,
  verifyAll,
  verifyCheckpoint,
  verifyConsistency,
  verifyInclusion,
} from './index.ts';
import { chronicle, chronicleModule } from './testing.ts';

const modules = [kernelModule, auditModule, chronicleModule];
let house: TestHouse;
before(async () => {
  house = await openTestHouse({ modules });
});
after(() => house.close());

const isCode = (code: string) => (error: unknown) => error instanceof AppError && error.code === code;

test('what a command records stands in the audit record as it happened, and waits for the sealer', async () => {
  const actor = somebody();
  const [id] = await chronicle(house.kernel, { actor, agencyIds: [actor.agencyId] });
  const rows = await house.sql<{ type: string; actor: { name: string }; data: unknown; at: Date }>('select * from audit.entry where id = $1', [id]);
  assert.equal(rows.length, 1);
  assert.equal(rows[0]?.type, 'chronicle.thing-happened');
  assert.equal(rows[0].actor.name, 'Nguyễn Thị Hạnh');
  assert.deepEqual(rows[0].data, { number: 0 });
  assert.deepEqual(rows[0].at, house.clock.now());
  assert.equal((await house.sql('select 1 from audit.pending where id = $1', [id])).length, 1);
});

test('the application can neither change nor delete an entry, a seal, a node, a head or a key', async () => {
  for (const table of ['entry', 'sealed', 'node', 'signing_key', 'tree_head', 'tree_head_timestamp']) {
    for (const right of ['update', 'delete', 'truncate']) {
      const { rows } = await house.kernel.database.pool.query<{ allowed: boolean }>(`select has_table_privilege('audit.${table}', $1) as allowed`, [right]);
      assert.equal(rows[0]?.allowed, false, `${right} on ${table}`);
    }
  }
});

test('an entry proves that it stands in the signed tree, and a changed one does not', async () => {
  const actor = somebody();
  const ids = await chronicle(house.kernel, { actor, agencyIds: Array.from({ length: 13 }, () => actor.agencyId) });
  const [, entryId = ids[0]] = ids;
  assert.ok(entryId);
  await assert.rejects(inclusionProof(house.kernel.database.pool, { agencyId: actor.agencyId, entryId }), isCode('audit.notSealedYet'));
  await sealNow(house.kernel);
  const proof = await inclusionProof(house.kernel.database.pool, { agencyId: actor.agencyId, entryId });
  const claim = { leafHash: leafHash(proof.entry), leafIndex: proof.leafIndex, treeSize: proof.head.size, path: proof.path, root: proof.head.root };
  assert.ok(verifyInclusion(claim));
  assert.ok(verifyCheckpoint(proof.head, proof.head.publicKey, proof.head.signature));
  assert.equal(verifyInclusion({ ...claim, leafHash: leafHash({ ...proof.entry, data: { number: 99 } }) }), false);
  assert.equal(verifyCheckpoint({ ...proof.head, size: proof.head.size + 1 }, proof.head.publicKey, proof.head.signature), false);
  await assert.rejects(inclusionProof(house.kernel.database.pool, { agencyId: newId<'agency'>(), entryId }), isCode('audit.entryNotFound'));
});

test('each signed tree is the beginning of the later ones', async () => {
  const actor = somebody();
  const sizes: number[] = [];
  for (let round = 0; round < 4; round += 1) {
    await chronicle(house.kernel, { actor, agencyIds: Array.from({ length: round * 3 + 1 }, () => actor.agencyId) });
    await sealNow(house.kernel);
    sizes.push((await latestTreeHead(house.kernel.database.pool))?.size ?? 0);
  }
  for (const first of sizes) {
    const second = sizes.at(-1) ?? 0;
    const proof = await consistencyProof(house.kernel.database.pool, { first, second });
    assert.ok(verifyConsistency({ first, second, firstRoot: proof.first.root, secondRoot: proof.second.root, path: proof.path }));
  }
  await assert.rejects(consistencyProof(house.kernel.database.pool, { first: 1_000_000, second: 1_000_001 }), isCode('audit.noTreeHead'));
});

test('a size that was never signed has no head; a database that does not answer is a failure, and not an absence', async () => {
  const { pool } = house.kernel.database;
  assert.equal(await findTreeHead(pool, 1_000_000), undefined);
  const lost = new Error('connection lost');
  await assert.rejects(findTreeHead({ query: () => Promise.reject(lost) }, 1), lost);
});

test('the sealer comes by itself, and an idle record gets no new head', async () => {
  const actor = somebody();
  await chronicle(house.kernel, { actor, agencyIds: [actor.agencyId] });
  house.clock.advance(5000);
  await house.drain();
  assert.equal((await house.sql('select 1 from audit.pending')).length, 0);
  const heads = await house.sql('select 1 from audit.tree_head');
  house.clock.advance(5000);
  await house.drain();
  assert.equal((await house.sql('select 1 from audit.tree_head')).length, heads.length);
});

test('sealers at work side by side with writers seal every entry exactly once', async () => {
  const actor = somebody();
  const writers = Array.from({ length: 30 }, (_, index) => chronicle(house.kernel, { actor, agencyIds: Array.from({ length: 7 }, () => actor.agencyId), from: index * 7 }));
  const sealers = Array.from({ length: 6 }, () => sealNow(house.kernel));
  await Promise.all([...writers, ...sealers]);
  await sealNow(house.kernel);
  const rows = await house.sql<{ entries: string; sealed: string; highest: string }>(
    'select (select count(*) from audit.entry) as entries, (select count(*) from audit.sealed) as sealed, (select max(leaf_index) + 1 from audit.sealed) as highest',
  );
  assert.equal(rows[0]?.entries, rows[0]?.sealed);
  assert.equal(rows[0]?.entries, rows[0]?.highest);
  assert.equal((await verifyAll(house.kernel.database.pool)).ok, true);
});

test('a timeline shows newest first, pages by key without gap or repetition, and never crosses agencies', async () => {
  const actor = somebody();
  const subjects = [{ type: 'letter', id: newId() }, { type: 'envelope', id: newId() }];
  const expected: string[] = [];
  for (let round = 0; round < 5; round += 1) {
    for (const subject of subjects) expected.push(...(await chronicle(house.kernel, { actor, agencyIds: [actor.agencyId, actor.agencyId], subject })));
    house.clock.advance(1000);
  }
  await chronicle(house.kernel, { actor, agencyIds: [newId<'agency'>()], subject: { type: 'letter', id: subjects[0]?.id ?? '' } });
  const seen: string[] = [];
  for (let last: { at: string; entryId: string } | undefined; ; ) {
    const page = await timeline(house.kernel.database.pool, { agencyId: actor.agencyId, subjects, limit: 7, before: last });
    if (page.length === 0) break;
    seen.push(...page.map((row) => row.entryId));
    last = page.at(-1);
  }
  assert.deepEqual(seen, expected.reverse());
});

test('a timeline row says in which signed tree it stands', async () => {
  const actor = somebody();
  const subject = { type: 'letter', id: newId() };
  await chronicle(house.kernel, { actor, agencyIds: [actor.agencyId], subject });
  const query = { agencyId: actor.agencyId, subjects: [subject], limit: 5 };
  assert.equal((await timeline(house.kernel.database.pool, query))[0]?.sealedTreeSize, null);
  await sealNow(house.kernel);
  const head = await latestTreeHead(house.kernel.database.pool);
  assert.equal((await timeline(house.kernel.database.pool, query))[0]?.sealedTreeSize, head?.size);
});

test('the sentence of a row comes from its module’s catalogue, with names, days and both people of a delegation', () => {
  const person: PersonActor = somebody();
  const actor = { ...person, onBehalfOf: { personId: newId(), name: 'Trần Văn Bình', postId: newId(), postTitle: 'Giám đốc' } };
  assert.equal(describeEvent(modules, { type: 'chronicle.thing-happened', actor: { kind: 'system', name: 'x' }, data: { number: 1234 } }, 'vi'), 'Hệ thống đã làm việc số 1234');
  assert.equal(
    describeEvent(modules, { type: 'chronicle.thing-happened', actor, data: { number: 7 } }, 'en'),
    'Nguyễn Thị Hạnh (Văn thư) on behalf of Trần Văn Bình (Giám đốc) did thing number 7',
  );
  assert.equal(describeEvent(modules, { type: 'chronicle.thing-due', actor, data: { due: '2026-03-05', receiver: { name: 'Sở Tư pháp' } } }, 'vi'), 'Hạn 05/3/2026, gửi Sở Tư pháp');
  assert.equal(describeEvent(modules, { type: 'gone.thing-done', actor, data: {} }, 'vi'), 'gone.thing-done');
});

test('only the newest tree head wants a timestamp, and the first token stays', async () => {
  const actor = somebody();
  await chronicle(house.kernel, { actor, agencyIds: [actor.agencyId] });
  await sealNow(house.kernel);
  const [head, ...others] = await treeHeadsWithoutTimestamp(house.kernel.database.pool);
  assert.ok(head);
  assert.equal(others.length, 0);
  for (const token of ['the first', 'the second']) {
    await house.kernel.database.transaction(async (_tx, client) => {
      await attachTimestamp({ query: client.query.bind(client), now: house.clock.now() }, { treeSize: head.size, token: Buffer.from(token) });
    });
  }
  assert.equal((await latestTreeHead(house.kernel.database.pool))?.timestampToken?.toString(), 'the first');
  assert.deepEqual(await treeHeadsWithoutTimestamp(house.kernel.database.pool), []);
});

test('proofs go to the own agency, to an auditor of the whole installation, and to nobody else', async () => {
  const clerk = somebody();
  const [id = ''] = await chronicle(house.kernel, { actor: clerk, agencyIds: [clerk.agencyId] });
  await sealNow(house.kernel);
  const people: Record<string, PersonActor> = { clerk, neighbour: somebody(), auditor: somebody({ roles: ['auditor'] }) };
  const server = house.server((_kernel, request) => Promise.resolve(people[String(request.headers['x-person'])] ?? { kind: 'anonymous' }));
  const ask = (person: string, url: string) => server.inject({ url, headers: { 'x-person': person } });
  const own = await ask('clerk', `/api/v1/audit/entries/${id}/proof`);
  assert.equal(own.statusCode, 200);
  const proof = inclusionProofSchema.parse(own.json());
  assert.ok(
    verifyInclusion({
      leafHash: leafHash({ ...proof.entry }),
      leafIndex: proof.leafIndex,
      treeSize: proof.treeHead.size,
      path: proof.path.map((text) => Buffer.from(text, 'base64')),
      root: Buffer.from(proof.treeHead.root, 'base64'),
    }),
  );
  assert.equal((await ask('nobody', `/api/v1/audit/entries/${id}/proof`)).statusCode, 401);
  assert.equal((await ask('neighbour', `/api/v1/audit/entries/${id}/proof`)).statusCode, 404);
  assert.equal((await ask('neighbour', `/api/v1/audit/entries/${id}/proof?agencyId=${clerk.agencyId}`)).statusCode, 404);
  assert.equal((await ask('auditor', `/api/v1/audit/entries/${id}/proof?agencyId=${clerk.agencyId}`)).statusCode, 200);
  assert.equal((await ask('clerk', '/api/v1/audit/entries/not-an-id/proof')).statusCode, 404);
  const head = treeHeadSchema.parse((await ask('nobody', '/api/v1/audit/tree-head')).json());
  const heads = await house.sql<{ size: string }>('select size from audit.tree_head order by size limit 1');
  const consistency = await ask('nobody', `/api/v1/audit/consistency?first=${String(heads[0]?.size)}&second=${String(head.size)}`);
  assert.ok(consistencyProofSchema.safeParse(consistency.json()).success);
});

test('577 agencies are recorded with as many statements as one', async (t) => {
  const { recorder } = house.kernel;
  const statements: number[] = [];
  const times: number[] = [];
  house.kernel.recorder = (ctx, events) => {
    let count = 0;
    recorder(
      {
        ...ctx,
        write(text, values) {
          count += 1;
          ctx.write(text, values);
        },
      },
      events,
    );
    statements.push(count);
  };
  const actor = somebody();
  await chronicle(house.kernel, { actor, agencyIds: [actor.agencyId] });
  for (let round = 0; round < 15; round += 1) {
    const start = performance.now();
    await chronicle(house.kernel, { actor, agencyIds: Array.from({ length: 577 }, () => newId<'agency'>()) });
    times.push(performance.now() - start);
  }
  house.kernel.recorder = recorder;
  assert.equal(new Set(statements).size, 1, statements.join(', '));
  t.diagnostic(`577 events are recorded in ${Math.min(...times).toFixed(1)} ms (fastest of 15)`);
  await sealNow(house.kernel);
  assert.equal((await verifyAll(house.kernel.database.pool)).ok, true);
});

test('a timeline in words names the person, the post, the tree and the file, page by page', async () => {
  const actor = somebody();
  const subject = { type: 'letter', id: newId() };
  await chronicle(house.kernel, { actor, agencyIds: [actor.agencyId, actor.agencyId, actor.agencyId], subject });
  await sealNow(house.kernel);
  const query = { agencyId: actor.agencyId, subjects: [subject], language: 'vi' as const, limit: 2 };
  const first = timelineReply.parse(await timelineOf(house.kernel, query));
  assert.deepEqual(
    first.entries.map((entry) => [entry.text, entry.actorName, entry.actorTitle, entry.onBehalfOf]),
    [2, 1].map((number) => [`Nguyễn Thị Hạnh (Văn thư) đã làm việc số ${String(number)}`, 'Nguyễn Thị Hạnh', 'Văn thư', null]),
  );
  assert.equal(first.entries[0]?.evidence.sealedInTree, (await latestTreeHead(house.kernel.database.pool))?.size);
  const second = await timelineOf(house.kernel, { ...query, before: first.next ?? undefined });
  assert.equal(second.entries.length, 1);
  assert.equal(second.next, null);
});
