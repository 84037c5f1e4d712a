import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SoftToken } from '#engines/signatures/adapters/pkcs11/testing.ts';
import { readPkcs12 } from '#engines/signatures/domain/pki/pkcs12.ts';
import { PIN, type SigningHouse } from '../testing.ts';

export type KeyOnToken = { token: SoftToken; label: string; /** The name of the key holder. */ driver: string; keyKind: 'rsa-2048' | 'p-256'; /** Hexadecimal. */ keyId: string };

/** A credential of the director whose key is on the token and nowhere else. */
export async function issueOnToken(house: SigningHouse, { token, label, driver, keyKind, keyId }: KeyOnToken): Promise<string> {
  const credentialId = await house.issue(house.director, keyKind);
  const [row] = await house.sql<{ container: Buffer }>('select container from signatures.credential where id = $1', [credentialId]);
  const { privateKey } = await readPkcs12(row?.container ?? Buffer.alloc(0), PIN);
  const pem = join(token.folder, `${keyId}.pem`);
  writeFileSync(pem, privateKey.export({ type: 'pkcs8', format: 'pem' }));
  execFileSync('softhsm2-util', ['--import', pem, '--token', label, '--label', keyId, '--id', keyId, '--pin', token.pin], { stdio: 'pipe' });
  await house.sql('update signatures.credential set driver = $3, container = $2 where id = $1', [credentialId, Buffer.from(JSON.stringify({ keyId })), driver]);
  return credentialId;
}
