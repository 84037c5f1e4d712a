import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { systemActor } from '#kernel/actor.ts';
import { run } from '#kernel/command.ts';
import { vietnamDay } from '#kernel/time.ts';
import { createRootAuthority } from '#engines/signatures/domain/pki/authority.ts';
import { addTrustAnchor } from '#engines/signatures/index.ts';
import { issuedDocument, openOffice, type Clerk, type Office } from '../../../tests/office.ts';

type Report = { indication: string; validatedAt: string; isBeingMadeAnew: boolean };
type Earlier = { validatedAt: string; indication: string; replacedAt: string | null; reasons: { vi: string }[]; materials: { crls: number; ocsps: number; certificates: number } };
type Kept = { sha256: string; validated_at: Date };

let office: Office;
let receiver: Clerk;
let address: string;
const folder = mkdtempSync(join(tmpdir(), 'lienthong-made-anew-'));
before(async () => {
  office = await openOffice();
  Object.assign(office.house.kernel.config, { trustAnchorsDir: folder });
  const [sender, director, finance] = [await office.signIn('vanthu.snv'), await office.signIn('giamdoc.snv'), await office.agencies('Sở Tài chính')];
  receiver = await office.signIn('vanthu.stc');
  await issuedDocument(sender, director, finance);
  await office.house.drain();
  const inbox = await receiver.get<{ rows: { id: string }[] }>('/api/v1/incoming-documents');
  address = `/api/v1/incoming-documents/${inbox.body.rows[0]?.id ?? ''}/validation`;
});
after(async () => {
  await office.close();
  rmSync(folder, { recursive: true, force: true });
});

const look = async (): Promise<Report> => (await receiver.get<Report>(address)).body;
const waiting = async (): Promise<number> => (await office.house.sql(`select 1 from kernel.job where kind = 'incoming-documents.follow-verdict'`)).length;
/** The folder is read again after a minute. */
const minute = (): void => {
  office.house.clock.advance(61_000);
};
const keptReports = () =>
  office.house.sql<Kept>(
    `with all_of as (select sha256, validated_at from signatures.validation union all select sha256, validated_at from signatures.earlier_validation)
     select sha256, validated_at from all_of where sha256 = (select sha256 from signatures.validation order by validated_at desc limit 1) order by validated_at`,
  );

test('a report that a new revocation list has outdated is shown with its time while it is made anew, once; the earlier one is kept', async () => {
  const arrival = await look();
  assert.deepEqual([arrival.indication, arrival.isBeingMadeAnew, await waiting()], ['TOTAL-PASSED', false, 0]);

  const list = await fetch(`${await office.listen()}/pki/crl.crl`);
  writeFileSync(join(folder, 'noi-cap.crl'), Buffer.from(await list.arrayBuffer()));
  minute();
  const [one, other] = await Promise.all([look(), look()]);
  assert.deepEqual([one, other], [{ ...arrival, isBeingMadeAnew: true }, { ...arrival, isBeingMadeAnew: true }]);
  assert.equal(await waiting(), 1, 'started once, however often it is looked at');

  await office.house.drain();
  const anew = await look();
  assert.deepEqual([anew.indication, anew.isBeingMadeAnew, await waiting()], ['TOTAL-PASSED', false, 0]);
  assert.ok(anew.validatedAt > arrival.validatedAt);
  assert.deepEqual((await keptReports()).map(({ validated_at: at }) => at.toISOString()), [arrival, anew].map(({ validatedAt }) => new Date(validatedAt).toISOString()));
});

test('a report of another trust set is made anew in the same way', async () => {
  const before = await look();
  const { certificate } = await createRootAuthority({ organization: 'Nơi cấp mới', now: office.house.clock.now() });
  const trusted = { certificate: certificate.raw.toString('base64'), legalBasis: 'thử nghiệm', validFrom: vietnamDay(office.house.clock.now()), validTo: null };
  await run(office.house.kernel, addTrustAnchor, trusted, { actor: systemActor('test') });
  minute();
  assert.deepEqual(await look(), { ...before, isBeingMadeAnew: true });
  await office.house.drain();
  const anew = await look();
  assert.equal(anew.isBeingMadeAnew, false);
  assert.ok(anew.validatedAt > before.validatedAt);
  assert.equal((await keptReports()).length, 3);
});

test('what the report said earlier can be opened, with when and why another took its place', async () => {
  const earlier = await receiver.get<{ reports: Earlier[]; hasMore: boolean }>(`${address}/earlier`);
  assert.equal(earlier.status, 200);
  const now = await look();
  const [second, first, ...others] = earlier.body.reports;
  assert.ok(first !== undefined && second !== undefined);
  assert.deepEqual([others.length, earlier.body.hasMore], [0, false]);
  assert.deepEqual([first.replacedAt, second.replacedAt], [second.validatedAt, now.validatedAt]);
  assert.deepEqual(first.reasons.map(({ vi }) => vi), ['Có thêm danh sách thu hồi của nơi cấp chứng thư.']);
  assert.match(second.reasons.map(({ vi }) => vi).join(), /^Tin cậy thêm CA gốc/);
  assert.deepEqual([first.indication, second.indication], ['TOTAL-PASSED', 'TOTAL-PASSED']);
  assert.deepEqual(Object.keys(first.materials), ['crls', 'ocsps', 'certificates']);

  const opened = await receiver.get<Report>(`${address}?at=${encodeURIComponent(first.validatedAt)}`);
  assert.deepEqual([opened.status, opened.body.validatedAt, opened.body.isBeingMadeAnew], [200, first.validatedAt, false]);
  const never = await receiver.get<{ code: string }>(`${address}?at=2020-01-01T00:00:00.000Z`);
  assert.deepEqual([never.status, never.body.code], [404, 'incoming-documents.noReportOfThen']);
});

test('a report that could not ask an authority says so as the reason', async () => {
  await office.house.sql(`update signatures.earlier_validation set report = jsonb_set(report, '{signatures,0,subIndication}', '"TRY_LATER"')`);
  const { body } = await receiver.get<{ reports: Earlier[] }>(`${address}/earlier`);
  assert.deepEqual(body.reports.at(-1)?.reasons.map(({ vi }) => vi), ['Lúc đó chưa hỏi được nơi cấp về tình trạng thu hồi.']);
});

test('earlier reports are shown to whoever may see the document, and to nobody else', async () => {
  const stranger = await office.signIn('vanthu.snv');
  assert.deepEqual([(await stranger.get(`${address}/earlier`)).status, (await stranger.get(`${address}?at=2026-01-01T00:00:00.000Z`)).status], [404, 404]);
});
