import assert from 'node:assert/strict';
import { test } from 'node:test';
import { zipSync } from 'fflate';
import { bend, isLong, randomSource, type Random } from '#engines/signatures/domain/validation/testing-fuzz.ts';
import { createTestPki } from '#engines/signatures/domain/validation/testing.ts';
import { packetSigner } from './sign-packet.ts';
import { bytesOf, fileOf, letter, pdfBytes, profileNamed, readOnce, receipt } from './testing.ts';
import { createUnwrapper, UnwrapRefused } from './unwrap.ts';
import { readAgencyCode } from './agency-codes.ts';
import { writeEdxml } from './write.ts';

/** Four kinds of message: 600 mutated ones a run, 20,000 in the long one. */
const rounds = isLong ? 5000 : 150;

const splices = ['<', '>', '/', '&', '"', ' ', 'x', '&#13;', '&amp;', '<!---->', '<a/>', '<?p?>', '<![CDATA[', ']]>', ' xmlns=""', '\ufffd', '</edXML>', '<edXML:To/>', '<!DOCTYPE a>', '\u0000', 'ế', '=', '0', 'PK\u0003\u0004', '<AttachmentEncoded>', '<Attachment>', '<Signature>'] as const;
const mutate = (message: Buffer, random: Random): Buffer => bend(message, random, { splices, longestPiece: 300 });

const pki = await createTestPki(new Date('2026-03-02T01:00:00Z'));
const signer = packetSigner(pki.agency.certificate.raw, pki.agency.privateKey);
const attachments = [fileOf('a.pdf', pdfBytes, 'f1'), fileOf('b.png', 'hình ảnh', 'f2')];
const axis = profileNamed('national-axis');
const signed = await bytesOf(writeEdxml(letter, { profile: axis, attachments, signer }));
const samples: readonly (readonly [string, Buffer])[] = [
  ['a signed message', signed],
  ['a message for the Java toolkit', await bytesOf(writeEdxml(letter, { profile: profileNamed('java-toolkit', { signature: { form: 'none' } }), attachments }))],
  ['a status', await bytesOf(writeEdxml(receipt, { profile: axis, signer }))],
  ['a message in UTF-16', Buffer.from(`\ufeff${signed.toString().replace('UTF-8', 'UTF-16')}`, 'utf16le')],
];

for (const [name, bytes] of samples) {
  test(`${name}: ${rounds} mutations never crash, never take a second, and are intact only where nothing changed`, async () => {
    const { reading: original } = await readOnce(bytes);
    assert.ok(original.ok);
    const random = randomSource(name.length * 7919 + 1);
    const seen = new Map<string, number>();
    for (let round = 0; round < rounds; round += 1) {
      const bent = mutate(bytes, random);
      const start = process.cpuUsage();
      const { reading } = await readOnce(bent, { pieceBytes: 1 + random(30_000) });
      const { user } = process.cpuUsage(start);
      assert.ok(user < 1_000_000, `round ${round}: ${user} µs`);
      const outcome = reading.ok ? 'read' : reading.problem.code;
      seen.set(outcome, (seen.get(outcome) ?? 0) + 1);
      if (!reading.ok || reading.signature.state !== 'intact') continue;
      assert.deepEqual(reading.message, original.message, `round ${round}`);
      // A ZIP is taken out by its own rules, so that what was sent is what counts here.
      assert.deepEqual(reading.attachments.map(({ sent, statedName }) => [sent?.sha256, statedName]), original.attachments.map(({ sent, statedName }) => [sent?.sha256, statedName]));
    }
    assert.ok((seen.get('read') ?? 0) > rounds / 50 && (seen.get('edxml.malformed') ?? 0) > rounds / 50, JSON.stringify([...seen]));
  });
}

test(`${rounds} bent ZIPs are taken out whole or refused`, async () => {
  const zip = Buffer.from(zipSync({ 'a.png': Buffer.from('nội dung '.repeat(500)) }));
  const random = randomSource(4711);
  for (let round = 0; round < rounds; round += 1) {
    const bent = mutate(zip, random);
    const made: Buffer[] = [];
    const unwrapper = createUnwrapper(async (bytes) => void made.push(bytes));
    try {
      const size = 1 + random(bent.length);
      for (let at = 0; at < bent.length; at += size) await unwrapper.push(bent.subarray(at, at + size));
      await unwrapper.end();
      assert.equal(Buffer.concat(made).toString(), 'nội dung '.repeat(500), `round ${round}`);
    } catch (error) {
      if (!(error instanceof UnwrapRefused)) throw error;
      unwrapper.drop();
    }
  }
});

test('any text may stand where an agency code should', () => {
  const random = randomSource(99);
  for (let round = 0; round < rounds; round += 1) {
    const text = Array.from({ length: random(40) }, () => 'H0.1ạ,Z '[random(8)]).join('');
    const { counterpart } = readAgencyCode(text);
    if (counterpart !== null) assert.equal(readAgencyCode(counterpart).counterpart, readAgencyCode(text).text);
  }
});
