import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createTestPki, days, hours, later } from '../validation/testing.ts';
import { XmlError } from './errors.ts';
import { prepareEnveloping, validateXml } from './index.ts';
import type { SignedPart, SignedSubject, XmlSignatureReport } from './index.ts';
import { finishXml, invoice, signReferences, signXml, testSigner } from './testing.ts';

const start = new Date('2026-03-02T01:00:00Z');
const pki = await createTestPki(start);
const at = later(start, days(10));
const now = later(at, hours(3));
const given = { crls: pki.crls(now) };
const person = testSigner(pki);
const part: SignedSubject = { kind: 'element', path: ['HDon', 'DLHDon'] };
const whole: SignedSubject = { kind: 'document' };

const signedPart = signXml(invoice(1), person, { signingTime: at, elementId: 'HD01', into: ['HDon', 'DSCKS', 'NBan'] }).toString();
const signedWhole = signXml(invoice(1), person, { signingTime: at }).toString();
const original = /<DLHDon.*<\/DLHDon>/s.exec(signedPart)?.[0] ?? assert.fail('part');
const forged = (id: string) => `<DLHDon${id}><HHDVu><ThTien>1</ThTien></HHDVu></DLHDon>`;

function judge(xml: string, subject: SignedSubject): readonly XmlSignatureReport[] {
  return validateXml(Buffer.from(xml), { trustAnchors: [pki.root.certificate], now, given, subject }).signatures;
}

function failsWith(xml: string, subject: SignedSubject, code: string): void {
  const [first] = judge(xml, subject);
  assert.deepEqual([first?.indication, first?.problems[0]?.code], ['TOTAL-FAILED', code], xml.slice(0, 300));
}

test('the files that are attacked below pass as they are', () => {
  assert.equal(judge(signedPart, part)[0]?.indication, 'TOTAL-PASSED');
  assert.equal(judge(signedWhole, whole)[0]?.indication, 'TOTAL-PASSED');
  assert.equal(judge(signedWhole, part)[0]?.indication, 'TOTAL-PASSED');
});

test('wrapping: the signed part is moved aside and another stands where the reader looks', () => {
  failsWith(signedPart.replace(original, forged('')).replace('</HDon>', `<Khac>${original}</Khac></HDon>`), part, 'subject.notSigned');
  failsWith(signedPart.replace(original, forged(' Id="HD02"')).replace('</HDon>', `<Khac>${original}</Khac></HDon>`), part, 'subject.notSigned');
  failsWith(signedPart.replace(original, `<DLHDon><A>${original}</A></DLHDon>`), part, 'subject.notSigned');
});

test('wrapping: a second part beside the signed one makes it unclear what is read', () => {
  failsWith(signedPart.replace(original, `${forged('')}${original}`), part, 'subject.notSigned');
  failsWith(signedPart.replace(original, `${original}${forged('')}`), part, 'subject.notSigned');
});

test('wrapping: the report shows the place of what was really signed', () => {
  const moved = signedPart.replace(original, forged('')).replace('</HDon>', `<Khac>${original}</Khac></HDon>`);
  const [first] = judge(moved, { kind: 'any' });
  const place: SignedPart = first?.signed[0] ?? assert.fail('signed');
  assert.equal(place.path, '/HDon/Khac/DLHDon');
  assert.equal(Buffer.from(moved).subarray(place.start, place.end).toString(), original);
  assert.equal(first?.coversWholeFile, false);
});

test('wrapping: the signed part inside an object of the signature', () => {
  failsWith(signedPart.replace(original, forged('')).replace('</ds:Signature>', `<ds:Object>${original}</ds:Object></ds:Signature>`), part, 'subject.notSigned');
});

test('a signed whole hidden inside another document does not pass for the document', () => {
  const root = /<HDon.*<\/HDon>/s.exec(signedWhole)?.[0] ?? '';
  failsWith(`<HDon xmlns="urn:x"><DLHDon/><A>${root}</A></HDon>`, whole, 'hash.mismatch');
  const object = finishXml(prepareEnveloping({ xml: Buffer.from(invoice(1)) }, person.signer, { signingTime: at }), person).toString().replace(/^<\?xml.*\?>\n/, '');
  failsWith(`<HDon><DLHDon/>${object}</HDon>`, { kind: 'element', path: ['HDon', 'DLHDon'] }, 'subject.notSigned');
  failsWith(`<HDon><DLHDon/>${object}</HDon>`, whole, 'subject.notSigned');
});

test('a signature over something else does not pass by standing where a countersignature would', () => {
  const object = finishXml(prepareEnveloping({ xml: Buffer.from(invoice(1)) }, person.signer, { signingTime: at }), person).toString().replace(/^<\?xml.*\?>\n/, '');
  const counter = (inside: string) => `<x:CounterSignature xmlns:x="http://uri.etsi.org/01903/v1.3.2#">${inside}</x:CounterSignature>`;
  failsWith(`<HDon><DLHDon/>${counter(object)}</HDon>`, whole, 'subject.notSigned');
  failsWith(`<HDon><DLHDon/>${counter(object)}</HDon>`, part, 'subject.notSigned');
  // Nor at its right place, where it would have to be about the value of the signature around it.
  const [, beside] = judge(signedWhole.replace('</xades:SignedProperties>', `$&<xades:UnsignedProperties><xades:UnsignedSignatureProperties>${counter(object)}</xades:UnsignedSignatureProperties></xades:UnsignedProperties>`), whole);
  assert.deepEqual([beside?.indication, beside?.problems[0]?.code], ['TOTAL-FAILED', 'subject.notSigned']);
});

