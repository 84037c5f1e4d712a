import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildPdf } from '../pdf/testing.ts';
import { createTestPki, days, later, signTestPdf } from '../validation/testing.ts';
import { validatePdf } from '../validation/validate-pdf.ts';
import { bounded, damage, isLong, randomSource } from '../validation/testing-fuzz.ts';
import { signXml, testSigner } from '../xml/testing.ts';
import { anchorsOf, readSignedList, readTrustedList, signersNamedBy, TrustedListError } from './index.ts';
import { buildTrustedList } from './testing.ts';
import type { ListedStatus } from './testing.ts';

const start = new Date('2026-03-02T01:00:00Z');
const pki = await createTestPki(start);
/** Time stamps come from an authority of its own, trusted without any list. */
const clock = await createTestPki(start);
const now = later(start, days(100));

const listWith = (current: ListedStatus, past: readonly ListedStatus[] = [], type = 'CA/QC'): Buffer => buildTrustedList(pki.issuing.certificate, { current, past, type });

test('a list tells who runs it, until when it holds, and what it says of each service', () => {
  const list = readTrustedList(listWith({ status: 'granted', from: start }));
  assert.deepEqual([list.version, list.sequenceNumber, list.operator, list.territory], [5, 7, 'Trung tâm Chứng thực điện tử quốc gia', 'VN']);
  assert.deepEqual([list.issuedAt, list.nextUpdate], [new Date('2026-05-01T00:00:00Z'), new Date('2026-11-01T00:00:00Z')]);
  const [service] = list.services;
  assert.deepEqual([service?.provider, service?.name, service?.type, service?.certificates[0]?.fingerprint], ['Tổ chức A', 'Cơ quan cấp', 'CA/QC', pki.issuing.certificate.fingerprint]);
});

test('an anchor is trusted exactly while its service had a status of trust, whatever the order of the history', () => {
  const [a, b, c] = [10, 20, 30].map((day) => later(start, days(day)));
  assert.ok(a && b && c);
  const { anchors, periods } = anchorsOf(readTrustedList(listWith({ status: 'granted', from: c }, [{ status: 'undersupervision', from: a }, { status: 'withdrawn', from: b, withCertificate: false }])));
  assert.deepEqual(anchors.map((each) => each.fingerprint), [pki.issuing.certificate.fingerprint]);
  assert.deepEqual(periods.map(({ from, until }) => [from, until]), [[a, b], [c, undefined]]);
});

test('services that were never trusted, unknown statuses and other kinds of service make no anchors', () => {
  const lists = [listWith({ status: 'withdrawn', from: start }), listWith({ status: 'superb', from: start }), listWith({ status: 'granted', from: start }, [], 'Certstatus/OCSP'), listWith({ status: 'granted', from: start }, [], 'EDS/Q')];
  for (const list of lists) assert.equal(anchorsOf(readTrustedList(list)).anchors.length, 0);
  assert.equal(anchorsOf(readTrustedList(listWith({ status: 'granted', from: start }, [], 'TSA/QTST'))).anchors.length, 1);
});

test('a signature counts under the list that trusted its authority when the signature is proven to exist', () => {
  const { anchors, periods } = anchorsOf(readTrustedList(listWith({ status: 'withdrawn', from: later(start, days(50)) }, [{ status: 'granted', from: start }])));
  const validate = (pdf: Buffer) => {
    const report = validatePdf(pdf, { trustAnchors: [...anchors, clock.root.certificate], trustPeriods: periods, now, given: { crls: [...pki.crls(now), ...clock.crls(now)] } });
    return report.subIndication ?? report.indication;
  };
  const [early, late] = [later(start, days(10)), later(start, days(60))];
  const stamped = { pki: { ...pki, tsa: clock.tsa }, withTimestamp: true };
  assert.equal(validate(signTestPdf(buildPdf(), { ...stamped, at: early })), 'TOTAL-PASSED');
  assert.equal(validate(signTestPdf(buildPdf(), { pki, at: early })), 'NO_CERTIFICATE_CHAIN_FOUND_NO_POE');
  assert.equal(validate(signTestPdf(buildPdf(), { ...stamped, at: late })), 'NO_CERTIFICATE_CHAIN_FOUND');
});

