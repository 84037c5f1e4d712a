import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cmsSigner, signAttributes } from '../../domain/cms/sign.ts';
import { embedJades, prepareJades } from '../../domain/jades/index.ts';
import { buildPdf } from '../../domain/pdf/testing.ts';
import { createValidationCache } from '../../domain/validation/cache.ts';
import { createTestPki, days, hours, later, signTestPdf } from '../../domain/validation/testing.ts';
import { signReferences, signXml, testSigner } from '../../domain/xml/testing.ts';
import { UnjudgedFile } from './errors.ts';
import { sha256Of } from './grounds.ts';
import { judgeFile, type JudgeOptions } from './judge-file.ts';

const start = new Date('2026-11-18T02:00:00Z');
const signingTime = later(start, hours(1));
const now = later(start, days(2));
const pki = await createTestPki(start);
const crls = pki.crls(later(now, -hours(1)));
const options: JudgeOptions = { trustAnchors: [pki.root.certificate], now, given: { crls }, cache: createValidationCache(), supplied: new Set(crls.map(sha256Of)) };

test('the report tells what its verdict rests on: the path, the lists from outside, the signed attributes', async () => {
  const { report, used } = await judgeFile(signTestPdf(buildPdf(), { pki, at: signingTime }), options);
  const [signature] = report.signatures;
  assert.equal(report.indication, 'TOTAL-PASSED');
  assert.deepEqual(signature?.grounds?.certificates, [pki.person, pki.issuing, pki.root].map(({ certificate }) => certificate.fingerprint));
  assert.deepEqual(report.certificates.map(({ key }) => key), ['RSA 2048', 'EC P-256', 'EC P-384']);
  assert.deepEqual(report.revocations.map(({ kind, origin }) => [kind, origin]), [['crl', 'given'], ['crl', 'given']]);
  assert.deepEqual([...used].sort(), crls.map(sha256Of).sort(), 'what has to be kept with the document');
  assert.deepEqual(signature.grounds.attributes.map(({ name }) => name), ['1.2.840.113549.1.9.3', '1.2.840.113549.1.9.4', '1.2.840.113549.1.9.16.2.47']);
});

test('the header of a JWS is shown as what was signed, and one that cannot be read says nothing', async () => {
  const prepared = prepareJades({ certificate: pki.person.certificate.raw, chain: [pki.issuing.certificate.raw], payload: Buffer.from('{}'), signingTime });
  const signer = cmsSigner({ certificate: pki.person.certificate.raw, chain: [] });
  const jws = Buffer.from(embedJades(prepared, signAttributes(signer, pki.person.privateKey, prepared.signingInput)));
  const { report } = await judgeFile(jws, options);
  assert.deepEqual(report.signatures[0]?.grounds?.attributes[0], { name: 'alg', value: '"RS256"' });
  const broken = await judgeFile(Buffer.from('eyJhIjo.e30.c2ln'), options);
  assert.deepEqual([broken.report.indication, broken.report.signatures[0]?.grounds?.attributes], ['TOTAL-FAILED', []]);
});

test('an anchor whose time has ended vouches for no XML signature', async () => {
  const xml = signXml('<HDon><Ten>Giấy</Ten></HDon>', testSigner(pki), { signingTime });
  assert.equal((await judgeFile(xml, options)).report.indication, 'TOTAL-PASSED');
  const ended = { ...options, trustPeriods: [{ fingerprint: pki.root.certificate.fingerprint, until: later(now, -1) }] };
  assert.equal((await judgeFile(xml, ended)).report.indication, 'INDETERMINATE');
});

test('an XML signature tells what its verdict rests on, as a PDF does, and what is kept with the document', async () => {
  const { report, used } = await judgeFile(signXml('<HDon><Ten>Giấy</Ten></HDon>', testSigner(pki), { signingTime }), options);
  assert.deepEqual(report.signatures[0]?.grounds?.certificates, [pki.person, pki.issuing, pki.root].map(({ certificate }) => certificate.fingerprint));
  assert.deepEqual(report.revocations.map(({ kind, origin }) => [kind, origin]), [['crl', 'given'], ['crl', 'given']]);
  assert.deepEqual([...used].sort(), crls.map(sha256Of).sort());
});

test('a signed XML file that other programs open as a PDF is refused, because comments are signed by nobody', async () => {
  const xml = signXml('<HDon><Ten>Giấy</Ten></HDon>', testSigner(pki), { signingTime }).toString();
  const disguised = xml.replace('<HDon>', `<!--${buildPdf().toString('latin1').replace(/[^ -~\n]|--/g, ' ')}--><HDon>`);
  await assert.rejects(judgeFile(Buffer.from(disguised), options), (error) => error instanceof UnjudgedFile && error.code === 'twoKinds');
  const farBehind = xml.replace('</HDon>', `</HDon>${' '.repeat(2000)}<!--%PDF-1.7-->`);
  assert.equal((await judgeFile(Buffer.from(farBehind), options)).report.indication, 'TOTAL-PASSED');
});

test('a file beside a signature counts as covered only when all of its bytes are', async () => {
  const content = Buffer.from('<BaoCao>12</BaoCao>');
  const judge = async (transform: string, bytes: Buffer) => (await judgeFile(signReferences(pki.person, [{ uri: 'bao-cao.xml', content: bytes, signed: content, transform }]), { ...options, beside: [{ name: 'bao-cao.xml', bytes }] })).report;
  const comments = 'http://www.w3.org/TR/2001/REC-xml-c14n-20010315#WithComments';
  const without = 'http://www.w3.org/TR/2001/REC-xml-c14n-20010315';
  assert.deepEqual((await judge(comments, content)).files.map(({ isCovered }) => isCovered), [true]);
  const added = Buffer.from('<BaoCao>12<!--[if mso]>99<![endif]--></BaoCao>');
  const found = await judge(without, added);
  assert.deepEqual([found.signatures[0]?.integrity, ...found.files.map(({ isCovered }) => isCovered)], ['intact', false]);
});
