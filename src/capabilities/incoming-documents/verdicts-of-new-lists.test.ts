import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { systemActor } from '#kernel/actor.ts';
import { run } from '#kernel/command.ts';
import { vietnamDay } from '#kernel/time.ts';
import { createTestPki, days, hours, later, signTestPdf, type TestPki } from '#engines/signatures/domain/validation/testing.ts';
import { addTrustAnchor, trustVersion } from '#engines/signatures/index.ts';
import { issuedDocument, letter, openOffice, type Clerk, type Office } from '../../../tests/office.ts';
import { openRound } from './commands/follow-trust.ts';

let office: Office;
let sender: Clerk;
let director: Clerk;
let one: TestPki;
let other: TestPki;
let silent: TestPki;
const folder = mkdtempSync(join(tmpdir(), 'lienthong-lists-'));
const actor = systemActor('test');
before(async () => {
  office = await openOffice();
  Object.assign(office.house.kernel.config, { trustAnchorsDir: folder });
  const start = later(office.house.clock.now(), -days(30));
  [one, other, silent] = [await createTestPki(start, 'Nơi cấp một'), await createTestPki(start, 'Nơi cấp hai'), await createTestPki(start, 'Nơi cấp chưa trả lời')];
  sender = await office.signIn('vanthu.snv');
  director = await office.signIn('giamdoc.snv');
  for (const pki of [one, other, silent]) {
    const trusted = { certificate: pki.root.certificate.raw.toString('base64'), legalBasis: 'thử nghiệm', validFrom: vietnamDay(later(start, days(1))), validTo: null };
    await run(office.house.kernel, addTrustAnchor, trusted, { actor });
  }
  putLists(one, 'mot');
  putLists(other, 'hai');
  await arrive('một', one);
  await arrive('một, người khác', one, one.agency);
  await arrive('hai', other);
  await arrive('chờ', silent);
  await turn();
});
after(async () => {
  await office.close();
  rmSync(folder, { recursive: true, force: true });
});

/** A letter that somebody of an authority has signed goes its whole way. */
async function arrive(summary: string, pki: TestPki, holder = pki.person): Promise<void> {
  const bytes = signTestPdf(letter, { pki, holder, at: later(office.house.clock.now(), -hours(2)), withTimestamp: true });
  await issuedDocument(sender, director, await office.agencies('Sở Tài chính'), { mainUploadId: await sender.upload(bytes), summary });
  await office.house.drain();
}

/** The revocation lists of an authority come into the folder, as they are now. */
function putLists(pki: TestPki, name: string, revoked?: Parameters<TestPki['crls']>[1]): void {
  pki.crls(office.house.clock.now(), revoked).forEach((list, index) => {
    writeFileSync(join(folder, `${name}-${String(index)}.crl`), list);
  });
}

/** The next turn of what is done now and then; nobody opens a document. */
async function turn(): Promise<void> {
  office.house.clock.advance(61_000);
  await office.house.drain();
}

async function verdicts(): Promise<Record<string, string>> {
  const rows = await office.house.sql<{ summary: string; verdict: string }>('select summary, verdict from incoming_documents.document');
  return Object.fromEntries(rows.map(({ summary, verdict }) => [summary, verdict]));
}

/** How many reports were made since an instant. */
const madeSince = async (at: Date): Promise<number> => (await office.house.sql('select 1 from signatures.validation where validated_at > $1', [at])).length;
const recorded = async (): Promise<unknown[]> => (await office.house.sql<{ data: unknown }>(`select data from audit.entry where type = 'incoming-documents.verdicts-updated' order by at`)).map(({ data }) => data);
const revocation = (pki: TestPki) => [{ serial: pki.person.certificate.serial, revokedAt: later(office.house.clock.now(), -days(1)), reason: 'keyCompromise' as const }];

test('a list by which a signer’s certificate is revoked has the documents of that signer judged again, and no others', async () => {
  assert.deepEqual(await verdicts(), { một: 'TOTAL-PASSED', 'một, người khác': 'TOTAL-PASSED', hai: 'TOTAL-PASSED', chờ: 'INDETERMINATE' });
  const [before, at] = [await recorded(), office.house.clock.now()];
  putLists(one, 'mot', revocation(one));
  await turn();
  const now = await verdicts();
  assert.notEqual(now['một'], 'TOTAL-PASSED');
  assert.deepEqual([now['một, người khác'], now['hai'], now['chờ']], ['TOTAL-PASSED', 'TOTAL-PASSED', 'INDETERMINATE']);
  assert.deepEqual([await madeSince(at), (await recorded()).slice(before.length)], [1, [{ judged: 1, changed: 1 }]]);
});

test('a newer list that says the same of all signers has nothing judged again', async () => {
  const [before, at] = [await recorded(), office.house.clock.now()];
  office.house.clock.advance(60_000);
  putLists(one, 'mot', revocation(one));
  putLists(other, 'hai');
  await turn();
  assert.deepEqual([await madeSince(at), await recorded()], [0, before]);
});

test('a verdict that waited for an authority’s word is looked at again as soon as its list is there', async () => {
  const at = office.house.clock.now();
  putLists(silent, 'cho');
  await turn();
  assert.equal((await verdicts())['chờ'], 'TOTAL-PASSED');
  assert.equal(await madeSince(at), 1);
  await turn();
  assert.equal(await madeSince(at), 1, 'once for a list');
});

test('a list that comes in the middle of a round lets that end, and what it passed already is looked at in the next', async () => {
  const { kernel } = office.house;
  await office.house.sql('update incoming_documents.verdict_round set stage = $1, ended_at = null, after_agency_id = gen_random_uuid(), after_document_id = gen_random_uuid()', ['others']);
  putLists(other, 'hai', revocation(other));
  office.house.clock.advance(61_000);
  const begun = await run(kernel, openRound, { version: await trustVersion(kernel) }, { actor });
  assert.deepEqual([begun.stage, begun.after_document_id !== null], ['others', true]);
  await turn();
  await turn();
  assert.notEqual((await verdicts())['hai'], 'TOTAL-PASSED');
  assert.deepEqual(await office.house.sql('select trust_version as version, ended_at is not null as ended from incoming_documents.verdict_round'), [{ version: await trustVersion(kernel), ended: true }]);
});
