import assert from 'node:assert/strict';
import { request } from 'node:http';
import { after, before, beforeEach, test } from 'node:test';
import { run } from '#kernel/command.ts';
import { newId } from '#kernel/ids.ts';
import { sendEnvelope, sendNotice } from '#engines/exchange/index.ts';
import { callPeer, type InstallationLine } from '#engines/exchange/partners/adapters/installation/client.ts';
import { digestOf, signRequest } from '#engines/exchange/partners/adapters/installation/http-signatures.ts';
import { signingKey } from '#engines/exchange/partners/adapters/installation/settings.ts';
import { parcelReply, PEER, writeWire } from '#engines/exchange/partners/adapters/installation/wire.ts';
import { parcelOf, type TransferRow } from '#engines/exchange/partners/parcels.ts';
import { findPartner, openLine } from '#engines/exchange/partners/partner-rows.ts';
import { settle } from '#engines/exchange/partners/testing.ts';
import type { Fault } from '#engines/exchange/testing/network-faults.ts';
import { aClerk, aDocument, aMainFile } from '#engines/exchange/testing.ts';
import { openPair, type Pair } from './pair.ts';

const FIVE_GB = 5_000_000_000;
/** How many requests one after another are treated badly; the long form also tries the patience of the line. */
const TIMES = process.env['LIENTHONG_LONG'] === '1' ? 6 : 1;

let pair: Pair;
before(async () => {
  pair = await openPair();
});
after(() => pair.close());
beforeEach(() => {
  for (const network of [pair.toA, pair.toB]) network.decide(() => ({ kind: 'pass' }));
});

/** Letters in both directions while the way to B does something to its first requests. */
async function lettersWhile(fault: Fault, times = TIMES): Promise<void> {
  pair.toB.decide((seen) => (seen.count <= times ? fault : { kind: 'pass' }));
  await pair.send();
  await pair.sendBack();
  await settle(pair.a, pair.b);
  await pair.assertSame();
}

test('a partner that answers 200 with the page of an error is believed in nothing, and both registers agree in the end', () => lettersWhile({ kind: 'impostor', status: 200, body: '<h1>Lỗi hệ thống</h1>' }));

test('a partner that never answers', () => lettersWhile({ kind: 'silence' }));

test('a partner whose line breaks before, in and after a request', async () => {
  await lettersWhile({ kind: 'cut', afterBytes: 0 });
  await lettersWhile({ kind: 'cut', afterBytes: 700 });
  await lettersWhile({ kind: 'lose-reply' });
});

test('a partner that is slow beyond all patience, and one that gets everything twice', async () => {
  await lettersWhile({ kind: 'delay', ms: 2500 });
  await lettersWhile({ kind: 'duplicate' }, 2 * TIMES);
});

test('a partner whose answers come drop by drop is waited for while they come', async () => {
  await lettersWhile({ kind: 'trickle', pieces: 5, everyMs: 800 }, 2);
  const [slowest] = await pair.a.house.sql('select max(attempts) as n from exchange.transfer where created_at = (select max(created_at) from exchange.transfer)');
  assert.equal(slowest?.['n'], 1, 'nothing was sent twice for it');
});

test('what goes both ways arrives in another order than it was sent in: letters, an update, a recall and a replacement', async () => {
  const { a, b, sender, receiver, toA, toB } = pair;
  for (const network of [toA, toB]) network.decide(({ method, count }) => (method === 'POST' && count % 4 !== 0 ? { kind: 'hold' } : { kind: 'pass' }));
  // The last that is held goes first.
  const letGo = setInterval(() => [toA, toB].forEach((network) => network.release()), 500);
  try {
    const letters = [await pair.send(), await pair.send(), await pair.send(), await pair.send()];
    for (let count = 0; count < 3; count += 1) await pair.sendBack();
    await settle(a, b);
    const [updated, recalled, replaced] = letters;
    assert.ok(updated !== undefined && recalled !== undefined && replaced !== undefined);
    const actor = aClerk(sender.id);
    const changed = { summary: 'V/v đính chính văn bản', urgency: 'normal' as const, answerDue: null };
    await run(a.house.kernel, sendNotice, { agencyId: sender.id, subject: updated.subject, kind: 'update', reason: 'Đính chính', changed }, { actor });
    await run(a.house.kernel, sendNotice, { agencyId: sender.id, subject: recalled.subject, kind: 'recall', reason: 'Sai thẩm quyền' }, { actor });
    const files = [await aMainFile(a.house.kernel)];
    const replaces = { subject: replaced.subject, reason: 'Sai số liệu' };
    await run(a.house.kernel, sendEnvelope, { agencyId: sender.id, subject: { type: 'outgoing-document', id: newId() }, recipients: [receiver.there], document: aDocument(), files, replaces }, { actor });
    await pair.assertSame();
    const stateOf = async ({ envelopeId }: { envelopeId: string }) => (await a.house.sql('select state from exchange.delivery where envelope_id = $1', [envelopeId]))[0]?.['state'];
    assert.deepEqual([await stateOf(updated), await stateOf(recalled), await stateOf(replaced)], ['arrived', 'recalled', 'replaced']);
  } finally {
    clearInterval(letGo);
  }
});

