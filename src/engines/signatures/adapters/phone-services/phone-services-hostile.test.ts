/** A service, or what stands before it, that answers with something else. */
import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { createRootAuthority, generateKey, issueCertificate, personSubject } from '../../domain/pki/authority.ts';
import { mySignDriver } from '../mysign/mysign-driver.ts';
import { SigningDriverError, type SigningDriver, type SignRequest } from '../signing-driver.ts';
import { smartCaDriver } from '../smartca/smartca-driver.ts';

const now = new Date('2026-03-02T01:00:00Z');
const root = await createRootAuthority({ organization: 'Tỉnh thử', now });
const { publicKey } = await generateKey('rsa-2048');
const certificate = issueCertificate(root, { kind: 'signer', subject: personSubject({ name: 'Lê Văn Tám', organization: 'Sở' }), publicKey, now }).raw;

const bodies = {
  'a page that says maintenance': '<html>Đang bảo trì</html>',
  'a list': '[]',
  null: 'null',
  nothing: '',
  'brackets without end': '['.repeat(100_000),
  'fields of other kinds': '{"status_code":"NaN","__proto__":{"status_code":200},"status":{},"signatures":{"a":1}}',
  'more than anybody needs': `"${'x'.repeat(5_000_000)}"`,
} as const;

let server: Server;
let body: string;
let smartCa: SigningDriver;
let mySign: SigningDriver;

before(async () => {
  server = createServer((request, reply) => {
    request.resume().on('end', () => reply.end(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // safe because a TCP server has such an address
  const baseUrl = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  smartCa = smartCaDriver({ name: 'smartca', baseUrl, spId: 'sp', spPassword: 'p', now: () => now });
  mySign = mySignDriver({ name: 'mysign', baseUrl, clientId: 'c', clientSecret: 's', profileId: 'p' });
});
after(() => {
  server.closeAllConnections();
  server.close();
});

const request = (place: object): SignRequest => ({
  credential: { credentialId: 'c', certificate, chain: [], container: Buffer.from(JSON.stringify(place)) },
  secret: undefined,
  hash: 'sha256',
  items: [{ attributes: Buffer.from('x'), digest: Buffer.alloc(32) }],
  description: 'Ký',
  transactionId: 't',
});
const errorOf = (work: Promise<unknown>): Promise<SigningDriverError> =>
  work.then(
    () => assert.fail('it was believed'),
    (error: unknown) => (error instanceof SigningDriverError ? error : assert.fail(String(error))),
  );

for (const [what, text] of Object.entries(bodies)) {
  test(`instead of an answer, ${what}: away for now, which is neither our account’s fault nor the end of a request`, async () => {
    body = text;
    for (const [driver, place] of [[smartCa, { user: 'u', serial: '1' }], [mySign, { user: 'u', credentialID: 'x' }]] as const) {
      assert.equal((await errorOf(driver.listCertificates({ user: 'u' }))).problem, 'unavailable', driver.name);
      assert.equal((await errorOf(driver.sign(request(place)))).problem, 'unavailable', driver.name);
      assert.equal((await errorOf(driver.poll({ ...request(place), reference: 'r' }))).problem, 'unavailable', driver.name);
    }
    assert.equal((await errorOf(smartCa.sign(request({ user: 'u', serial: '1' })))).isUncertain, true, 'the person may be asked already: it is asked after under the same transaction');
  });
}
