import assert from 'node:assert/strict';
import { createHash, verify } from 'node:crypto';
import { after, before, beforeEach, test } from 'node:test';
import { createIssuingAuthority, createRootAuthority, generateKey, issueCertificate, personSubject } from '../../domain/pki/authority.ts';
import { mySignDriver } from '../mysign/mysign-driver.ts';
import { testMySign, testSmartCa, type PhoneService } from './testing.ts';
import { SigningDriverError, type SignRequest, type SigningDriver } from '../signing-driver.ts';
import { smartCaDriver } from '../smartca/smartca-driver.ts';

const now = new Date('2026-11-20T02:00:00Z');
const root = await createRootAuthority({ organization: 'Tỉnh thử', now });
const issuing = await createIssuingAuthority(root, { organization: 'Tỉnh thử', now });

type Place = { user: string; container: Record<string, string> };
type Service = { name: string; service: PhoneService; driver: (changes?: { secret?: string; hashEncoding?: 'hex' | 'base64' }) => SigningDriver; place: Place };

const smartCa = (service: PhoneService): Service => ({
  name: 'VNPT SmartCA',
  service,
  driver: ({ secret = 'sp-secret', hashEncoding } = {}) => smartCaDriver({ name: 'smartca', baseUrl: service.url, spId: 'sp', spPassword: secret, hashEncoding, now: () => now }),
  place: { user: '0987654321', container: { user: '0987654321', serial: '5402' } },
});
const mySign = (service: PhoneService): Service => ({
  name: 'Viettel MySign',
  service,
  driver: ({ secret = 'client-secret', hashEncoding } = {}) => mySignDriver({ name: 'mysign', baseUrl: service.url, clientId: 'client', clientSecret: secret, profileId: 'profile', hashEncoding }),
  place: { user: 'CMT_001', container: { user: 'CMT_001', credentialID: 'MS-1' } },
});

const errorOf = (work: Promise<unknown>): Promise<SigningDriverError> =>
  work.then(
    () => assert.fail('it signed'),
    (error: unknown) => (error instanceof SigningDriverError ? error : assert.fail(String(error))),
  );

for (const [make, of, name] of [
  [testSmartCa, smartCa, 'VNPT SmartCA'],
  [testMySign, mySign, 'Viettel MySign'],
] as const) {
  for (const kind of ['rsa-2048', 'p-256'] as const) {
    const pairOf = generateKey(kind);
    let remote: Service;
    let certificate: Buffer;
    let given: (count?: number) => SignRequest;
    let holds: (request: SignRequest, signatures: readonly Buffer[]) => boolean;

    before(async () => {
      const pair = await pairOf;
      certificate = issueCertificate(issuing, { kind: 'signer', subject: personSubject({ name: 'Lê Văn Tám', organization: 'Sở' }), publicKey: pair.publicKey, now }).raw;
      remote = of(await make({ key: pair.privateKey, certificate, chain: [issuing.certificate.raw] }));
      given = (count = 1) => {
        const items = Array.from({ length: count }, () => {
          const attributes = Buffer.from(`thuộc tính ${String(Math.random())}`);
          const digest = createHash('sha256').update(attributes).digest();
          remote.service.knows(attributes, digest);
          return { attributes, digest };
        });
        const credential = { credentialId: 'c', certificate, chain: [], container: Buffer.from(JSON.stringify(remote.place.container)) };
        return { credential, secret: undefined, hash: 'sha256', items, description: 'Ký văn bản số 07/QĐ-SNV, Đề án', transactionId: crypto.randomUUID() };
      };
      holds = ({ items }, signatures) => signatures.length === items.length && items.every(({ attributes }, index) => verify('sha256', attributes, pair.publicKey, signatures[index] ?? Buffer.alloc(0)));
    });
    after(() => remote.service.close());
    beforeEach(() => {
      remote.service.phone = 'waits';
      remote.service.dialect = { success: 200, signatures: 'base64' };
      remote.service.asked.length = 0;
    });

    test(`${name}, ${kind}: pending until the person confirms on the phone, then signed, in the order that was asked`, async () => {
      const driver = remote.driver();
      const request = given(3);
      const first = await driver.sign(request);
      assert.ok(first.state === 'pending');
      const still = await driver.poll({ ...request, reference: first.reference });
      assert.deepEqual(still, first);
      remote.service.phone = 'confirms';
      const done = await driver.poll({ ...request, reference: first.reference });
      assert.ok(done.state === 'signed' && holds(request, done.signatures));
      const again = await driver.poll({ ...request, reference: first.reference });
      assert.ok(again.state === 'signed' && holds(request, again.signatures), 'asked twice, the same answer');
    });

    test(`${name}, ${kind}: where the descriptions of the interface differ, each variant is understood`, async () => {
      remote.service.phone = 'confirms';
      for (const success of [0, 200] as const) {
        for (const signatures of ['hex', 'base64', 'base64 in lines'] as const) {
          for (const hashEncoding of ['hex', 'base64'] as const) {
            remote.service.dialect = { success, signatures };
            const driver = remote.driver({ hashEncoding });
            const request = given(2);
            const first = await driver.sign(request);
            assert.ok(first.state === 'pending');
            const done = await driver.poll({ ...request, reference: first.reference });
            assert.ok(done.state === 'signed' && holds(request, done.signatures), `${String(success)} ${signatures} ${hashEncoding}`);
          }
        }
      }
    });

    test(`${name}, ${kind}: a refusal and the end of the time are told apart`, async () => {
      const driver = remote.driver();
      for (const [phone, problem] of [['refuses', 'refused'], ['lets it expire', 'timedOut']] as const) {
        remote.service.phone = 'waits';
        const request = given();
        const first = await driver.sign(request);
        assert.ok(first.state === 'pending');
        remote.service.phone = phone;
        assert.equal((await errorOf(driver.poll({ ...request, reference: first.reference }))).problem, problem);
      }
    });

    test(`${name}, ${kind}: the certificates of a person are listed with their chain and the place of their key`, async () => {
      const [listed, ...more] = await remote.driver().listCertificates({ user: remote.place.user });
      assert.equal(more.length, 0);
      assert.ok(listed?.certificate.equals(certificate) === true && listed.isUsable);
      assert.ok(listed.chain[0]?.equals(issuing.certificate.raw) === true);
      assert.deepEqual(JSON.parse(listed.container?.toString('utf8') ?? ''), remote.place.container);
      assert.deepEqual(await remote.driver().listCertificates({}), []);
    });

    test(`${name}, ${kind}: a wrong account of ours and an unknown person are told apart, and no secret stands in the message`, async () => {
      const wrong = await errorOf(remote.driver({ secret: 'not the secret' }).sign(given()));
      assert.equal(wrong.problem, 'accountRefused');
      assert.ok(!wrong.message.includes('not the secret'));
      assert.equal((await errorOf(remote.driver().listCertificates({ user: 'nobody' }))).problem, 'keyMissing');
    });

    test(`${name}, ${kind}: an answer that is lost on the way is uncertain, since the person may be asked already`, async () => {
      const driver = remote.driver();
      await driver.listCertificates({ user: remote.place.user });
      remote.service.dropAnswerOf = name === 'VNPT SmartCA' ? '/signatures/sign' : '/signHash';
      const lost = await errorOf(driver.sign(given()));
      assert.deepEqual([lost.problem, lost.isUncertain], ['unavailable', true]);
    });
  }
}