test('the same identifier twice is refused, in whatever spelling of the attribute and wherever it stands', () => {
  for (const attribute of [' Id="HD01"', ' ID="HD01"', ' id="HD01"', ' xml:id="HD01"', ' xmlns:w="urn:wsu" w:Id="HD01"']) {
    failsWith(signedPart.replace(original, forged(attribute)).replace('</HDon>', `<Khac>${original}</Khac></HDon>`), part, 'format.contradiction');
    failsWith(signedPart.replace('</HDon>', `<Khac${attribute}/></HDon>`), part, 'format.contradiction');
  }
  const id = /<ds:Signature [^>]*Id="([^"]+)"/.exec(signedPart)?.[1] ?? '';
  for (const each of [id, `${id}-properties`]) failsWith(signedPart.replace('</HDon>', `<Khac Id="${each}"/></HDon>`), part, 'format.contradiction');
});

test('properties of another signature, or unsigned ones, do not count as the signer\'s', () => {
  const properties = /<xades:QualifyingProperties.*<\/xades:QualifyingProperties>/s.exec(signedPart)?.[0] ?? '';
  failsWith(signedPart.replace(properties, properties.replace(/Target="[^"]+"/, 'Target="#other"')), part, 'format.contradiction');
  failsWith(signedPart.replace(properties, `${properties}${properties}`), part, 'format.unreadable');
  const object = `<ds:Object>${properties}</ds:Object>`;
  failsWith(signedPart.replace(object, '').replace('</ds:KeyInfo>', `${object}</ds:KeyInfo>`), part, 'format.contradiction');
  failsWith(signedPart.replace(object, '').replace('</HDon>', `<w xmlns:ds="http://www.w3.org/2000/09/xmldsig#">${properties}</w></HDon>`), part, 'format.contradiction');
});

test('DOCTYPE, entities and their expansion end the validation at once', () => {
  const root = /<HDon.*<\/HDon>/s.exec(signedPart)?.[0] ?? '';
  for (const prefix of ['<!DOCTYPE HDon [<!ATTLIST Khac Id ID #IMPLIED>]>', '<!DOCTYPE HDon SYSTEM "http://127.0.0.1:9/x.dtd">', '<!DOCTYPE HDon [<!ENTITY x SYSTEM "file:///etc/passwd">]>']) {
    assert.throws(() => judge(`${prefix}${root}`, part), (error) => error instanceof XmlError && error.code === 'xml.doctype');
  }
  assert.throws(() => judge(root.replace('Giấy', '&x;').replace('<![CDATA[', '').replace(']]>', ''), part), (error) => error instanceof XmlError);
});

test('a reference to somewhere else is not followed', () => {
  for (const uri of ['http://127.0.0.1:9/a', 'file:///etc/passwd', '/etc/passwd', 'a.xml', '//127.0.0.1/a']) {
    const [first] = judge(signedPart.replace('URI="#HD01"', `URI="${uri}"`), { kind: 'any' });
    assert.notEqual(first?.indication, 'TOTAL-PASSED');
    assert.equal(first?.integrity === 'intact', false);
  }
});

test('references beyond the allowed forms select nothing', () => {
  for (const uri of ["#xpointer(//*[@Id='HD01'])", '#element(/1/1)', "#xpointer(id('HD01')/..)", '#HD01 ', '#']) {
    assert.equal(judge(signedPart.replace('URI="#HD01"', `URI="${uri}"`), { kind: 'any' })[0]?.indication, 'TOTAL-FAILED', uri);
  }
});

test('a signature with a part twice, out of order or missing cannot be read', () => {
  const value = /<ds:SignatureValue.*<\/ds:SignatureValue>/s.exec(signedPart)?.[0] ?? '';
  const info = /<ds:SignedInfo.*<\/ds:SignedInfo>/s.exec(signedPart)?.[0] ?? '';
  for (const [from, to] of [[value, `${value}${value}`], [value, ''], [info, ''], [`${info}${value}`, `${value}${info}`], [info, `${info}${info}`]] as const) failsWith(signedPart.replace(from, to), part, 'format.unreadable');
});

test('a signature over nothing but its own properties says nothing about the document', () => {
  const reference = /<ds:Reference Id="[^"]+-ref-0".*?<\/ds:Reference>/s.exec(signedPart)?.[0] ?? '';
  assert.ok(judge(signedPart.replace(reference, ''), { kind: 'any' })[0]?.problems.some(({ code }) => code === 'subject.notSigned'));
});

test('a signature over nothing but its own key says nothing about the document, nor about an object that stands beside it unsigned', () => {
  const file = signReferences(pki.person, [{ uri: '#key', content: Buffer.alloc(0) }], ['<HDon><DLHDon/>', '</HDon>']).toString();
  for (const subject of [{ kind: 'any' }, { kind: 'object' }, whole] as const) failsWith(file.replace('</Signature>', '<Object>Quyết định giả</Object></Signature>'), subject, 'subject.notSigned');
});

test('many references to one large part are given up, in less than two seconds', () => {
  const reference = /<ds:Reference Id="[^"]+-ref-0".*?<\/ds:Reference>/s.exec(signedPart)?.[0] ?? '';
  const signature = /<ds:Signature .*<\/ds:Signature>/s.exec(signedPart)?.[0] ?? '';
  const heavy = signature.replace(reference, reference.repeat(90));
  const file = signedPart.replace(signature, '').replace('</DLHDon>', `${'<x>đ</x>'.repeat(40_000)}</DLHDon>`).replace('</HDon>', `${heavy.repeat(50)}</HDon>`);
  const before = process.cpuUsage();
  assert.throws(() => judge(file, part), (error) => error instanceof XmlError && error.code === 'xml.tooLarge');
  // Of the processor: the machine may be busy with other tests.
  assert.ok(process.cpuUsage(before).user < 2_000_000, `${process.cpuUsage(before).user} microseconds`);
});
