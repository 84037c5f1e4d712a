import assert from 'node:assert/strict';
import { createHash, verify, X509Certificate, constants } from 'node:crypto';
import { test } from 'node:test';
import { hasOracle, runOracle, toPem } from '../pdf/testing-signer.ts';
import { personSubject } from '../pki/authority.ts';
import { createTestPki } from '../validation/testing.ts';
import { XmlError } from './errors.ts';
import type { XmlErrorCode } from './errors.ts';
import { readXml } from './reader.ts';
import { findSignatures } from './read-signature.ts';
import { addUnsignedValues, prepareDetached, prepareEnveloped, prepareEnveloping, restorePreparedXml, timestampInputOf, xmlSigner } from './index.ts';
import type { PreparedXmlState } from './index.ts';
import { finishXml, invoice, signXml, testSigner } from './testing.ts';

const pki = await createTestPki(new Date(Date.now() - 3_600_000));
const now = new Date();
const person = testSigner(pki);
const agency = testSigner(pki, pki.agency);
const trust = { 'root.pem': toPem(pki.root.certificate.raw), 'ca.pem': toPem(pki.issuing.certificate.raw) };
const idNames = ['SignedProperties', 'DLHDon', 'Object'].flatMap((name) => ['--id-attr:Id', name]);
const invoiceXml = invoice(3);

function hasCode(code: XmlErrorCode) {
  return (error: unknown): boolean => error instanceof XmlError && error.code === code;
}

/** Throws when xmlsec1 does not accept each file. */
function xmlsec1Accepts(files: Readonly<Record<string, Buffer>>, beside: Readonly<Record<string, Buffer>> = {}, more: readonly string[] = []): void {
  runOracle('xmlsec1', ['--verify', ...idNames, ...more, '--trusted-pem', 'root.pem', '--untrusted-pem', 'ca.pem', ...Object.keys(files)], { ...files, ...beside, ...trust });
}

const keyKinds = [
  { key: 'rsa-2048', hash: 'sha256' },
  { key: 'rsa-3072', hash: 'sha384' },
  { key: 'rsa-4096', hash: 'sha512' },
  { key: 'p-256', hash: 'sha256' },
  { key: 'p-384', hash: 'sha384' },
  { key: 'p-256', hash: 'sha512' },
] as const;

for (const { key, hash } of keyKinds) {
  test(`xmlsec1 accepts enveloped, enveloping and detached signatures of ${key} with ${hash}, with a time stamp too`, async (t) => {
    if (!hasOracle(t, 'xmlsec1')) return;
    const holder = await pki.leaf('signer', personSubject({ name: 'Trần Văn Bình', organization: 'Sở Tư pháp' }), { key });
    const signer = testSigner(pki, holder, { hash });
    const file = { uri: 'bao-cao.bin', bytes: Buffer.from([0, 1, 2, 255]), mediaType: 'application/octet-stream' };
    const options = { signingTime: now };
    xmlsec1Accepts(
      {
        'enveloped.xml': signXml(invoiceXml, signer, options),
        'stamped.xml': finishXml(prepareEnveloped(Buffer.from(invoiceXml), signer.signer, options), signer, { pki, at: now }),
        'enveloping.xml': finishXml(prepareEnveloping({ xml: Buffer.from(invoiceXml) }, signer.signer, options), signer),
        'bytes.xml': finishXml(prepareEnveloping({ bytes: file.bytes, mediaType: 'image/png' }, signer.signer, options), signer),
        'detached.xml': finishXml(prepareDetached([file], signer.signer, options), signer),
      },
      { [file.uri]: file.bytes },
    );
  });
}

