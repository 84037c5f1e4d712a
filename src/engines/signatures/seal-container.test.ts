import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openTestHouse, type TestHouse } from '#kernel/testkit.ts';
import { hasOracle, runOracle, toPem } from './domain/pdf/testing-signer.ts';
import { validateBytes } from './queries/validate-stored.ts';
import { readContainer } from './read-container.ts';
import { sealedContainer } from './seal-container.ts';
import { signaturesModule } from './index.ts';
import { testModules } from './testing.ts';

let house: TestHouse;
before(async () => {
  house = await openTestHouse({ modules: testModules });
});
after(() => house.close());

async function sealed(): Promise<Buffer> {
  const read = async function* (): AsyncIterable<Buffer> {
    yield await Promise.resolve(Buffer.from('Biên bản'));
  };
  const pieces: Buffer[] = [];
  for await (const piece of await sealedContainer(house.kernel, { files: [{ name: 'bien-ban.txt', mimeType: 'text/plain', read }], modifiedAt: house.clock.now() })) pieces.push(piece);
  return Buffer.concat(pieces);
}

const judged = async (bytes: Buffer) => {
  const { indication, signatures } = await validateBytes(house.kernel, bytes);
  return { verdict: [indication, signatures[0]?.level, signatures[0]?.problems.map(({ code }) => code)], problems: JSON.stringify(signatures[0]?.problems) };
};

test('a sealed container is CAdES B-LTA, and holds after its seal was revoked', async () => {
  const container = await sealed();
  const today = await judged(container);
  assert.deepEqual(today.verdict, ['TOTAL-PASSED', 'B-LTA', []], today.problems);
  house.clock.advance(700 * 86_400_000);
  const revokedAt = house.clock.now();
  await house.sql(`update signatures.issued_certificate set state = 'revoked', revoked_at = $1, reason = 'superseded' where credential_id = (select id from signatures.credential where label like 'Báo cáo kiểm tra%')`, [revokedAt]);
  house.clock.advance(86_400_000);
  for (const schedule of signaturesModule.schedules ?? []) await schedule.run(house.kernel);
  const later = await judged(container);
  assert.deepEqual(later.verdict.slice(0, 2), ['TOTAL-PASSED', 'B-LTA'], later.problems);
});

test('openssl accepts the archived seal over the manifest as CAdES', async (t) => {
  if (!hasOracle(t, 'openssl')) return;
  const { members } = (await readContainer(await sealed())) ?? assert.fail('no container');
  const [root] = await house.sql<{ certificate: Buffer }>(`select certificate from signatures.authority_key where role = 'root'`);
  const part = (name: string): Buffer => members.find((member) => member.name === name)?.content ?? assert.fail(name);
  const args = ['cms', '-verify', '-cades', '-binary', '-inform', 'DER', '-in', 's.p7s', '-content', 'm.xml', '-CAfile', 'root.pem', '-purpose', 'any', '-no_check_time', '-out', 'x'];
  const manifest = part('META-INF/ASiCManifest.xml');
  const { read } = runOracle('openssl', args, { 's.p7s': part('META-INF/signature.p7s'), 'm.xml': manifest, 'root.pem': toPem(root?.certificate ?? Buffer.alloc(0)) });
  assert.ok(read('x').equals(manifest));
});