test('a service that stamps times is believed about times, and names no signers', () => {
  const { anchors, periods } = anchorsOf(readTrustedList(listWith({ status: 'granted', from: start }, [], 'TSA/QTST')));
  const given = { crls: [...pki.crls(now), ...clock.crls(now)] };
  const pdf = signTestPdf(buildPdf(), { pki: { ...clock, tsa: pki.tsa }, at: later(start, days(10)), withTimestamp: true });
  const stamped = validatePdf(pdf, { trustAnchors: [...anchors, clock.root.certificate], trustPeriods: periods, now, given });
  assert.deepEqual([stamped.indication, stamped.signatures[0]?.timestamp?.indication], ['TOTAL-PASSED', 'TOTAL-PASSED']);
  const signed = validatePdf(signTestPdf(buildPdf(), { pki, at: later(start, days(10)) }), { trustAnchors: anchors, trustPeriods: periods, now, given });
  assert.equal(signed.subIndication, 'NO_CERTIFICATE_CHAIN_FOUND');
  const both = [...periods, { fingerprint: pki.issuing.certificate.fingerprint, from: start }];
  assert.equal(validatePdf(signTestPdf(buildPdf(), { pki, at: later(start, days(10)) }), { trustAnchors: anchors, trustPeriods: both, now, given }).indication, 'TOTAL-PASSED');
});

test('what is no list is refused with a reason: no XML, another kind, another version, a missing part, a DOCTYPE', () => {
  const good = listWith({ status: 'granted', from: start }).toString();
  const cases: readonly (readonly [string, string])[] = [
    ['<a>', 'trustedList.notXml'],
    ['<!DOCTYPE a [<!ENTITY b "c">]><a/>', 'trustedList.notXml'],
    ['<a/>', 'trustedList.notAList'],
    [good.replace('02231/v2#', '02231/v9#'), 'trustedList.notAList'],
    [good.replace('>5<', '>4<'), 'trustedList.notAList'],
    [good.replace(/<ServiceStatus>.*<\/ServiceStatus>/, ''), 'trustedList.incomplete'],
    [good.replace(/<StatusStartingTime>[^<]*/, '<StatusStartingTime>never'), 'trustedList.incomplete'],
  ];
  for (const [xml, code] of cases) assert.throws(() => readTrustedList(Buffer.from(xml)), (error) => error instanceof TrustedListError && error.code === code, code);
});

test('a list names the signers of other lists for a stated territory only', () => {
  const pointing = buildTrustedList(pki.issuing.certificate, { current: { status: 'granted', from: start }, pointers: [{ territory: 'LA', certificate: pki.person.certificate }] }).toString();
  assert.deepEqual(signersNamedBy(readTrustedList(Buffer.from(pointing))).map(({ territory }) => territory), ['LA']);
  assert.deepEqual(signersNamedBy(readTrustedList(Buffer.from(pointing.replace(/<AdditionalInformation>.*<\/AdditionalInformation>/, '')))), []);
});

test('a certificate that cannot be read costs only itself', () => {
  const list = readTrustedList(Buffer.from(listWith({ status: 'granted', from: start }).toString().replace('<DigitalId><X509Certificate>', '<DigitalId><X509Certificate>AAAA</X509Certificate></DigitalId><DigitalId><X509Certificate>')));
  assert.equal(anchorsOf(list).anchors.length, 1);
});

test('damaged signed lists are refused with a code, in bounded time and memory, or say exactly what was signed', () => {
  const signed = signXml(listWith({ status: 'granted', from: start }), testSigner(pki, pki.agency), { signingTime: later(start, days(70)) });
  const signers = [{ certificate: pki.agency.certificate }];
  const said = (xml: Buffer): string => JSON.stringify(anchorsOf(readSignedList(xml, { signers, now })).periods);
  const expected = said(signed);
  const random = randomSource(4409);
  for (let round = 0; round < (isLong ? 10_000 : 400); round += 1) {
    const bent = damage(signed, random);
    bounded(() => {
      try {
        assert.equal(said(bent), expected);
      } catch (error) {
        assert.ok(error instanceof TrustedListError, String(error));
      }
    }, `round ${round}`);
  }
});