test('SmartCA is asked after a transaction that may have been sent, and gets it once', async () => {
  const pair = await generateKey('p-256');
  const { raw } = issueCertificate(issuing, { kind: 'signer', subject: personSubject({ name: 'Lê Văn Tám', organization: 'Sở' }), publicKey: pair.publicKey, now });
  const service = await testSmartCa({ key: pair.privateKey, certificate: raw, chain: [] });
  try {
    const { driver, place } = smartCa(service);
    const digest = createHash('sha256').update('x').digest();
    service.knows(Buffer.from('x'), digest);
    const credential = { credentialId: 'c', certificate: raw, chain: [], container: Buffer.from(JSON.stringify(place.container)) };
    const request: SignRequest = { credential, secret: undefined, hash: 'sha256', items: [{ attributes: Buffer.from('x'), digest }], description: 'Ký', transactionId: 'a-transaction' };
    const sent = await driver().sign({ ...request, isRepeat: true });
    assert.equal(sent.state, 'pending', 'what never arrived is sent');
    const repeated = await driver().sign({ ...request, isRepeat: true });
    assert.equal(repeated.state, 'pending');
    service.phone = 'confirms';
    assert.equal((await driver().sign({ ...request, isRepeat: true })).state, 'signed');
    assert.equal(service.transactions(), 1);
    assert.equal(service.asked.filter(({ path }) => path.endsWith('/signatures/sign')).length, 1);
  } finally {
    await service.close();
  }
});

test('MySign’s token is kept for its person, and replaced once when the service forgot it', async () => {
  const pair = await generateKey('p-256');
  const { raw } = issueCertificate(issuing, { kind: 'signer', subject: personSubject({ name: 'Lê Văn Tám', organization: 'Sở' }), publicKey: pair.publicKey, now });
  const service = await testMySign({ key: pair.privateKey, certificate: raw, chain: [] });
  try {
    const driver = mySign(service).driver();
    await driver.listCertificates({ user: 'CMT_001' });
    await driver.listCertificates({ user: 'CMT_001' });
    assert.equal(service.asked.filter(({ path }) => path.endsWith('/login')).length, 1);
    service.forgetTokens();
    assert.equal((await driver.listCertificates({ user: 'CMT_001' })).length, 1);
    assert.equal(service.asked.filter(({ path }) => path.endsWith('/login')).length, 2);
  } finally {
    await service.close();
  }
});
