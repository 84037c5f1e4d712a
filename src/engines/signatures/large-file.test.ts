import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { run, type CommandContext } from '#kernel/command.ts';
import { newId } from '#kernel/ids.ts';
import { openTestHouse, type TestHouse } from '#kernel/testkit.ts';
import { openBytes, storeBytes } from '#engines/files/index.ts';
import { openBase } from './base-file.ts';
import { openSigning } from './commands/open-signing.ts';
import type { Appearance } from './contract.ts';
import { listSignatures, openPdf } from './domain/pdf/reader/index.ts';
import { buildPdf } from './domain/pdf/testing.ts';
import { performSigning } from './perform-signing.ts';
import { credentialOf, openPaper, personPlace, sealOf, somebody, testModules, testPin } from './testing.ts';
import type { LargeFileOrder } from './testing/large-file-child.ts';

const megabyte = 1024 * 1024;
const isLong = process.env['LIENTHONG_LONG'] !== undefined;
const person = somebody();
let house: TestHouse;
before(async () => {
  house = await openTestHouse({ modules: testModules });
});
after(() => house.close());

/** A small file, in front of whose table as many megabytes of a picture stand as are wanted. */
async function* largePdf(megabytes: number): AsyncIterable<Buffer> {
  const small = buildPdf({ pages: 1 });
  const tableAt = small.lastIndexOf('xref\n', small.lastIndexOf('trailer'), 'latin1');
  const text = small.subarray(tableAt).toString('latin1');
  const size = Number(/\/Size (\d+)/.exec(text)?.[1]);
  const root = /\/Root (\d+ \d+ R)/.exec(text)?.[1] ?? '';
  yield small.subarray(0, tableAt);
  const head = Buffer.from(`${String(size)} 0 obj\n<</Length ${String(megabytes * megabyte)}>>\nstream\n`);
  const tail = Buffer.from('\nendstream\nendobj\n');
  yield head;
  const piece = Buffer.alloc(megabyte, 0x61);
  for (let count = 0; count < megabytes; count += 1) {
    yield piece;
    await new Promise((resolve) => setImmediate(resolve));
  }
  yield tail;
  const rows = (text.split('\ntrailer')[0]?.split('\n').slice(2) ?? []).map((row) => row.trim());
  const xrefAt = tableAt + head.length + megabytes * megabyte + tail.length;
  yield Buffer.from(`xref\n0 ${String(size + 1)}\n${[...rows, `${String(tableAt).padStart(10, '0')} 00000 n`].map((row) => `${row} \n`).join('')}trailer\n<</Size ${String(size + 1)}/Root ${root}>>\nstartxref\n${String(xrefAt)}\n%%EOF\n`);
}

async function openLarge(megabytes: number, { credentialId, appearance = personPlace, actor = person }: { credentialId: string; appearance?: Appearance; actor?: typeof person }): Promise<{ signingId: string; sha256: string }> {
  const { sha256 } = await storeBytes(house.kernel, largePdf(megabytes), { limitBytes: 1000 * megabyte });
  const order = { agencyId: actor.agencyId, subject: { type: 'paper', id: newId() }, purpose: 'papers.approval', data: {}, credentialId, baseSha256: sha256, appearance };
  return { signingId: await run(house.kernel, (ctx: CommandContext) => openSigning(ctx, order), {}, { actor }), sha256 };
}

async function resultOf(signingId: string): Promise<string> {
  const [row] = await house.sql('select result_sha256 from signatures.signing where id = $1', [signingId]);
  return String(row?.['result_sha256']);
}

async function grownMb(signingId: string, credentialId: string): Promise<number> {
  const { config, clock } = house.kernel;
  const environment = { DATABASE_URL: house.ownerUrl, DATA_DIR: config.dataDir, FILES_URL: config.filesUrl, APP_SECRET: config.appSecret, PUBLIC_URL: 'http://lienthong.test' };
  const warmUpId = await openPaper(house.kernel, person, { credentialId, pdf: buildPdf({ fillerBytes: 10_000 }) });
  const order: LargeFileOrder = { url: house.kernel.database.directUrl, environment, now: clock.now().toISOString(), actor: person, warmUpId, signingId };
  const child = spawn(process.execPath, [join(import.meta.dirname, 'testing/large-file-child.ts')], { env: { ...process.env, LARGE_FILE_ORDER: JSON.stringify(order) } });
  let output = '';
  let errors = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  const code = await new Promise((resolve) => child.on('close', resolve));
  assert.equal(code, 0, errors);
  // safe because the child prints exactly this
  return (JSON.parse(output) as { grownMb: number }).grownMb;
}

test('a large file is signed by the product without lying in memory', { timeout: 120_000 }, async (t) => {
  const megabytes = isLong ? 400 : 150;
  const credentialId = await credentialOf(house.kernel, person);
  const { signingId, sha256 } = await openLarge(megabytes, { credentialId });
  const grown = await grownMb(signingId, credentialId);
  t.diagnostic(`grown by ${grown.toFixed(0)} MB while signing ${String(megabytes)} MB`);
  // What streams leave behind until it is collected is about 60 MB, whatever the size of the file.
  assert.ok(grown < 110, `grown by ${grown.toFixed(0)} MB`);
  // The signed file is the old one, byte for byte, and something behind it.
  const hash = createHash('sha256');
  const base = await openBase(house.kernel, sha256);
  const signed = await openBase(house.kernel, await resultOf(signingId));
  try {
    // safe because a stream without an encoding gives bytes
    for await (const piece of (await openBytes(house.kernel, await resultOf(signingId), { start: 0, end: base.sizeBytes - 1 })) as AsyncIterable<Buffer>) hash.update(piece);
    assert.equal(hash.digest('hex'), sha256);
    assert.equal(listSignatures(openPdf(signed.sourceWith([]))).length, 1);
  } finally {
    await Promise.all([base.close(), signed.close()]);
  }
});

test('an act of several signatures over a large file goes on over what was appended', { timeout: 60_000 }, async () => {
  const clerk = somebody({ agencyId: person.agencyId, roles: ['clerk'] });
  const place = { page: 1, x: 320, y: 600, width: 140, height: 50 };
  const texts = [{ page: 1, text: '12', x: 100, baseline: 100, width: 40, fontSize: 13, style: 'regular' as const }];
  const { signingId } = await openLarge(20, { credentialId: await sealOf(house.kernel, clerk.agencyId), appearance: { kind: 'seal', signaturePlace: place, texts }, actor: clerk });
  await performSigning(house.kernel, { agencyId: clerk.agencyId, signingId, actor: clerk, secret: testPin });
  const signed = await openBase(house.kernel, await resultOf(signingId));
  assert.equal(listSignatures(openPdf(signed.sourceWith([]))).length, 2);
  await signed.close();
});

test('what lay on the disk while a large file was signed is taken away, also after a failure', async () => {
  const mine = (): string[] => readdirSync(tmpdir()).filter((name) => name.startsWith(`lienthong-sign-${String(process.pid)}-`));
  const credentialId = await credentialOf(house.kernel, person);
  const { signingId } = await openLarge(20, { credentialId });
  await assert.rejects(performSigning(house.kernel, { agencyId: person.agencyId, signingId, actor: person, secret: 'sai mã PIN' }), { code: 'signatures.wrongPin' });
  assert.deepEqual(mine(), []);
  await performSigning(house.kernel, { agencyId: person.agencyId, signingId, actor: person, secret: testPin });
  assert.deepEqual(mine(), []);
});
