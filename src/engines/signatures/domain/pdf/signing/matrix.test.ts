import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { validatePdf } from '../../validation/validate-pdf.ts';
import { listPages, listSignatures, openPdf, PdfError } from '../reader/index.ts';
import { handmadeInputs, lockedInput, qpdfInputs, qpdfKinds } from '../testing/inputs.ts';
import type { InputKind } from '../testing/inputs.ts';
import { hasOracle, makeTestAuthority, makeTestSigner, runOracle, signForTest, toPem } from '../testing-signer.ts';
import type { TestSigner } from '../testing-signer.ts';
import { findText } from '../text/index.ts';

const isLong = process.env['LIENTHONG_LONG'] !== undefined;
const authority = await makeTestAuthority();
const rsa = await makeTestSigner(authority, 'rsa-2048');
const strongRsa = await makeTestSigner(authority, 'rsa-3072', { hash: 'sha512' });
const ec = await makeTestSigner(authority, 'p-256');
const strongEc = await makeTestSigner(authority, 'p-384', { hash: 'sha384' });

/** Who signs in turn. The short run mixes the kinds of keys; the long one begins with each. */
const turns: readonly (readonly TestSigner[])[] = isLong ? [[rsa, ec, strongRsa], [ec, strongRsa, rsa], [rsa, strongRsa, rsa], [ec, strongEc, ec]] : [[rsa, ec, strongRsa]];

function checkOurselves(pdf: Buffer, count: number): void {
  const { signatures } = validatePdf(pdf, { trustAnchors: [authority.root.certificate], now: new Date() });
  assert.deepEqual(signatures.map(({ integrity }) => integrity), Array.from({ length: count }, () => 'intact'));
  assert.deepEqual(signatures.map(({ changesAfter }) => changesAfter), [...Array.from({ length: count - 1 }, () => 'permitted'), 'none']);
}

function checkByOthers(t: TestContext, pdf: Buffer, count: number): void {
  if (hasOracle(t, 'pdfsig')) {
    const { output } = runOracle('pdfsig', ['-nocert', 'a.pdf'], { 'a.pdf': pdf });
    assert.equal(output.match(/Signature is Valid\./g)?.length, count, output);
    assert.equal(output.match(/ - Total document signed/g)?.length, 1, output);
  }
  if (hasOracle(t, 'qpdf')) {
    const { output } = runOracle('qpdf', ['--check', 'a.pdf'], { 'a.pdf': pdf });
    assert.match(output, /No syntax or stream encoding errors found/);
    assert.doesNotMatch(output, /WARNING/);
  }
}

/** openssl judges each container by itself: the bytes that its range names, under the root. */
function checkByOpenssl(t: TestContext, pdf: Buffer): void {
  if (!hasOracle(t, 'openssl')) return;
  for (const { contents, byteRange } of listSignatures(openPdf(pdf))) {
    const [, first = 0, second = 0, rest = 0] = byteRange ?? [];
    const signed = Buffer.concat([pdf.subarray(0, first), pdf.subarray(second, second + rest)]);
    const args = ['cms', '-verify', '-cades', '-binary', '-inform', 'DER', '-in', 's.der', '-content', 's.bin', '-CAfile', 'root.pem', '-purpose', 'any', '-out', 'x'];
    const { read } = runOracle('openssl', args, { 's.der': contents ?? Buffer.alloc(0), 's.bin': signed, 'root.pem': toPem(authority.root.certificate.raw) });
    assert.equal(read('x').length, signed.length);
  }
}

function signInTurn(t: TestContext, { pdf, isEncrypted }: InputKind, signers: readonly TestSigner[]): void {
  let signed = pdf;
  signers.forEach((signer, i) => {
    const base = signed;
    signed = signForTest(base, signer, { fieldName: `Chữ ký ${i + 1}`, reason: 'Phê duyệt', location: 'Thanh Hóa' });
    assert.ok(signed.subarray(0, base.length).equals(base), 'what was there is the beginning of what is there now');
    const doc = openPdf(signed);
    assert.equal(doc.isRebuilt, false, 'the first signature mends what was damaged');
    assert.equal(doc.security !== undefined, isEncrypted);
    assert.equal(listPages(doc).length, 3);
    checkOurselves(signed, i + 1);
    checkByOthers(t, signed, i + 1);
  });
  checkByOpenssl(t, signed);
  assert.deepEqual(findText(openPdf(signed), 'Trang').map(({ page }) => page), [0, 1, 2]);
}

for (const input of handmadeInputs()) {
  test(`three signers in turn sign a file of this kind, and every signature stays valid: ${input.name}`, (t) => {
    for (const signers of turns) signInTurn(t, input, signers);
  });
}

for (const { name, make } of qpdfKinds) {
  test(`three signers in turn sign a file that qpdf made, and every signature stays valid: ${name}`, (t) => {
    if (!hasOracle(t, 'qpdf')) return;
    const input = make();
    for (const signers of turns) signInTurn(t, input, signers);
  });
}

test('the reasons in an encrypted file are encrypted in it, and other readers understand them', (t) => {
  for (const { name, pdf } of qpdfInputs(t).filter(({ isEncrypted }) => isEncrypted)) {
    const signed = signForTest(pdf, ec, { fieldName: 'A', reason: 'Understood' });
    assert.ok(!signed.includes('Understood'), name);
    const { output } = runOracle('qpdf', ['--json=2', '--json-key=qpdf', 'a.pdf'], { 'a.pdf': signed });
    assert.match(output, /"\/Reason": "u:Understood"/, name);
  }
});

test('a file that needs a password is refused with that reason', (t) => {
  if (!hasOracle(t, 'qpdf')) return;
  const pdf = lockedInput();
  assert.throws(() => openPdf(pdf), (error) => error instanceof PdfError && error.code === 'pdf.encrypted' && error.detail === 'a password is needed');
});

test('a damaged file that carries a signature is not mended: its bytes are what was signed', () => {
  const signed = signForTest(handmadeInputs()[0]?.pdf ?? assert.fail(), ec, { fieldName: 'A' });
  const broken = Buffer.from(signed.toString('latin1').replaceAll(/startxref\n\d+/g, 'startxref\n7'), 'latin1');
  assert.throws(() => openPdf(broken), (error) => error instanceof PdfError && error.code === 'pdf.damaged-signed');
});
