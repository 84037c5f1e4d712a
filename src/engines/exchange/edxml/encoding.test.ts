import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createBase64Decoder, encodeBase64 } from './base64.ts';
import { decodeText } from './encoding.ts';
import { inPieces } from './testing.ts';

/** The text of these bytes, given in pieces. */
function decoded(bytes: Buffer, pieceBytes: number): string {
  const decoding = decodeText();
  let text = '';
  for (let at = 0; at < bytes.length; at += pieceBytes) text += decoding.push(bytes.subarray(at, at + pieceBytes));
  return text + decoding.end();
}

test('text comes out whole wherever the pieces are cut, in each encoding', () => {
  const long = `<?xml version="1.0"?>${'Sở Nội vụ 😀 '.repeat(6000)}`;
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 70_000 }), fc.integer({ min: 1, max: 90_000 }), fc.constantFrom('utf8' as const, 'utf16le' as const), (length, pieceBytes, encoding) => {
      const text = long.slice(0, 30 + length).toWellFormed();
      assert.equal(decoded(Buffer.from(`${encoding === 'utf8' ? '' : '\ufeff'}${text}`, encoding), Math.max(pieceBytes, 50)), text);
    }),
    { numRuns: 60 },
  );
});

test('what old Vietnamese Windows programs write is read when it says so', () => {
  const bytes = Buffer.concat([Buffer.from('<?xml version="1.0" encoding="windows-1258"?><a>'), Buffer.from([0xd5, 0xfe, 0xec]), Buffer.from('</a>')]);
  assert.equal(decoded(bytes, 10), '<?xml version="1.0" encoding="windows-1258"?><a>Ơ₫\u0301</a>');
});

test('no more padding is taken than belongs to the last group, in one piece or in many', () => {
  for (const [text, isFine] of [['eA==', true], ['eA=', true], ['eA', true], ['eHg=', true], ['eA===', false], ['eHg==', false], ['eA==eA==', false], ['e===', false], ['====', false], ['e', false]] as const) {
    for (const pieces of [[text], [...new Intl.Segmenter().segment(text)].map(({ segment }) => segment)]) {
      const decode = (): Buffer => {
        const decoder = createBase64Decoder();
        return Buffer.concat([...pieces.map((each) => decoder.push(each)), decoder.end().rest]);
      };
      if (isFine) assert.match(decode().toString(), /^xx?$/);
      else assert.throws(decode, { name: 'Base64Damage' }, text);
    }
  }
});

test('Base64 goes there and back wherever the pieces are cut, and garbage is never taken for bytes', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 400 }), fc.integer({ min: 1, max: 50 }), fc.integer({ min: 1, max: 50 }), fc.option(fc.tuple(fc.nat(), fc.constantFrom('*', 'é', '=', '-', '&'))), async (given, cut, textCut, garbage) => {
      const bytes = Buffer.from(given);
      let text = '';
      for await (const piece of encodeBase64(inPieces(bytes, cut))) text += piece;
      assert.equal(text, bytes.toString('base64'));
      const at = garbage === null ? 0 : garbage[0] % (text.length + 1);
      // A padding character may stand where one does.
      const isDamaged = garbage !== null && text !== '' && !(garbage[1] === '=' && at >= text.replace(/=+$/, '').length);
      const bent = isDamaged ? text.slice(0, at) + garbage[1] + text.slice(at) : text;
      const decode = (): Buffer => {
        const decoder = createBase64Decoder();
        const pieces: Buffer[] = [];
        for (let from = 0; from < bent.length; from += textCut) pieces.push(decoder.push(bent.slice(from, from + textCut)));
        return Buffer.concat([...pieces, decoder.end().rest]);
      };
      if (isDamaged) assert.throws(decode);
      else assert.deepEqual(decode(), bytes);
    }),
    { numRuns: 500 },
  );
});
