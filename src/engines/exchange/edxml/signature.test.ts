import assert from 'node:assert/strict';
import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { canonicalize } from '#engines/signatures/domain/xml/canonical.ts';
import { validateXml } from '#engines/signatures/domain/xml/index.ts';
import { readXml } from '#engines/signatures/domain/xml/reader.ts';
import { invoice } from '#engines/signatures/domain/xml/testing.ts';
import { createTestPki, days, hours, later } from '#engines/signatures/domain/validation/testing.ts';
import { createCanonicalizer } from './canonical.ts';
import { packetSigner } from './sign-packet.ts';
import { bytesOf, fileOf, letter, pdfBytes, profileNamed, readWhole, receipt } from './testing.ts';
import { createTokenizer } from './tokenizer.ts';
import type { Token } from './tokenizer.ts';
import { writeEdxml } from './write.ts';

const start = new Date('2026-03-02T01:00:00Z');
const pki = await createTestPki(start);
const now = later(start, days(10) + hours(3));
const signers = { 'RSA': packetSigner(pki.person.certificate.raw, pki.person.privateKey), 'P-256': packetSigner(pki.agency.certificate.raw, pki.agency.privateKey) };
const axis = profileNamed('national-axis');
const legacy = profileNamed('java-toolkit');
const attachments = [fileOf('125.pdf', pdfBytes, 'f1'), fileOf('ảnh.png', Buffer.from('89504e470d0a1a0a00', 'hex'), 'f2', 'image/png')];
const signed = async (profile = axis, signer = signers.RSA): Promise<string> => (await bytesOf(writeEdxml(letter, { profile, attachments, signer }))).toString();
const stateOf = async (message: string): Promise<readonly (string | null)[]> => {
  const { state, reason } = (await readWhole(message)).signature;
  return [state, reason];
};

for (const [name, signer] of Object.entries(signers)) {
  test(`a packet signed with ${name} has SHA-256, the W3C namespace and its place, and passes a strict verifier`, async () => {
    const message = await signed(axis, signer);
    assert.match(message, /<\/edXML:TraceHeaderList><Signature xmlns="http:\/\/www\.w3\.org\/2000\/09\/xmldsig#">.*<\/Signature><\/edXML:edXMLHeader>/s);
    assert.doesNotMatch(message, /sha1/);
    const report = validateXml(Buffer.from(message), { trustAnchors: [pki.root.certificate], now, given: { crls: pki.crls(now), certificates: [pki.issuing.certificate] }, subject: { kind: 'document' } });
    assert.deepEqual([report.indication, report.signatures.length, report.signatures[0]?.signed[0]?.path], ['TOTAL-PASSED', 1, '/']);
    const { signature, problems } = await readWhole(message);
    assert.deepEqual([signature.state, signature.form, signature.hash, signature.certificate?.equals(signer.certificate)], ['intact', 'standard', 'sha256', true]);
    assert.match(signature.subjectName, /CN=/);
    assert.ok(!problems.some(({ code }) => code.startsWith('edxml.signature')));
  });
}

