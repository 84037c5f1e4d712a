import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { z } from 'zod';
import { run } from '#kernel/command.ts';
import { newId, type Id } from '#kernel/ids.ts';
import { aClerk, anAgency, aSentLetter } from '../../../testing.ts';
import { envelopeHash } from '../../../envelope.ts';
import { findPartner, openLine } from '../../partner-rows.ts';
import { anAgencyAt, connect, openInstallation, settle, type Connected, type Installation } from '../../testing.ts';
import { callPeer, PeerRefusal, type InstallationLine } from './client.ts';
import type { Reconciliation } from '../../contract.ts';
import { recoverDelivery } from './recover-envelope.ts';
import type { ReceivedRow } from './statement.ts';

// What a partner says that it has from us is believed as far as it can be, and no further. The whole story of a restored backup
// is in tests/faults/restored-backup.test.ts.

let a: Installation;
let b: Installation;
let pair: Connected;
let sender: Id<'agency'>;
let foreignSender: Id<'agency'>;
let recipient: Id<'agency'>;
before(async () => {
  [a, b] = [await openInstallation(), await openInstallation()];
  pair = await connect(a, b);
  sender = (await anAgencyAt(a, 'Sở Nội vụ', [{ at: b, partnerId: pair.atGuest }])).id;
  const commune = await anAgencyAt(b, 'UBND xã Hoằng Hóa', [{ at: a, partnerId: pair.atInviter }]);
  const [there] = commune.idAt;
  assert.ok(there);
  recipient = there;
  foreignSender = there;
});
after(async () => {
  await a.close();
  await b.close();
});

const url = (): string => `/api/v1/exchange/partners/${pair.atInviter}/reconcile`;
const since = '2026-11-20T00:00:00Z';
const ask = async (at = a): Promise<Reconciliation> => {
  const reply = await at.call<Reconciliation>('POST', url(), { body: { since } });
  assert.equal(reply.status, 200, JSON.stringify(reply.body));
  return reply.body;
};

async function lineOfA(): Promise<InstallationLine> {
  const partner = await findPartner(a.house.kernel.database.pool, pair.atInviter);
  assert.ok(partner);
  // safe because a partner of this protocol has settings of its adapter
  return openLine(a.house.kernel, partner, AbortSignal.timeout(10_000)) as InstallationLine;
}

test('where nothing was lost, nothing is changed', async () => {
  await aSentLetter(a.house.kernel, { from: sender, to: [recipient] });
  await settle(a, b, a);
  const result = await ask();
  assert.deepEqual(result, { known: 1, recovered: [], askedAgain: 0, answeredBefore: [], problems: [] });
  const [told] = await a.house.sql(`select data from audit.entry where type = 'exchange.partner-reconciled'`);
  assert.ok(told, 'it stands in the record');
});

test('what the partner has with another content is reported and left as it is', async () => {
  const letter = await aSentLetter(a.house.kernel, { from: sender, to: [recipient] });
  await settle(a, b, a);
  await a.house.sql(`update exchange.envelope set content_hash = decode(repeat('ab', 32), 'hex') where id = $1`, [letter.envelopeId]);
  assert.deepEqual((await ask()).problems, [{ envelopeId: letter.envelopeId, problem: 'contentDiffers' }]);
});

test('a letter is written back only when it fits its hash, its sender lives here and its recipient is reached by this partner', async () => {
  const partner = await findPartner(a.house.kernel.database.pool, pair.atInviter);
  assert.ok(partner);
  const letter = await aSentLetter(a.house.kernel, { from: sender, to: [recipient] });
  const [kept] = await a.house.sql('select original from exchange.envelope where id = $1', [letter.envelopeId]);
  const id = newId();
  const textOf = (from: string): string => String(kept?.['original']).replace(letter.envelopeId, id).replaceAll(sender, from);
  const original = textOf(sender);
  const row: ReceivedRow = { messageId: newId(), envelopeId: id, contentHash: envelopeHash(original), senderRef: sender, addressedRef: recipient, parcelId: newId() };
  const attempt = async (changed: Partial<ReceivedRow>, text = original) => {
    const recovered = await run(a.house.kernel, recoverDelivery, { partner, row: { ...row, ...changed }, original: text }, { actor: a.admin });
    return recovered.ok ? 'ok' : recovered.problem;
  };
  assert.equal(await attempt({}, 'no envelope'), 'envelopeUnreadable');
  assert.equal(await attempt({ contentHash: '0'.repeat(64) }), 'contentDiffers');
  assert.equal(await attempt({ senderRef: recipient }), 'contentDiffers');
  const foreign = textOf(foreignSender);
  assert.equal(await attempt({ senderRef: foreignSender, contentHash: envelopeHash(foreign) }, foreign), 'senderNotHere');
  const unlinked = await anAgency(a.house.kernel, 'Cơ quan khác', { hosting: 'external' });
  for (const addressedRef of [null, newId(), sender, unlinked]) assert.equal(await attempt({ addressedRef }), 'recipientUnknown');
  assert.equal((await a.house.sql('select 1 from exchange.envelope where id = $1', [id])).length, 0, 'what is refused leaves nothing behind');
  assert.equal(await attempt({}), 'ok');
  const [delivery] = await a.house.sql('select state, transfer_id from exchange.delivery where envelope_id = $1', [id]);
  assert.deepEqual(delivery, { state: 'waiting', transfer_id: row.parcelId });
  assert.equal((await a.house.sql(`select 1 from audit.entry where type = 'exchange.envelope-recovered'`)).length, 1);
});

test('a partner is told nothing but its own, and a wrong request is refused for good', async () => {
  const line = await lineOfA();
  const refusal = (code: string) => (error: unknown) => error instanceof PeerRefusal && error.problem.code === code;
  await assert.rejects(callPeer(line, { method: 'GET', path: `/statement/originals/${newId()}` }, z.object({})), refusal('messageUnknown'));
  for (const body of ['{', '{"ids":[]}', '{"ids":["x"]}']) await assert.rejects(callPeer(line, { method: 'POST', path: '/statement/again', body: Buffer.from(body) }, z.object({})), refusal('bodyUnreadable'));
  await callPeer(line, { method: 'POST', path: '/statement/again', body: Buffer.from(JSON.stringify({ ids: [newId()] })) }, z.object({}));
});

test('only administrators of the province reconcile, with a partner that there is and that answers', async () => {
  assert.equal((await a.call('POST', url(), { body: { since }, as: aClerk(sender) })).status, 403);
  assert.equal((await a.call('POST', `/api/v1/exchange/partners/${newId()}/reconcile`, { body: { since } })).status, 404);
  assert.equal((await b.call('POST', `/api/v1/exchange/partners/${pair.atGuest}/suspend`, { body: { reason: 'Bảo trì' } })).status, 204);
  assert.equal((await a.call('POST', url(), { body: { since } })).status, 502);
});
