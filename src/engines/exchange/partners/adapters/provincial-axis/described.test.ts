import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { after, before, test } from 'node:test';
import { openInstallation, type Installation } from '../../testing.ts';
import { playSandbox } from './sandbox.ts';

// What openapi.json tells the makers of other systems about the provincial axis, held against what it answers.

type Schema = { $ref?: string; properties?: Record<string, Schema>; items?: Schema; anyOf?: Schema[]; type?: string };
type Operation = {
  parameters: { name: string; in: string; required: boolean; description?: string }[];
  requestBody?: { content: Record<string, { schema?: Schema }> };
  responses: Record<'200' | 'default', { content?: Record<string, { schema?: Schema }> }>;
};
const root = resolve(import.meta.dirname, '../../../../../..');
// safe because the file is generated from the routes
const described = JSON.parse(readFileSync(resolve(root, 'openapi.json'), 'utf8')) as { paths: Record<string, { post?: Operation }> };
const operations = Object.entries(described.paths).flatMap(([path, { post }]) => (path.startsWith('/v1/') && post !== undefined ? [{ call: path.slice(4), post }] : []));
const operation = (call: string): Operation => {
  const found = operations.find((each) => each.call === call);
  assert.ok(found, call);
  return found.post;
};

let place: Installation;
let access: { systemId: string; key: string; code: string };
before(async () => {
  place = await openInstallation();
  const made = await place.call<{ partnerId: string; key: { secret: string } }>('POST', '/api/v1/exchange/systems', { body: { name: 'Phần mềm Đối chiếu', systemId: 'doi-chieu', isSandbox: true, agencies: [] } });
  const { body } = await place.call<{ sandboxCode: string }>('GET', `/api/v1/exchange/systems/${made.body.partnerId}`);
  access = { systemId: 'doi-chieu', key: made.body.key.secret, code: body.sandboxCode };
});
after(() => place.close());

test('each call is described with the headers by which a system shows who it is', () => {
  assert.equal(operations.length, 9);
  for (const { call, post } of operations) {
    const headers = post.parameters.filter((each) => each.in === 'header');
    assert.deepEqual(headers.filter((each) => each.required).map((each) => each.name), ['X-SystemId', 'X-SecretKey'], call);
    for (const header of headers) assert.ok(header.description, `${call}: ${header.name}`);
    assert.equal(headers.some((each) => each.name === 'X-Message-Id'), call === 'sendEdoc', call);
  }
});

test('a packet goes out and in under the types of content that are described', () => {
  assert.deepEqual(Object.keys(operation('sendEdoc').requestBody?.content ?? {}), ['application/octet-stream', 'multipart/form-data']);
  assert.deepEqual(Object.keys(operation('getEdoc').responses['200'].content ?? {}), ['application/xml']);
});

async function ask(call: string, body: object, key = access.key): Promise<{ status: number; type: string; body: Record<string, unknown> }> {
  const reply = await fetch(`${place.address}/v1/${call}`, { method: 'POST', headers: { 'content-type': 'application/json', 'x-systemid': access.systemId, 'x-secretkey': key }, body: JSON.stringify(body) });
  const type = reply.headers.get('content-type') ?? '';
  // safe because answers in JSON are objects
  return { status: reply.status, type, body: type.includes('json') ? ((await reply.json()) as Record<string, unknown>) : {} };
}

/** Every member of an answer is described, down to the last one. */
function assertDescribed(value: unknown, schema: Schema | undefined, at: string): void {
  if (Array.isArray(value)) {
    for (const each of value) assertDescribed(each, schema?.items, `${at}[]`);
  } else if (typeof value === 'object' && value !== null) {
    for (const [name, member] of Object.entries(value)) {
      assert.ok(schema?.properties?.[name], `${at}.${name} is described`);
      assertDescribed(member, schema.properties[name], `${at}.${name}`);
    }
  }
}

test('every member of every answer is described, of the refused ones too', async () => {
  const calls: [string, object][] = [['registerAgency', { code: access.code }], ['getSigningCertificate', {}], ['getAgenciesList', {}], ['getSynchronizeUnit', { cursor: '0' }]];
  for (const [call, body] of calls) {
    const answer = await ask(call, body);
    assert.equal(answer.status, 200, call);
    assertDescribed(answer.body, operation(call).responses['200'].content?.['application/json']?.schema, call);
  }
  for (let round = 0; round < 3; round += 1) {
    place.house.clock.advance(4000);
    await playSandbox(place.house.kernel);
    await place.house.drain();
  }
  const list = await ask('getReceivedEdocList', {});
  assert.notDeepEqual(list.body['items'], []);
  assertDescribed(list.body, operation('getReceivedEdocList').responses['200'].content?.['application/json']?.schema, 'getReceivedEdocList');
  for (const { call, post } of operations) {
    const refused = await ask(call, {}, 'lt_sai');
    assert.equal(refused.status, 401, call);
    const forms = post.responses.default.content?.['application/json']?.schema?.anyOf ?? [];
    assert.equal(forms.length, 2, `${call}: the axis’ own form, and the general one for a body that is no JSON`);
    assertDescribed(refused.body, forms[0], `${call} refused`);
  }
});