test('xmlsec1 accepts each canonicalisation, of the document and of a part, the signature inside or beside it', (t) => {
  if (!hasOracle(t, 'xmlsec1')) return;
  const files: Record<string, Buffer> = {};
  for (const canonicalization of ['exclusive', 'inclusive', 'inclusive-1.1'] as const) {
    const common = { signingTime: now, canonicalization };
    files[`whole-${canonicalization}.xml`] = signXml(invoiceXml, person, common);
    files[`whole-beside-${canonicalization}.xml`] = signXml(invoiceXml, person, { ...common, into: ['HDon', 'DSCKS', 'NBan'] });
    files[`part-beside-${canonicalization}.xml`] = signXml(invoiceXml, person, { ...common, elementId: 'HD01', into: ['HDon', 'DSCKS', 'NMua'] });
    files[`part-inside-${canonicalization}.xml`] = signXml(invoiceXml, person, { ...common, elementId: 'HD01', into: ['HDon', 'DLHDon'] });
    files[`enveloping-${canonicalization}.xml`] = finishXml(prepareEnveloping({ xml: Buffer.from(invoiceXml) }, person.signer, common), person);
  }
  xmlsec1Accepts(files);
});

test('xmlsec1 refuses each of them after one letter was changed', (t) => {
  if (!hasOracle(t, 'xmlsec1')) return;
  const signed = signXml(invoiceXml, person, { signingTime: now });
  const bent = Buffer.from(signed.toString().replace('Bãi Bằng', 'Bãi Bắng'));
  assert.throws(() => xmlsec1Accepts({ 'a.xml': bent }), /Command failed/);
});

test('two sign in turn, each beside the part they sign, and xmlsec1 accepts both signatures', (t) => {
  const first = signXml(invoiceXml, person, { signingTime: now, elementId: 'HD01', into: ['HDon', 'DSCKS', 'NBan'] });
  const both = signXml(first, agency, { signingTime: now, elementId: 'HD01', into: ['HDon', 'DSCKS', 'NMua'], canonicalization: 'inclusive' });
  assert.equal(findSignatures(readXml(both)).length, 2);
  if (!hasOracle(t, 'xmlsec1')) return;
  for (const name of ['NBan', 'NMua']) xmlsec1Accepts({ 'a.xml': both }, {}, ['--node-xpath', `//*[local-name()='${name}']/*[local-name()='Signature']`]);
});

test('the bytes of the document stay as they are around the signature', () => {
  const xml = Buffer.from(`\ufeff${invoiceXml}\r\n<!-- hết -->\r\n`);
  const signed = signXml(xml, person, { signingTime: now });
  const at = xml.indexOf('</HDon>');
  assert.ok(signed.subarray(0, at).equals(xml.subarray(0, at)));
  assert.ok(signed.subarray(signed.length - (xml.length - at)).equals(xml.subarray(at)));
  const intoEmpty = signXml(xml, person, { signingTime: now, into: ['HDon', 'DSCKS', 'NBan'] }).toString();
  assert.equal(intoEmpty.replace(/<NBan><ds:Signature .*<\/ds:Signature><\/NBan>/s, '<NBan/>'), xml.toString());
});

test('a signature is taken up again after a restart, from plain data and the same document only', () => {
  const xml = Buffer.from(invoiceXml);
  const prepared = prepareEnveloped(xml, agency.signer, { signingTime: now });
  // safe because it is what save() made, through JSON
  const state = JSON.parse(JSON.stringify(prepared.save())) as PreparedXmlState;
  const restored = restorePreparedXml(Buffer.from(xml), state);
  assert.ok(restored.toBeSigned.equals(prepared.toBeSigned));
  assert.ok(restored.digest().equals(createHash('sha256').update(prepared.toBeSigned).digest()));
  const signed = finishXml(restored, agency);
  assert.equal(findSignatures(readXml(signed)).length, 1);
  assert.throws(() => restorePreparedXml(Buffer.from(`${invoiceXml} `), state), hasCode('xml.baseChanged'));
});

