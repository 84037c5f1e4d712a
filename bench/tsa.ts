/**
 * How fast the time stamping authority answers (RFC 3161, P-256: the request's bytes in, the response's bytes out, in the process), against
 * the limit 1 / (one raw signature + the hashes that a token cannot do without), all in one run.
 */
import { createHash, hash, randomBytes, sign } from 'node:crypto';
import { int } from '#engines/signatures/domain/asn1/der.ts';
import {
  createIssuingAuthority,
  createRootAuthority,
  createTimestampAuthority,
  generateKey,
  issueCertificate,
  serviceSubject,
  writeTimestampRequest,
} from '#engines/signatures/domain/pki/index.ts';
import { compare, print } from './house/cpu-rate.ts';

const rounds = 11;
/** As many as differ, so that nothing is answered from what was kept. */
const requestCount = 512;

/** Measures, prints a table and then one JSON line. */
export async function run(): Promise<void> {
  const now = new Date();
  const organization = 'Đo tốc độ';
  const root = await createRootAuthority({ organization, now });
  const issuing = await createIssuingAuthority(root, { organization, now });
  const { publicKey, privateKey } = await generateKey('p-256');
  const certificate = issueCertificate(issuing, { kind: 'timestamp', subject: serviceSubject(organization, 'Máy chủ cấp dấu thời gian'), publicKey, now });
  const authority = createTimestampAuthority({ certificate, privateKey, chain: [issuing.certificate] });
  const requests = Array.from({ length: requestCount }, () =>
    writeTimestampRequest({ hash: 'sha256', digest: createHash('sha256').update(randomBytes(64)).digest(), nonce: int(randomBytes(8)) }),
  );
  // What is signed and what is hashed in a token: the signed attributes, and the token's own content.
  const attributes = randomBytes(220);
  const content = randomBytes(140);
  let turn = 0;
  const answer = (): Buffer => authority.respond(requests[(turn += 1) % requestCount] ?? Buffer.alloc(0), new Date());
  const limit = (): void => {
    hash('sha256', content, 'buffer');
    sign('sha256', attributes, privateKey);
  };
  const result = await compare('tsa', { measured: answer, reference: limit, rounds, unit: 'tokens/cpu-s' });
  print('tsa', `RFC 3161 tokens with certificates, P-256, ${process.version}`, [result]);
}
