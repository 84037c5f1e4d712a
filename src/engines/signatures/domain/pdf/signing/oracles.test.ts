import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { buildPdf } from '../testing.ts';
import { hasOracle, makeTestAuthority, makeTestSigner, readSamples, runOracle, signForTest, toPem } from '../testing-signer.ts';
import type { TestSigner } from '../testing-signer.ts';
import { agencySeal, drawWidget, imageFromPng, planWidgets, personSignature, textInBlank } from '../appearance/index.ts';
import { demoSealPng, demoSignaturePng } from '../demo-images/demo-images.ts';
import { findPage, listSignatures, openPdf } from '../reader/index.ts';

const authority = await makeTestAuthority();
const signers: readonly TestSigner[] = [
  await makeTestSigner(authority, 'rsa-2048'),
  await makeTestSigner(authority, 'rsa-3072', { hash: 'sha512' }),
  await makeTestSigner(authority, 'p-256'),
];

function signInTurn(base: Buffer): Buffer {
  return signers.reduce((pdf, signer, i) => signForTest(pdf, signer, { fieldName: `ChuKy${i + 1}`, reason: 'Phê duyệt' }), base);
}

const built: readonly { readonly name: string; readonly pdf: Buffer }[] = (['table', 'stream', 'packed'] as const).map((xref) => ({
  name: xref,
  pdf: buildPdf({ xref, pages: 3, fillerBytes: 3000 }),
}));

function rewritten(t: TestContext): typeof built {
  if (!hasOracle(t, 'qpdf')) return [];
  const [{ pdf } = { pdf: buildPdf() }] = built;
  return [['--linearize'], ['--object-streams=generate'], ['--linearize', '--object-streams=generate']].map((options) => ({
    name: `qpdf ${options.join(' ')}`,
    pdf: runOracle('qpdf', [...options, 'in.pdf', 'out.pdf'], { 'in.pdf': pdf }).read('out.pdf'),
  }));
}

function assertValid(name: string, pdf: Buffer, count: number): void {
  const { output } = runOracle('pdfsig', ['-nocert', 'a.pdf'], { 'a.pdf': pdf });
  assert.equal(output.match(/Signature is Valid\./g)?.length, count, `${name}\n${output}`);
  assert.equal(output.match(/ - Total document signed/g)?.length, 1, `${name}\n${output}`);
}

test('pdfsig finds three signatures in turn valid, RSA and EC, on each kind of file', (t) => {
  if (!hasOracle(t, 'pdfsig')) return;
  for (const { name, pdf } of [...built, ...rewritten(t)]) assertValid(name, signInTurn(pdf), 3);
});

test('pdfsig finds three signatures in turn valid on the layout models', (t) => {
  if (!hasOracle(t, 'pdfsig')) return;
  for (const { name, pdf } of readSamples(t, 'layout')) assertValid(name, signInTurn(pdf), 3);
});

test('signing a file that others signed leaves their signatures valid', (t) => {
  if (!hasOracle(t, 'pdfsig')) return;
  for (const { name, pdf } of readSamples(t, 'signed-pdf').filter((sample) => sample.name.startsWith('letter'))) {
    assertValid(name, signInTurn(pdf), 9);
  }
});

test('qpdf finds nothing wrong with what we write', (t) => {
  if (!hasOracle(t, 'qpdf')) return;
  for (const { name, pdf } of [...built, ...rewritten(t), ...readSamples(t, 'layout')]) {
    const { output } = runOracle('qpdf', ['--check', 'a.pdf'], { 'a.pdf': signInTurn(pdf) });
    assert.match(output, /No syntax or stream encoding errors found/, name);
    assert.doesNotMatch(output, /WARNING/, name);
  }
});

test('openssl accepts each signature as CAdES under the root', (t) => {
  if (!hasOracle(t, 'openssl')) return;
  const pdf = signInTurn(buildPdf());
  const signatures = listSignatures(openPdf(pdf));
  assert.equal(signatures.length, 3);
  for (const { contents, byteRange } of signatures) {
    const [, first = 0, second = 0, rest = 0] = byteRange ?? [];
    const signed = Buffer.concat([pdf.subarray(0, first), pdf.subarray(second, second + rest)]);
    const args = ['cms', '-verify', '-cades', '-binary', '-inform', 'DER', '-in', 's.der', '-content', 's.bin', '-CAfile', 'root.pem', '-purpose', 'any', '-out', 'x'];
    const files = { 's.der': contents ?? Buffer.alloc(0), 's.bin': signed, 'root.pem': toPem(authority.root.certificate.raw) };
    assert.equal(runOracle('openssl', args, files).read('x').length, signed.length);
  }
});

test('leader signs, then the clerk adds number, date and seal: everything stays valid and can be read', (t) => {
  if (!hasOracle(t, 'pdfsig') || !hasOracle(t, 'pdftotext')) return;
  const [leader, clerk] = signers;
  assert.ok(leader !== undefined && clerk !== undefined);
  let pdf = buildPdf({ content: () => 'BT /F1 13 Tf 90 700 Td (S:        /SNV-VP) Tj ET' });
  const page = findPage(openPdf(pdf), 0);
  assert.ok(page !== undefined);
  const signature = personSignature({ left: 350, top: 600, width: 142, height: 51 }, imageFromPng(demoSignaturePng('Nguyễn Văn A', 240)));
  pdf = signForTest(pdf, leader, { fieldName: 'NguoiKy', ...drawWidget(0, page, [signature]) });
  assert.ok(signature.kind === 'image');
  const blank = { page: 0, baseline: 142, width: 30, fontSize: 13 };
  const plans = planWidgets([
    { page: 0, drawing: textInBlank({ ...blank, left: 105 }, '0125', 'regular') },
    { page: 0, drawing: textInBlank({ ...blank, left: 400 }, '05', 'italic') },
    { page: 0, drawing: textInBlank({ ...blank, left: 450 }, '11', 'italic') },
    { page: 0, drawing: agencySeal(page, signature, { image: imageFromPng(demoSealPng('Sở Nội vụ', 120)), widthMm: 36 }) },
  ]);
  assert.equal(plans.length, 2, 'number and date share one widget, the seal has its own');
  plans.forEach((plan, i) => {
    pdf = signForTest(pdf, clerk, { fieldName: `CoQuan${i + 1}`, ...drawWidget(plan.page, page, plan.drawings) });
  });
  assertValid('issued', pdf, 3);
  const { output } = runOracle('pdftotext', ['-layout', 'a.pdf', '-'], { 'a.pdf': pdf });
  assert.match(output, /0125 +\/?SNV-VP|S: +0125/);
  assert.match(output, /05 +11/);
});