test('PSS values verify with the salt as long as the hash', () => {
  const signer = testSigner(pki, pki.person, { scheme: 'rsa-pss', hash: 'sha384' });
  const prepared = prepareEnveloped(Buffer.from(invoiceXml), signer.signer, { signingTime: now });
  const text = finishXml(prepared, signer).toString();
  assert.match(text, /SignatureMethod Algorithm="http:\/\/www\.w3\.org\/2007\/05\/xmldsig-more#sha384-rsa-MGF1"/);
  const value = Buffer.from(/<ds:SignatureValue[^>]*>([^<]+)</.exec(text)?.[1] ?? '', 'base64');
  const key = { key: new X509Certificate(pki.person.certificate.raw).publicKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 48 };
  assert.ok(verify('sha384', prepared.toBeSigned, key, value));
});

/** Asks the Java runtime's own implementation of XML Signature; one line a signature. */
const javaVerifier = `
import javax.xml.crypto.dsig.*; import javax.xml.crypto.dsig.dom.DOMValidateContext; import org.w3c.dom.*;
public class Verify {
  public static void main(String[] files) throws Exception {
    for (String file : files) {
      var factory = javax.xml.parsers.DocumentBuilderFactory.newInstance();
      factory.setNamespaceAware(true);
      var document = factory.newDocumentBuilder().parse(new java.io.File(file));
      var signature = (Element) document.getElementsByTagNameNS(XMLSignature.XMLNS, "Signature").item(0);
      var encoded = signature.getElementsByTagNameNS(XMLSignature.XMLNS, "X509Certificate").item(0).getTextContent();
      var bytes = new java.io.ByteArrayInputStream(java.util.Base64.getMimeDecoder().decode(encoded));
      var key = java.security.cert.CertificateFactory.getInstance("X.509").generateCertificate(bytes).getPublicKey();
      var context = new DOMValidateContext(key, signature);
      var all = document.getElementsByTagName("*");
      for (int i = 0; i < all.getLength(); i++) if (((Element) all.item(i)).hasAttribute("Id")) context.setIdAttributeNS((Element) all.item(i), null, "Id");
      System.out.println(file + " " + XMLSignatureFactory.getInstance("DOM").unmarshalXMLSignature(context).validate(context));
    }
  }
}`;

test('the Java runtime accepts RSA, PSS and ECDSA with each hash and canonicalisation', (t) => {
  if (!hasOracle(t, 'javac')) return;
  const files: Record<string, Buffer> = {};
  for (const hash of ['sha256', 'sha384', 'sha512'] as const) {
    for (const [name, signer] of Object.entries({ rsa: testSigner(pki, pki.person, { hash }), pss: testSigner(pki, pki.person, { hash, scheme: 'rsa-pss' }), ecdsa: testSigner(pki, pki.agency, { hash }) })) {
      for (const canonicalization of ['exclusive', 'inclusive', 'inclusive-1.1'] as const) {
        files[`${name}-${hash}-${canonicalization}.xml`] = signXml(invoiceXml, signer, { signingTime: now, canonicalization, elementId: 'HD01', into: ['HDon', 'DSCKS', 'NBan'] });
      }
    }
  }
  files['bent.xml'] = Buffer.from(signXml(invoiceXml, person, { signingTime: now }).toString().replace('Bãi Bằng', 'Bãi'));
  const lines = runOracle('java', ['Verify.java', ...Object.keys(files)], { ...files, 'Verify.java': javaVerifier }).output.trim().split('\n');
  assert.deepEqual(lines, Object.keys(files).map((name) => `${name} ${String(name !== 'bent.xml')}`));
});

test('the canonical texts written directly are what canonicalisation of the finished document gives', async () => {
  const { canonicalize } = await import('./canonical.ts');
  const { readSignature } = await import('./read-signature.ts');
  for (const canonicalization of ['exclusive', 'inclusive', 'inclusive-1.1'] as const) {
    const prepared = prepareEnveloped(Buffer.from(invoiceXml), person.signer, { signingTime: now, canonicalization, into: ['HDon', 'DSCKS', 'NBan'] });
    const document = readXml(finishXml(prepared, person));
    const [element] = findSignatures(document);
    assert.ok(element);
    const { signedInfo, references, xades } = readSignature(document, element);
    const canon = (apex: typeof signedInfo) => canonicalize({ document, apex, hasComments: true }, { kind: canonicalization, withComments: false });
    assert.equal(canon(signedInfo), prepared.toBeSigned.toString());
    assert.ok(xades);
    assert.ok(createHash('sha256').update(canon(xades.signedProperties)).digest().equals(references[1]?.digest ?? Buffer.alloc(0)));
  }
});

