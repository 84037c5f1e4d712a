import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { after, before, test } from 'node:test';
import { newId } from '#kernel/ids.ts';
import { storeBytes } from '#engines/files/index.ts';
import { exchangeModule } from '#engines/exchange/index.ts';
import { addPart, announceFiles, comingFile } from '#engines/exchange/partners/adapters/installation/coming-files.ts';
import { PartnerUnavailable, type PartnerAdapter, type PartnerId, type SendResult } from '#engines/exchange/partners/adapter.ts';
import { settle, withAdapter } from '#engines/exchange/partners/testing.ts';
import { aMainFile } from '#engines/exchange/testing.ts';
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
  const { a, b, partners } = pair;
  const { kernel } = b.house;
  const contents: string[] = [];
  // safe because connecting gives partner ids
  const partnerId = partners.atGuest as PartnerId;
  for (let tries = 0; tries < 20; tries += 1) {
    const content = `phần cuối ${newId()}`;
    contents.push(content);
    const bytes = Buffer.from(content);
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
  // The letters to which they belong find them there, and nothing else came of their coming twice.
  const before = await pair.assertSame();
  for (const content of contents) await pair.send([await aMainFile(a.house.kernel, content)]);
  const found = await pair.assertSame();
  assert.deepEqual([found.deliveries - before.deliveries, found.files - before.files], [contents.length, contents.length]);
});

test('our own database that is away for a moment is no defect of a parcel, however often the partner was out of reach before', async () => {
  let instead: (() => Promise<SendResult>) | undefined = () => Promise.reject(new PartnerUnavailable('busy', { problem: 'bận', retry: 'later', retryAfterMs: 1000 }));
  const own = await openPair({ modulesOfA: withAdapter({ ...installationAdapter(), send: (...given) => instead?.() ?? installationAdapter().send(...given) }) });
  const { a, b } = own;
  try {
    const letter = await own.send();
    const parcel = async () => (await a.house.sql('select state, attempts from exchange.transfer where envelope_id = $1', [letter.envelopeId]))[0];
    for (let tries = 0; tries < 14; tries += 1) await a.pass(6000);
    assert.ok(Number((await parcel())?.['attempts']) >= 12);
    instead = () => Promise.reject(new Error('Connection terminated unexpectedly'));
    await a.pass(6000);
    assert.equal((await parcel())?.['state'], 'waiting');
    instead = undefined;
    // Both machines tell the same time, or the one would not take the other's signature.
    b.house.clock.set(new Date(a.house.clock.now().getTime() + 130_000).toISOString());
    await a.pass(130_000);
    const found = await own.assertSame();
    assert.equal((await parcel())?.['state'], 'processed');
    assert.equal(found.deliveries, 1);
  } finally {
    await own.close();
  }
});

/** What speaks to another installation in the product. */
function installationAdapter(): PartnerAdapter {
  // safe because the extension point holds adapters only
  const adapters = (exchangeModule.contributions?.['exchange.partner-adapters'] ?? []) as PartnerAdapter[];
  return adapters.find(({ protocol }) => protocol === 'installation') ?? assert.fail('no adapter speaks to installations');
}