test('a partner that answers five gigabytes is hung up on after a few megabytes', async () => {
  await lettersWhile({ kind: 'flood', sizeBytes: FIVE_GB }, 1);
  assert.ok(pair.toB.flooded() > 0 && pair.toB.flooded() < 200_000_000, `${String(pair.toB.flooded())} bytes were taken`);
});

/** B's own line to A, to say things that B's product would never say. */
async function lineOfB(): Promise<InstallationLine> {
  const { kernel } = pair.b.house;
  const partner = await findPartner(kernel.database.pool, pair.partners.atGuest);
  assert.ok(partner);
  // safe because a partner of this protocol has settings of its adapter
  return openLine(kernel, partner, AbortSignal.timeout(30_000)) as InstallationLine;
}

test('a partner that tells one answer twice, as two parcels: the second changes nothing', async () => {
  const letter = await pair.send();
  await settle(pair.a, pair.b, pair.a);
  const { kernel } = pair.b.house;
  const [row] = await pair.b.house.sql(
    `select t.agency_id as "agencyId", t.id, t.partner_id as "partnerId", t.kind, t.envelope_id as "envelopeId", t.message_id as "messageId", t.ordinal, t.position, t.state, t.attempts, t.checks
       from exchange.transfer t join exchange.message m on m.agency_id = t.agency_id and m.id = t.message_id where m.envelope_id = $1`,
    [letter.envelopeId],
  );
  // safe because the statement selects exactly these columns
  const transfer = row as TransferRow;
  const parcel = await parcelOf({ now: kernel.clock.now(), query: (text, values) => kernel.database.pool.query(text, values) }, transfer);
  const said = await callPeer(await lineOfB(), { method: 'POST', path: '/parcels', body: writeWire({ ...parcel, id: newId<'transfer'>() }, { appSecret: kernel.config.appSecret, partnerId: transfer.partnerId }) }, parcelReply);
  assert.equal(said.state, 'processed');
  const { answers } = await pair.assertSame();
  assert.ok(answers > 0);
});

test('a partner that sends five gigabytes in the place of a parcel is stopped at the limit', async () => {
  const line = await lineOfB();
  const path = `${PEER}/parcels`;
  const { headers } = signRequest({ method: 'POST', target: path, digest: digestOf(Buffer.from('{}')) }, signingKey(line.secrets), pair.b.house.clock.now());
  const { status, sentBytes } = await floodWith(`${pair.a.address}${path}`, headers);
  assert.ok(status === 413 || status === 0, String(status));
  assert.ok(sentBytes < 100_000_000, `${String(sentBytes)} bytes were taken`);
  await lettersWhile({ kind: 'pass' });
});

/** Sends without end until the other side has had enough. Status 0: it hung up without a word. */
function floodWith(url: string, headers: Record<string, string>): Promise<{ status: number; sentBytes: number }> {
  return new Promise((resolve) => {
    const piece = Buffer.alloc(256 * 1024, 'x');
    let sentBytes = 0;
    const sent = request(url, { method: 'POST', headers: { ...headers, 'content-type': 'application/octet-stream' }, agent: false });
    const end = (status: number): void => {
      resolve({ status, sentBytes });
      sent.destroy();
    };
    sent.on('error', () => end(0));
    sent.on('response', (response) => end(response.statusCode ?? 0));
    const push = (): void => {
      while (!sent.destroyed && sentBytes < FIVE_GB) {
        sentBytes += piece.length;
        if (!sent.write(piece)) {
          sent.once('drain', push);
          return;
        }
      }
    };
    push();
  });
}
