import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Id } from '#kernel/ids.ts';
import { openTestHouse, type TestHouse } from '#kernel/testkit.ts';
import { storeBytes } from '#engines/files/index.ts';
import { buildPdf } from '#engines/signatures/domain/pdf/testing.ts';
import { testModules } from '#engines/signatures/testing.ts';
import type { SendEnvelope } from '../commands/send-envelope.ts';
import type { FileInspection } from '../inspection.ts';
import { aSentLetter, anAgency, exchangeHouse } from '../testing.ts';

let house: TestHouse;
let sender: Id<'agency'>;
let commune: Id<'agency'>;
before(async () => {
  house = await openTestHouse({ modules: [...new Set([...exchangeHouse, ...testModules])] });
  sender = await anAgency(house.kernel, 'Sở Nội vụ');
  commune = await anAgency(house.kernel, 'UBND xã Hoằng Hóa');
});
after(() => house.close());

type StoredFile = SendEnvelope['files'][number];

async function stored(pdf: Buffer): Promise<StoredFile> {
  return { ...(await storeBytes(house.kernel, pdf, { limitBytes: 1_000_000 })), name: 'van-ban.pdf', mediaType: 'application/pdf', role: 'main' };
}

/** As a disk or a person does it: the same name and size, other bytes. */
function changeStored({ sha256 }: StoredFile, pdf: Buffer): void {
  const changed = Buffer.from(pdf.toString('latin1').replace('/Count', '/Conut'), 'latin1');
  assert.notDeepEqual(changed, pdf);
  writeFileSync(join(house.kernel.config.filesUrl, sha256.slice(0, 2), sha256.slice(2, 4), sha256), changed);
}

async function inspectionAfterSending(file: StoredFile): Promise<FileInspection | undefined> {
  const { envelopeId } = await aSentLetter(house.kernel, { from: sender, to: [commune], files: [file] });
  await house.drain();
  const [row] = await house.sql<{ inspection: FileInspection[] }>('select inspection from exchange.envelope where id = $1', [envelopeId]);
  return row?.inspection[0];
}

const reportsOf = async ({ sha256 }: StoredFile): Promise<number> => (await house.sql('select 1 from signatures.validation where sha256 = $1', [sha256])).length;

test('a stored file that was changed is found out before it leaves, and nothing is said of its signatures', async () => {
  const pdf = buildPdf({ pages: 2 });
  const file = await stored(pdf);
  changeStored(file, pdf);
  const found = await inspectionAfterSending(file);
  assert.deepEqual([found?.isPresent, found?.hashMatches, found?.indication], [true, false, 'UNSIGNED']);
  assert.equal(await reportsOf(file), 0, 'what was read was another file');
});

test('one that was changed after its report was made is found out as well', async () => {
  const pdf = buildPdf({ pages: 3 });
  const file = await stored(pdf);
  assert.equal((await inspectionAfterSending(file))?.hashMatches, true);
  assert.equal(await reportsOf(file), 1);
  changeStored(file, pdf);
  assert.equal((await inspectionAfterSending(file))?.hashMatches, false);
});
