import assert from 'node:assert/strict';
import { test } from 'node:test';
import { listSignatures, openPdf, PdfError } from '../pdf/reader/index.ts';
import { buildPdf } from '../pdf/testing.ts';
import { keepingWhatFails } from './testing-corpus.ts';
import { addDocumentTimestamp, addValidationData, createTestPki, days, hours, later, signTestPdf } from './testing.ts';
import { createValidationCache } from './cache.ts';
import { bounded, randomSource } from './testing-fuzz.ts';
import { validatePdf } from './validate-pdf.ts';

const start = new Date('2026-03-02T01:00:00Z');
const pki = await createTestPki(start);
const at = later(start, days(10));
const now = later(at, hours(3));
const cache = createValidationCache();
const given = { crls: pki.crls(now) };
// Sixteen files a round: ten thousand a run.
const rounds = 650;

const signed = signTestPdf(buildPdf({ pages: 2 }), { pki, at, withTimestamp: true });
const twice = signTestPdf(signed, { pki, holder: pki.agency, at, fieldName: 'hai' });
const archived = addDocumentTimestamp(addValidationData(twice, { crls: pki.crls(at) }), pki, later(at, hours(1)));
const packed = signTestPdf(buildPdf({ pages: 1, xref: 'packed' }), { pki, at });
const samples = { signed, twice, archived, packed };

function validateOrCode(pdf: Buffer): string {
  return keepingWhatFails(pdf, () => {
    try {
      return bounded(() => validatePdf(pdf, { trustAnchors: [pki.root.certificate], now, given, cache }).indication, 'one damaged file');
    } catch (error) {
      if (error instanceof PdfError) return error.code;
      throw error;
    }
  });
}

for (const [name, pdf] of Object.entries(samples)) {
  test(`${name}: passes untouched`, () => {
    assert.equal(validateOrCode(pdf), 'TOTAL-PASSED');
  });

  test(`${name}: one changed byte inside what is signed is never accepted`, () => {
    const random = randomSource(name.length * 7919 + 1);
    const gaps = listSignatures(openPdf(pdf)).map((signature) => signature.contentsSpan ?? assert.fail('contents'));
    const outside = Array.from(pdf.keys()).filter((position) => !gaps.some((gap) => position >= gap.start && position < gap.end));
    for (let round = 0; round < rounds; round += 1) {
      const position = outside[random(outside.length)] ?? 0;
      const bent = Buffer.from(pdf);
      bent[position] = (bent[position] ?? 0) ^ (1 + random(255));
      assert.notEqual(validateOrCode(bent), 'TOTAL-PASSED', `byte ${position}`);
    }
  });

  test(`${name}: one changed byte inside a container is never a crash, and accepted only where it says the same`, () => {
    const random = randomSource(name.length * 104729 + 3);
    const gaps = listSignatures(openPdf(pdf)).map((signature) => signature.contentsSpan ?? assert.fail('contents'));
    for (let round = 0; round < rounds; round += 1) {
      const gap = gaps[random(gaps.length)] ?? assert.fail('gap');
      const position = gap.start + random(Math.min(gap.end - gap.start, 9000));
      const bent = Buffer.from(pdf);
      bent[position] = '0123456789abcdef'.charCodeAt(random(16));
      const verdict = validateOrCode(bent);
      if (verdict !== 'TOTAL-PASSED' || bent.equals(pdf)) continue;
      // Unsigned parts of a container may change without harm (another certificate of the chain, a time stamp that is then ignored):
      // what was signed must still be whole.
      const { signatures } = validatePdf(bent, { trustAnchors: [pki.root.certificate], now, given, cache });
      assert.deepEqual([signatures.length, signatures.every((signature) => signature.integrity === 'intact')], [gaps.length, true]);
    }
  });

  test(`${name}: pieces cut out, doubled, moved or overwritten with noise never crash and never pass`, () => {
    const random = randomSource(name.length * 15485863 + 5);
    for (let round = 0; round < rounds / 2; round += 1) {
      const from = random(pdf.length);
      const size = 1 + random(400);
      const piece = pdf.subarray(from, from + size);
      const noise = Buffer.from(Array.from({ length: piece.length }, () => random(256)));
      const variants = [
        Buffer.concat([pdf.subarray(0, from), pdf.subarray(from + size)]),
        Buffer.concat([pdf.subarray(0, from), piece, pdf.subarray(from)]),
        Buffer.concat([pdf.subarray(0, from), noise, pdf.subarray(from + piece.length)]),
        pdf.subarray(0, from),
      ];
      for (const variant of variants) {
        if (validateOrCode(variant) !== 'TOTAL-PASSED') continue;
        const shared = Math.min(variant.length, pdf.length);
        const tail = [...variant.subarray(shared), ...pdf.subarray(shared)];
        const isEarlierState = variant.length < pdf.length && pdf.subarray(0, variant.length).equals(variant);
        const isSameButBlank = variant.subarray(0, shared).equals(pdf.subarray(0, shared)) && tail.every((byte) => byte === 10 || byte === 13);
        assert.ok(isSameButBlank || isEarlierState, `round ${round}`);
      }
    }
  });
}

test('random bytes behind a PDF header are refused with a code', () => {
  const random = randomSource(77);
  for (let round = 0; round < rounds; round += 1) {
    const noise = Buffer.from(Array.from({ length: random(2000) }, () => random(256)));
    const verdict = validateOrCode(Buffer.concat([Buffer.from('%PDF-1.7\n'), noise, Buffer.from('\nstartxref\n9\n%%EOF\n')]));
    assert.match(verdict, /^(pdf\.|INDETERMINATE)/);
  }
});
