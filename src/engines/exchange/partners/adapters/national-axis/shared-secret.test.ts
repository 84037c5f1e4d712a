import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { somebody } from '#kernel/testkit.ts';
import { openFakeNationalAxis, type FakeNationalAxis } from '../../../testing/national-axis.ts';
import { findPartner, openLine } from '../../partner-rows.ts';
import { openInstallation, type Installation } from '../../testing.ts';

const SYSTEM = 'H56.LIENTHONG';
let place: Installation;
let former: FakeNationalAxis;
let axis: FakeNationalAxis;
let url: string;
before(async () => {
  place = await openInstallation();
  const open = (secret: string) => openFakeNationalAxis({ systemId: SYSTEM, secret, serves: () => true, now: () => place.house.clock.now() });
  [former, axis] = [await open('khóa năm cũ'), await open('khóa năm mới')];
  const secrets = { secret: 'khóa năm cũ', tls: { certificate: 'giữ nguyên', key: 'giữ nguyên' } };
  const added = await place.call<{ partnerId: string }>('POST', '/api/v1/exchange/partners', { body: { protocol: 'national_axis', name: 'Trục quốc gia', address: former.address, config: { systemId: SYSTEM, answerWithinSeconds: 2 }, secrets } });
  assert.equal(added.status, 200, JSON.stringify(added.body));
  url = `/api/v1/exchange/partners/${added.body.partnerId}`;
});
after(async () => {
  await former.close();
  await axis.close();
  await place.close();
});

test('a new shared secret is kept only when the axis answers to it; the other secrets stay, and only its age is shown', async () => {
  const keys = async () => (await place.call<{ keys: { side: string; since: string | null; abilities: string[] }[] }>('GET', `${url}/keys`)).body.keys.map(({ side, since, abilities }) => [side, since, abilities]);
  const replace = (secret: string, as = place.admin) => place.call<{ code?: string }>('PUT', `${url}/shared-secret`, { body: { secret }, as });
  const works = async () => (await place.call('POST', `${url}/test`)).status;
  assert.deepEqual(await keys(), [['ours', null, ['replace']]]);
  assert.equal((await replace('khóa năm mới')).body.code, 'exchange.partnerUnreachable');
  assert.deepEqual([await works(), await keys()], [200, [['ours', null, ['replace']]]], 'what the axis does not know changes nothing');
  assert.equal((await replace('ngắn')).status, 422);
  assert.equal((await replace('khóa năm mới', somebody({ roles: ['auditor'] }))).status, 403);

  assert.equal((await place.call('PATCH', url, { body: { address: axis.address } })).status, 204);
  assert.equal(await works(), 502);
  assert.equal((await replace('khóa năm mới')).status, 204);
  assert.deepEqual([await works(), await keys()], [200, [['ours', place.house.clock.now().toISOString(), ['replace']]]]);
  const partner = await findPartner(place.house.kernel.database.pool, url.slice(-36));
  assert.ok(partner);
  assert.deepEqual(openLine(place.house.kernel, partner, AbortSignal.timeout(0)).secrets, { secret: 'khóa năm mới', tls: { certificate: 'giữ nguyên', key: 'giữ nguyên' } });
  const everything = JSON.stringify(await place.house.sql(`select (select json_agg(e) from audit.entry e) as audit, (select json_agg(i) from kernel.idempotency i) as replies`));
  assert.ok(!everything.includes('khóa năm mới'));
  assert.equal((await place.house.sql(`select 1 from audit.entry where type = 'exchange.partner-rotated'`)).length, 1);
});