test('a time stamp and revocation are added later without touching another byte, and xmlsec1 still accepts it', (t) => {
  const prepared = prepareEnveloped(Buffer.from(invoiceXml), person.signer, { signingTime: now });
  const plain = finishXml(prepared, person);
  const digest = createHash('sha256').update(timestampInputOf(plain, prepared.signatureId)).digest();
  const stamped = addUnsignedValues(plain, prepared.signatureId, { timestampToken: pki.tsa.token({ hash: 'sha256', digest, now }) });
  const complete = addUnsignedValues(stamped, prepared.signatureId, { certificates: [pki.root.certificate.raw], crls: pki.crls(now), ocsps: [pki.ocsp(pki.person, { status: 'good' }, now)] });
  assert.equal(complete.toString().replace(/<xades:UnsignedProperties>.*<\/xades:UnsignedProperties>/s, ''), plain.toString());
  if (hasOracle(t, 'xmlsec1')) xmlsec1Accepts({ 'a.xml': stamped, 'b.xml': complete });
});

test('the bytes to be stamped are the same before and after the value is in place', () => {
  const prepared = prepareEnveloped(Buffer.from(invoiceXml), person.signer, { signingTime: now });
  const signed = finishXml(prepared, person);
  const value = Buffer.from(/<ds:SignatureValue[^>]*>([^<]+)</.exec(signed.toString())?.[1] ?? '', 'base64');
  assert.ok(prepared.timestampInput(value).equals(timestampInputOf(signed, prepared.signatureId)));
});

test('a signature that would break an earlier one is refused', () => {
  const whole = signXml(invoiceXml, person, { signingTime: now });
  assert.throws(() => signXml(whole, agency, { signingTime: now }), hasCode('xml.breaksEarlier'));
  const part = signXml(invoiceXml, person, { signingTime: now, elementId: 'HD01', into: ['HDon', 'DLHDon'] });
  assert.throws(() => signXml(part, agency, { signingTime: now, elementId: 'HD01', into: ['HDon', 'DLHDon'] }), hasCode('xml.breaksEarlier'));
  assert.equal(findSignatures(readXml(signXml(part, agency, { signingTime: now, elementId: 'HD01' }))).length, 2);
});

test('what is to be signed and where must be there exactly once', () => {
  assert.throws(() => signXml(invoiceXml, person, { signingTime: now, elementId: 'HD02' }), hasCode('xml.elementNotFound'));
  assert.throws(() => signXml(invoiceXml.replace('<NBan/>', '<NBan id="HD01"/>'), person, { signingTime: now, elementId: 'HD01' }), hasCode('xml.duplicateId'));
  assert.throws(() => signXml(invoiceXml, person, { signingTime: now, into: ['HDon', 'KhongCo'] }), hasCode('xml.elementNotFound'));
  assert.throws(() => signXml(invoiceXml.replace('<NBan/>', '<NBan/><NBan/>'), person, { signingTime: now, into: ['HDon', 'DSCKS', 'NBan'] }), hasCode('xml.elementNotFound'));
  assert.throws(() => prepareDetached([], person.signer, { signingTime: now }), hasCode('xml.elementNotFound'));
});

test('a value that is no ECDSA value of the curve is refused', () => {
  const prepared = prepareEnveloped(Buffer.from(invoiceXml), agency.signer, { signingTime: now });
  assert.throws(() => prepared.finish({ signature: Buffer.alloc(64, 1) }), hasCode('xml.signatureValue'));
  assert.throws(() => xmlSigner({ certificate: pki.agency.certificate.raw, chain: [], scheme: 'rsa-pss' }), TypeError);
});