test('a partner with the old parser gets the old form: its namespace, its identifiers, SHA-1; the codec checks it and says that it is weak', async () => {
  const message = await signed(legacy);
  assert.match(message, /<Signature><SignedInfo><CanonicalizationMethod Algorithm="http:\/\/www\.w3\.org\/TR\/2001\/REC-xml-c14n-20010315">.*#rsa-sha1".*<Reference URI="">.*enveloped-signature.*http:\/\/www\.w3\.org\/TR\/xml-exc-c14n#/s);
  const { signature, problems } = await readWhole(message);
  assert.deepEqual([signature.state, signature.form, signature.hash], ['intact', 'legacy', 'sha1']);
  assert.ok(problems.some(({ code }) => code === 'edxml.signatureWeak'));
  for (const canonicalization of ['exclusive', 'inclusive'] as const) {
    const other = await signed({ ...legacy, signature: { form: 'legacy', hash: 'sha256', canonicalization, isTransformMalformed: false } });
    assert.deepEqual(await stateOf(other), ['intact', null]);
  }
});

test('a status is signed and checked the same way', async () => {
  const message = await bytesOf(writeEdxml(receipt, { profile: axis, signer: signers['P-256'] }));
  assert.equal((await readWhole(message)).signature.state, 'intact');
});

test('a change anywhere breaks it: header, trace, manifest, a byte of a file, a name, the order', async () => {
  const message = await signed();
  for (const [from, to] of [['Sở Nội vụ', 'Sở Nội Vụ'], ['2026/03/16 09', '2026/03/16 08'], ['<edXML:ContentType>application/pdf', '<edXML:ContentType>text/plain'], ['JVBERi0x', 'JVBERi0y'], ['<AttachmentName>125', '<AttachmentName>126'], ['</Attachment><Attachment>', '</Attachment> <Attachment>']] as const) {
    assert.ok(message.includes(from));
    assert.deepEqual(await stateOf(message.replace(from, to)), ['broken', 'digest'], from);
  }
  assert.deepEqual(await stateOf(message.replace(/(<SignatureValue>)(.{8})/, '$1AAAAAAAA')), ['broken', 'value']);
  assert.deepEqual(await stateOf(message.replace('<?xml version="1.0" encoding="UTF-8"?>\n', '').replace('<AttachmentEncoded>', '<AttachmentEncoded ><!-- lời chú -->')), ['intact', null], 'what canonicalisation leaves out may differ');
});

test('wrapping: a signature over a part, over another thing, beside a second one or elsewhere counts for nothing', async () => {
  const message = await signed();
  const signature = /<Signature .*<\/Signature>/s.exec(message)?.[0] ?? assert.fail('signature');
  assert.deepEqual(await stateOf(message.replace('URI=""', 'URI="#a"').replace('<edXML:MessageHeader>', '<edXML:MessageHeader Id="a">')), ['unusable', 'reference']);
  assert.deepEqual(await stateOf(message.replace('<Reference URI="">', '<Reference URI="#a"><DigestValue/></Reference><Reference URI="">')), ['unusable', 'incomplete']);
  assert.deepEqual(await stateOf(message.replace(/(<Reference URI="">.*<\/Reference>)/s, '$1$1')), ['unusable', 'reference']);
  assert.deepEqual(await stateOf(message.replace(signature, signature + signature)), ['unusable', 'several']);
  assert.deepEqual(await stateOf(message.replace(signature, '').replace('</edXML:edXMLEnvelope>', `${signature}</edXML:edXMLEnvelope>`)), ['unusable', 'place']);
  assert.deepEqual(await stateOf(message.replace('<KeyInfo>', `<Object>${signature}</Object><KeyInfo>`)), ['unusable', 'several']);
  assert.deepEqual(await stateOf(message.replace('#enveloped-signature', '#base64')), ['unusable', 'reference']);
  assert.deepEqual(await stateOf(message.replace('#enveloped-signature"></Transform>', '#enveloped-signature"></Transform><Transform Algorithm="http://www.w3.org/TR/1999/REC-xslt-19991116"></Transform>')), ['unusable', 'reference']);
});

test('unknown algorithms, foreign or missing certificates and half signatures are told apart from broken ones', async () => {
  const message = await signed();
  assert.deepEqual(await stateOf(message.replace('rsa-sha256', 'rsa-md5')), ['unusable', 'algorithm']);
  assert.deepEqual(await stateOf(message.replace(/<X509Certificate>[^<]*/, '<X509Certificate>MIIFqTCCBJG')), ['unusable', 'certificate']);
  assert.deepEqual(await stateOf(message.replace(/<X509Certificate>[^<]*/, `<X509Certificate>${pki.agency.certificate.raw.toString('base64')}`)), ['unusable', 'algorithm']);
  assert.deepEqual(await stateOf(message.replace(/<X509Certificate>[^<]*/, `<X509Certificate>${pki.responder.certificate.raw.toString('base64')}`)), ['unusable', 'algorithm']);
  assert.deepEqual(await stateOf(message.replace(/<SignatureValue>[^<]*/, '<SignatureValue>*')), ['unusable', 'incomplete']);
  assert.deepEqual(await stateOf(message.replace(/<Signature .*<\/Signature>/s, '<edXML:DigitalSignature/>')), ['absent', null]);
});

test('a file that changes between signing and sending stops the message before its end', async () => {
  let opened = 0;
  const changing = { ...fileOf('a.pdf', 'a', 'f1'), open: async function* () { opened += 1; yield Buffer.from(`lần ${opened}`); } };
  await assert.rejects(bytesOf(writeEdxml(letter, { profile: axis, attachments: [changing], signer: signers.RSA })), /edxml\.sourceChanged/);
});

test('a key of another kind cannot sign packets', () => {
  const { privateKey } = generateKeyPairSync('ed25519');
  assert.throws(() => packetSigner(pki.person.certificate.raw, createPrivateKey(privateKey.export({ type: 'pkcs8', format: 'pem' }))), TypeError);
});

/** The canonical form of a text, made token by token, from pieces of a given size. */
function streamed(text: string, kind: 'exclusive' | 'inclusive', pieceBytes: number): string {
  const canonical = createCanonicalizer(kind);
  const tokenizer = createTokenizer();
  const bytes = Buffer.from(text);
  const out: string[] = [];
  const take = (tokens: Iterable<Token>): void => {
    for (const token of tokens) out.push(canonical(token));
  };
  for (let at = 0; at < bytes.length; at += pieceBytes) take(tokenizer.push(bytes.subarray(at, at + pieceBytes)));
  take(tokenizer.end());
  return out.join('');
}

test('the streaming canonical form is the one that the signature engine makes of the whole', () => {
  const simple = invoice(400).replaceAll(/<\?in[^>]*\?>/g, '').replaceAll(/<!--.*?-->/g, '');
  const name = fc.constantFrom('a', 'b', 'p:c', 'q:d');
  const text = fc.constantFrom('x', 'ế', '😀', '&amp;', '&#13;', '\r\n', '\r', '\t', '<![CDATA[<&>]]>', '"', '>');
  const attribute = fc.constantFrom(' z="1"', ' a="&lt;&quot;&#10;"', ' p:k="2"', ' q:k="3"', " b='x\ty'", ' xmlns="urn:m"', ' xmlns:p="urn:z"', ' xmlns=""', ' xmlns:unused="urn:u"');
  const { element } = fc.letrec<{ element: string; content: string }>((tie) => ({
    element: fc.tuple(name, fc.uniqueArray(attribute, { maxLength: 4 }), fc.array(tie('content'), { maxLength: 4 })).map(([tag, list, inner]) => `<${tag}${(list.includes(' xmlns=""') ? list.filter((each) => each !== ' xmlns="urn:m"') : list).join('')}>${inner.join('')}</${tag}>`),
    content: fc.oneof({ depthSize: 'small' }, text, tie('element')),
  }));
  const check = (document: string, pieceBytes: number): void => {
    for (const kind of ['exclusive', 'inclusive'] as const) assert.equal(streamed(document, kind, pieceBytes), canonicalize({ document: readXml(document), hasComments: false }, { kind, withComments: false }));
  };
  for (const pieceBytes of [1000, 16_385, 20_001]) check(simple, pieceBytes);
  fc.assert(
    fc.property(element, fc.integer({ min: 1, max: 200 }), (inner, pieceBytes) => {
      check(`<r xmlns="urn:r" xmlns:p="urn:p" xmlns:q="urn:q">${inner}</r>`, pieceBytes);
    }),
    { numRuns: 300 },
  );
});
