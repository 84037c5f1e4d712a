import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { createValidationCache } from '../validation/cache.ts';
import { keepingWhatFails } from '../validation/testing-corpus.ts';
import { bend, randomSource, type Random } from '../validation/testing-fuzz.ts';
import { createTestPki, days, hours, later } from '../validation/testing.ts';
import { XmlError } from './errors.ts';
import { addArchiveTimestamp, addUnsignedValues, archiveInputOf, prepareEnveloped, prepareEnveloping, validateXml } from './index.ts';
import type { SignedSubject } from './index.ts';
import { canonicalize } from './canonical.ts';
import { readXml } from './reader.ts';
import { finishXml, invoice, signXml, testSigner } from './testing.ts';

const start = new Date('2026-03-02T01:00:00Z');
const pki = await createTestPki(start);
const at = later(start, days(10));
const now = later(at, hours(3));
const given = { crls: pki.crls(now) };
const cache = createValidationCache();
const agency = testSigner(pki, pki.agency);
/** Five files, each mutated this often: more than ten thousand documents a run. */
const rounds = 2500;

const prepared = prepareEnveloped(Buffer.from(invoice(2)), agency.signer, { signingTime: at });
const stamped = finishXml(prepared, agency, { pki, at });
const beside = signXml(invoice(2), agency, { signingTime: at, elementId: 'HD01', into: ['HDon', 'DSCKS', 'NBan'] });
const longTerm = addUnsignedValues(stamped, prepared.signatureId, { crls: pki.crls(at), certificates: [pki.root.certificate.raw] });
const archiveToken = pki.tsa.token({ hash: 'sha256', digest: createHash('sha256').update(archiveInputOf(longTerm, prepared.signatureId)).digest(), now: later(at, hours(1)) });
const samples: readonly { readonly name: string; readonly xml: Buffer; readonly subject: SignedSubject }[] = [
  { name: 'B-LT', xml: longTerm, subject: { kind: 'document' } },
  { name: 'with an archive time stamp', xml: addArchiveTimestamp(longTerm, prepared.signatureId, archiveToken), subject: { kind: 'document' } },
  { name: 'a part, two signers', xml: signXml(beside, testSigner(pki), { signingTime: at, elementId: 'HD01', into: ['HDon', 'DSCKS', 'NMua'], canonicalization: 'inclusive' }), subject: { kind: 'element', path: ['HDon', 'DLHDon'] } },
  { name: 'enveloping XML', xml: finishXml(prepareEnveloping({ xml: Buffer.from(invoice(1)) }, agency.signer, { signingTime: at, canonicalization: 'inclusive-1.1' }), agency), subject: { kind: 'object' } },
  { name: 'enveloping bytes', xml: finishXml(prepareEnveloping({ bytes: Buffer.from('nội dung'), mediaType: 'text/plain' }, agency.signer, { signingTime: at }), agency), subject: { kind: 'object' } },
];

/** The indication, or the code with which the file was refused; fails when it took two seconds of the processor. */
function verdict(xml: Buffer, subject: SignedSubject): string {
  const before = process.cpuUsage();
  try {
    return validateXml(xml, { trustAnchors: [pki.root.certificate], now, given, subject, cache }).indication;
  } catch (error) {
    if (error instanceof XmlError) return error.code;
    throw error;
  } finally {
    assert.ok(process.cpuUsage(before).user < 2_000_000);
  }
}

/** All that matters: what the caller relies on, and what is signed about the signatures. The rest of a signature may change. */
function signedContent(xml: Buffer, subject: SignedSubject): string {
  const text = canonicalize({ document: readXml(xml), hasComments: false }, { kind: 'exclusive', withComments: false });
  const part = subject.kind === 'element' ? /<DLHDon.*<\/DLHDon>/s : /<ds:Object Id=.*?<\/ds:Object>/s;
  const wanted = subject.kind === 'document' ? text.replace(/<ds:Signature .*<\/ds:Signature>/s, '') : (part.exec(text)?.[0] ?? '');
  return [wanted, ...(text.match(/<ds:SignedInfo.*?<\/ds:SignedInfo>|<xades:SignedProperties.*?<\/xades:SignedProperties>/gs) ?? [])].join('\n');
}

const splices = ['<', '>', '/', '&', '"', "'", ' ', '\n', 'x', '&#13;', '&amp;', '<!---->', '<a/>', '<?p?>', '<![CDATA[]]>', ' Id="HD01"', ' xmlns=""', ' xmlns:ds="urn:x"', '#', '\ufffd', '</HDon>', '<ds:Object/>', '<!DOCTYPE a>', '\u0000', 'ế', '=', '0'] as const;
const mutate = (xml: Buffer, random: Random): Buffer => bend(xml, random, { splices, longestPiece: 200, orElse: moveElement });

/** Takes an element, chosen by chance, to another place. */
function moveElement(xml: Buffer, random: Random): Buffer {
  const text = xml.toString();
  const names = [...text.matchAll(/<([\w:]+)[^<>/]*>/g)];
  const chosen = names[random(Math.max(1, names.length))];
  const other = names[random(Math.max(1, names.length))];
  if (chosen === undefined || other === undefined) return xml;
  const close = `</${chosen[1] ?? ''}>`;
  const end = text.indexOf(close, chosen.index) + close.length;
  const element = text.slice(chosen.index, end);
  return Buffer.from(other.index < chosen.index ? text.slice(0, other.index) + element + text.slice(other.index, chosen.index) + text.slice(end) : text.slice(0, chosen.index) + text.slice(end, other.index) + element + text.slice(other.index));
}

for (const { name, xml, subject } of samples) {
  test(`${name}: ${rounds} mutated files never crash, never take two seconds, and pass only where they say the same`, () => {
    assert.equal(verdict(xml, subject), 'TOTAL-PASSED');
    const random = randomSource(name.length * 7919 + 1);
    const same = signedContent(xml, subject);
    const seen = new Map<string, number>();
    for (let round = 0; round < rounds; round += 1) {
      const bent = mutate(xml, random);
      const found = keepingWhatFails(bent, () => verdict(bent, subject));
      seen.set(found, (seen.get(found) ?? 0) + 1);
      if (found === 'TOTAL-PASSED') assert.ok(signedContent(bent, subject) === same, `round ${round}`);
    }
    assert.ok((seen.get('TOTAL-FAILED') ?? 0) > rounds / 20, 'some mutations reach the checks themselves');
  });
}
