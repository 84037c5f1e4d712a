import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { openTestHouse, TEST_NOW } from '#kernel/testkit.ts';
import { storeBytes } from '#engines/files/index.ts';
import { buildPdf } from './domain/pdf/testing.ts';
import { createTestPki, days, hours, later, signTestPdf, type TestPki } from './domain/validation/testing.ts';
import { validateStored, validateTogether, validationOf } from './queries/validate-stored.ts';
import { testModules } from './testing.ts';

const start = new Date(TEST_NOW);
const signedAt = later(start, -hours(2));
const [pki, other] = [await createTestPki(later(start, -days(30)), 'Nơi cấp một'), await createTestPki(later(start, -days(30)), 'Nơi cấp hai')];
const folder = mkdtempSync(join(tmpdir(), 'lienthong-new-lists-'));
const put = (name: string, content: Buffer | undefined): void => {
  writeFileSync(join(folder, name), content ?? Buffer.alloc(0));
};
put('mot.crt', pki.root.certificate.raw);
put('hai.crt', other.root.certificate.raw);
for (const [name, authority] of [['mot', pki], ['hai', other]] as const) put(`${name}-goc.crl`, authority.crls(start)[0]);
put('hai.crl', other.crls(start)[1]);
const house = await openTestHouse({ modules: testModules, config: { trustAnchorsDir: folder } });
const { kernel } = house;
after(async () => {
  await house.close();
  rmSync(folder, { recursive: true, force: true });
});

const signed = async (by: TestPki): Promise<string> => (await storeBytes(kernel, signTestPdf(buildPdf(), { pki: by, at: signedAt, withTimestamp: true }), { limitBytes: 1_000_000 })).sha256;
const revokedBefore = [{ serial: pki.person.certificate.serial, revokedAt: later(signedAt, -hours(1)), reason: 'keyCompromise' as const }];
/** The folder is read again after a minute. */
const minute = (): void => {
  house.clock.advance(61_000);
};

test('a revocation list that comes later makes the reports of its authority anew, at once, and no others', async () => {
  const [one, two] = [await signed(pki), await signed(other)];
  const without = await validateStored(kernel, one);
  assert.deepEqual([without.indication, without.signatures[0]?.subIndication], ['INDETERMINATE', 'TRY_LATER']);
  const untouched = await validateStored(kernel, two);
  assert.equal(untouched.indication, 'TOTAL-PASSED', JSON.stringify(untouched.signatures[0]?.problems));

  put('mot.crl', pki.crls(start)[1]);
  minute();
  const good = await validateStored(kernel, one);
  assert.equal(good.indication, 'TOTAL-PASSED', JSON.stringify(good.signatures[0]?.problems));
  minute();
  assert.equal((await validateStored(kernel, one)).validatedAt, good.validatedAt, 'nothing has come since');

  put('mot-moi.crl', pki.crls(kernel.clock.now(), revokedBefore)[1]);
  minute();
  const revoked = await validateStored(kernel, one);
  assert.deepEqual([revoked.indication === 'TOTAL-PASSED', revoked.signatures[0]?.validityAtSigning, revoked.signatures[0]?.revocation.status], [false, 'revoked', 'revoked']);
  assert.equal((await validationOf(kernel.database.pool, one))?.validatedAt, revoked.validatedAt, 'and is what is kept now');
  assert.equal((await validateStored(kernel, two)).validatedAt, untouched.validatedAt, 'the other authority said nothing new');

  rmSync(join(folder, 'mot-moi.crl'));
  minute();
  assert.equal((await validateStored(kernel, one)).validatedAt, revoked.validatedAt, 'what a list said is not unsaid by its being gone');
});

test('what is kept is looked up for all files of an arrival in one question, with or without lists', async () => {
  const together = [await signed(pki), await signed(other)];
  const asked: string[] = [];
  const { pool } = kernel.database;
  const query = pool.query.bind(pool);
  const spy = (...args: unknown[]): unknown => {
    asked.push(String(args[0]));
    // safe because the call is passed on as it came
    return (query as (...all: unknown[]) => unknown)(...args);
  };
  // safe because it does what the pool's own does
  pool.query = spy as typeof pool.query;
  try {
    await validateTogether(kernel, together);
  } finally {
    pool.query = query;
  }
  assert.equal(asked.filter((text) => text.includes('signatures.validation')).length, 1);
});
