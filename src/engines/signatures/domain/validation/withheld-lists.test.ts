import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildPdf } from '../pdf/testing.ts';
import { issuerOfCutList, parseRevocationList } from '../pki/crl.ts';
import { signXml, testSigner } from '../xml/testing.ts';
import { validateXml } from '../xml/index.ts';
import { createTestPki, days, hours, later, signTestPdf } from './testing.ts';
import { validatePdf } from './validate-pdf.ts';

const start = new Date('2026-03-02T01:00:00Z');
const pki = await createTestPki(start);
const at = later(start, days(20));
const now = later(at, hours(1));
const [ofRoot, ofIssuing] = pki.crls(now);
const list = ofIssuing ?? assert.fail('no list');

test('wherever a revocation list is cut short, its issuer is told rightly or not at all; whole or damaged lists tell nothing', () => {
  const { issuer } = parseRevocationList(list);
  let told = 0;
  for (let length = 0; length < list.length; length += 1) {
    const found = issuerOfCutList(list.subarray(0, length));
    if (found === undefined) continue;
    assert.ok(found.raw.equals(issuer.raw), String(length));
    told += 1;
  }
  assert.ok(told > list.length / 3, 'from the end of the name on');
  assert.equal(issuerOfCutList(list), undefined);
  assert.equal(issuerOfCutList(Buffer.concat([list, Buffer.from('x')])), undefined);
  for (const bytes of [Buffer.alloc(0), Buffer.from('xin chào'), Buffer.alloc(500, 0xff), Buffer.alloc(500, 0x30)]) assert.equal(issuerOfCutList(bytes), undefined);
});

test('of an authority whose list is withheld no other word that nothing is revoked counts, and every word that something is', () => {
  const pdf = signTestPdf(buildPdf(), { pki, at });
  const trustAnchors = [pki.root.certificate];
  const crls = [ofRoot ?? assert.fail('no list'), list];
  const ocsps = [pki.ocsp(pki.person, { status: 'good' }, now)];
  const withheld = [pki.issuing.certificate.subject];
  const judge = (given: NonNullable<Parameters<typeof validatePdf>[1]['given']>) => {
    const [signature] = validatePdf(pdf, { trustAnchors, now, given }).signatures;
    return [signature?.subIndication ?? signature?.indication, signature?.problems.map(({ code }) => code).filter((code) => code.startsWith('revocation.'))];
  };
  assert.deepEqual(judge({ crls, ocsps }), ['TOTAL-PASSED', []]);
  assert.deepEqual(judge({ crls, ocsps, withheld }), ['TRY_LATER', ['revocation.unreadable']]);
  assert.deepEqual(judge({ withheld }), ['TRY_LATER', ['revocation.unknown', 'revocation.unreadable']], 'also where nothing else is at hand; of the root nothing is known');
  assert.deepEqual(judge({ crls, withheld: [pki.person.certificate.subject] }), ['TOTAL-PASSED', []], 'another authority');
  const revoked = pki.crls(now, [{ serial: pki.person.certificate.serial, revokedAt: later(at, -hours(2)), reason: 'keyCompromise' }]);
  assert.equal(judge({ crls: revoked, withheld })[0], 'REVOKED');
});

test('signed XML is judged in the same way', () => {
  const xml = signXml(Buffer.from('<phieu><noiDung>Giao việc</noiDung></phieu>'), testSigner(pki), { signingTime: at });
  const judge = (withheld: NonNullable<Parameters<typeof validateXml>[1]['given']>['withheld']) =>
    validateXml(xml, { trustAnchors: [pki.root.certificate], now, subject: { kind: 'document' }, given: { certificates: [pki.issuing.certificate], crls: pki.crls(now), ...(withheld ? { withheld } : {}) } }).signatures[0];
  assert.equal(judge(undefined)?.indication, 'TOTAL-PASSED');
  assert.equal(judge([pki.issuing.certificate.subject])?.subIndication, 'TRY_LATER');
});
