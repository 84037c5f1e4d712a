import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { readBytes } from '#engines/files/index.ts';
import { openTestHouse, type TestHouse } from '#kernel/testkit.ts';
import { buildPdf } from '../../domain/pdf/testing.ts';
import { readPkcs12 } from '../../domain/pki/pkcs12.ts';
import { performSigning } from '../../perform-signing.ts';
import { getCredential } from '../../queries/credentials.ts';
import { validateStored } from '../../queries/validate-stored.ts';
import { credentialOf, openPaper, somebody, testModules, testPin } from '../../testing.ts';
import { pkcs11Driver } from './pkcs11-driver.ts';
import { missingForSoftToken, softToken, type SoftToken } from './testing.ts';

const missing = missingForSoftToken();
let house: TestHouse;
let token: SoftToken;
let driver: ReturnType<typeof pkcs11Driver>;
before(async () => {
  if (missing !== undefined) return;
  token = softToken('Giam doc');
  driver = pkcs11Driver({ name: 'token', modulePath: token.modulePath });
  house = await openTestHouse({ modules: [...testModules, { name: 'tokens', contributions: { 'signatures.key-holders': [driver] } }] });
});
after(async () => {
  if (missing !== undefined) return;
  await house.close();
  await driver.close();
  rmSync(token.folder, { recursive: true, force: true });
});

const coded = (wanted: string) => (error: unknown) => {
  assert.ok(error instanceof Error && 'code' in error, String(error));
  assert.equal(error.code, wanted);
  return true;
};

/** A credential of the built-in authority whose key is on the token and nowhere else. */
async function tokenCredential(person: ReturnType<typeof somebody>, keyKind: 'rsa-2048' | 'p-256', keyId: string): Promise<string> {
  const credentialId = await credentialOf(house.kernel, person, { keyKind });
  const { container } = await getCredential(house.kernel.database.pool, { agencyId: person.agencyId, id: credentialId });
  const { privateKey } = await readPkcs12(container ?? Buffer.alloc(0), testPin);
  const pem = join(token.folder, `${keyId}.pem`);
  writeFileSync(pem, privateKey.export({ type: 'pkcs8', format: 'pem' }));
  execFileSync('softhsm2-util', ['--import', pem, '--token', 'Giam doc', '--label', keyId, '--id', keyId, '--pin', token.pin], { stdio: 'pipe' });
  await house.sql(`update signatures.credential set driver = 'token', container = $2 where id = $1`, [credentialId, Buffer.from(JSON.stringify({ keyId }))]);
  return credentialId;
}

for (const [keyKind, keyId] of [
  ['rsa-2048', 'd1'],
  ['p-256', 'd2'],
] as const) {
  test(`a PDF is signed with a ${keyKind} key on a token: a wrong PIN and a missing token leave it open, then it is signed and validates`, async (t) => {
    if (missing !== undefined) {
      t.skip(missing);
      return;
    }
    const { kernel } = house;
    const person = somebody();
    const credentialId = await tokenCredential(person, keyKind, keyId);
    await driver.close();
    const pdf = buildPdf({ fillerBytes: 20_000 });
    const signingId = await openPaper(kernel, person, { credentialId, pdf });
    const sign = (secret?: string) => performSigning(kernel, { agencyId: person.agencyId, signingId, actor: person, ...(secret === undefined ? {} : { secret }) });
    await assert.rejects(sign(), coded('signatures.pinMissing'));
    await assert.rejects(sign('000000'), coded('signatures.devicePinWrong'));
    const [folder] = readdirSync(token.tokens);
    const plugged = join(token.tokens, folder ?? '');
    renameSync(plugged, join(token.folder, 'away'));
    await assert.rejects(sign(token.pin));
    await assert.rejects(sign(token.pin), coded('signatures.deviceMissing'));
    renameSync(join(token.folder, 'away'), plugged);
    const outcome = await sign(token.pin);
    assert.ok(outcome.state === 'signed');
    const report = await validateStored(kernel, outcome.sha256);
    assert.equal(report.indication, 'TOTAL-PASSED');
    const [events] = await house.sql(`select count(*)::int as told from audit.entry where type = 'papers.paper-signed' and agency_id = $1`, [person.agencyId]);
    assert.equal(events?.['told'], 1);
    if (spawnSync('pdfsig', ['-v']).status !== 0) return;
    const file = join(token.folder, 'signed.pdf');
    writeFileSync(file, await readBytes(kernel, outcome.sha256));
    assert.match(execFileSync('pdfsig', ['-nocert', file], { encoding: 'utf8' }), /Signature is Valid/);
  });
}
