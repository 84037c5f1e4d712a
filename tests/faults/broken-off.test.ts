import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { after, before, test } from 'node:test';
import { z } from 'zod';
import { newId } from '#kernel/ids.ts';
import { storeBytes } from '#engines/files/index.ts';
import { addPart, announceFiles, comingFile } from '#engines/exchange/partners/adapters/installation/coming-files.ts';
import { definePartnerAdapter, PartnerUnavailable, type PartnerId, type SendResult } from '#engines/exchange/partners/adapter.ts';
import { openInstallation, settle, withAdapter } from '#engines/exchange/partners/testing.ts';
import { aMainFile, anAgency, aSentLetter } from '#engines/exchange/testing.ts';
import { openPair, type Pair } from './pair.ts';

// Work that was broken off in the middle, as the random rounds found it, each as a story of its own.

let pair: Pair;
before(async () => {
  pair = await openPair();
});
after(() => pair.close());

test('a receiver that died when the last byte of a file had come, before it was put together, finishes it with the next offer', async () => {
  const { a, b, toB, partners } = pair;
  const content = `văn bản ${newId()}`;
  toB.decide(({ method }) => (method === 'PUT' ? { kind: 'impostor', status: 502, body: 'Bad Gateway' } : { kind: 'pass' }));
  const letter = await pair.send([await aMainFile(a.house.kernel, content)]);
  await settle(a, b);
  // What the process left behind: the part is stored and noted, and that is all.
  const part = await storeBytes(b.house.kernel, Buffer.from(content), { limitBytes: 1000, provisional: true });
  const key = [partners.atGuest, Buffer.from(part.sha256, 'hex')];
  await b.house.sql('update exchange.partner_file set received_bytes = size_bytes where partner_id = $1 and sha256 = $2 and not is_here', key);
  await b.house.sql('insert into exchange.partner_file_part (partner_id, sha256, starts_at, size_bytes, part_hash) select partner_id, sha256, 0, size_bytes, sha256 from exchange.partner_file where partner_id = $1 and sha256 = $2', key);
  toB.decide(() => ({ kind: 'pass' }));
  await pair.assertSame();
  const [delivery] = await a.house.sql('select state from exchange.delivery where envelope_id = $1', [letter.envelopeId]);
  assert.equal(delivery?.['state'], 'arrived');
});

test('the last part of a file that comes twice at the same moment makes one whole file', async () => {
  const { b, partners } = pair;
  const { kernel } = b.house;
  // safe because connecting gives partner ids
  const partnerId = partners.atGuest as PartnerId;
  for (let tries = 0; tries < 20; tries += 1) {
    const bytes = Buffer.from(`phần cuối ${newId()}`);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const [file] = await announceFiles(kernel.database.pool, partnerId, { files: [{ sha256, sizeBytes: bytes.length, name: 'van-ban.txt', mediaType: 'text/plain', role: 'main', flags: [] }], now: b.house.clock.now() });
    assert.ok(file);
    const oneAfterAnother = [0, 1, 2, 3, 4, 5].map(async (place) => {
      await new Promise((resolve) => setTimeout(resolve, 3 * place));
      await addPart(kernel, partnerId, { file, offset: 0, source: Readable.from([bytes]) });
    });
    await Promise.all(oneAfterAnother);
    assert.equal((await comingFile(kernel.database.pool, partnerId, sha256))?.isHere, true);
  }
});

test('our own database that is away for a moment is no defect of a parcel, however often the partner was out of reach before', async () => {
  let answer: () => Promise<SendResult> = () => Promise.reject(new PartnerUnavailable('busy', { problem: 'bận', retry: 'later', retryAfterMs: 1000 }));
  const axis = definePartnerAdapter({
    protocol: 'provincial_axis',
    config: z.object({}),
    secrets: z.object({}),
    send: () => answer(),
    read: () => Promise.resolve({ ok: false, code: 'none', problem: '' }),
    test: () => Promise.resolve({ vi: '', en: '' }),
  });
  const place = await openInstallation({ modules: withAdapter(axis) });
  try {
    const added = await place.call<{ partnerId: string }>('POST', '/api/v1/exchange/partners', { body: { protocol: 'provincial_axis', name: 'Trục tỉnh', address: 'https://truc.example', config: {}, secrets: {} } });
    const [from, to] = [await anAgency(place.house.kernel, 'Sở Nội vụ'), await anAgency(place.house.kernel, 'Bộ Nội vụ', { hosting: 'external' })];
    assert.equal((await place.call('POST', `/api/v1/exchange/partners/${added.body.partnerId}/agencies`, { body: { agencyId: to, remoteId: 'G09' } })).status, 204);
    const letter = await aSentLetter(place.house.kernel, { from, to: [to] });
    const parcel = async () => (await place.house.sql('select state, attempts from exchange.transfer where envelope_id = $1', [letter.envelopeId]))[0];
    for (let tries = 0; tries < 14; tries += 1) await place.pass(6000);
    assert.ok(Number((await parcel())?.['attempts']) >= 12);
    answer = () => Promise.reject(new Error('Connection terminated unexpectedly'));
    await place.pass(6000);
    assert.equal((await parcel())?.['state'], 'waiting');
    answer = () => Promise.resolve({ outcome: 'processed' });
    await place.pass(130_000);
    assert.equal((await parcel())?.['state'], 'processed');
  } finally {
    await place.close();
  }
});
