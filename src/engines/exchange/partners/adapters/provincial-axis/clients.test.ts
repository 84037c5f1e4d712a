import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { after, before, test } from 'node:test';
import { openInstallation, type Installation } from '../../testing.ts';

// The clients that integrators copy. The curl one is run by a journey; the C# one has been compiled by nobody here, so what it says to the axis is
// read out of its text and held against the contract and against the axis itself.

const root = resolve(import.meta.dirname, '../../../../../..');
const text = (path: string): string => readFileSync(resolve(root, path), 'utf8');
const csharp = text('docs/clients/Client.cs');
const code = csharp.replace(/\/\/.*$/gm, '');
const all = { csharp, typescript: text('docs/clients/client.ts'), curl: text('docs/clients/client.sh') };

type Operation = { requestBody?: { content: Record<string, { schema?: { properties?: Record<string, unknown> } }> } };
// safe because the file is generated from the routes
const contract = JSON.parse(text('openapi.json')) as { paths: Record<string, { post?: Operation }> };
const operation = (call: string): Operation => {
  const found = contract.paths[`/v1/${call}`]?.post;
  assert.ok(found, `POST /v1/${call} is in the contract`);
  return found;
};
const found = (pattern: RegExp, within = code): string[] => [...within.matchAll(pattern)].map((match) => match[1] ?? '');

let place: Installation;
before(async () => {
  place = await openInstallation();
});
after(() => place.close());

test('the C# client calls what the contract has, under its address, by POST and with its content types', () => {
  assert.match(code, /BaseAddress = new Uri\(\$"\{url\.TrimEnd\('\/'\)\}\/v1\/"\)/, 'with or without a slash at the end of the address');
  assert.deepEqual(found(/HttpMethod\.(\w+)/g), ['Post']);
  const calls = [...found(/Post\("(\w+)"/g), ...found(/Call\("(\w+)"/g, csharp)];
  assert.deepEqual(calls, ['sendEdoc', 'getEdoc', 'updateStatus']);
  for (const call of calls) operation(call);
  assert.deepEqual(found(/"(application\/[\w-]+)"/g), Object.keys(operation('sendEdoc').requestBody?.content ?? {}));
  assert.equal(found(/(JsonContent\.Create)/g).length, 2, 'the rest is JSON, with the names as they are written here');
});

test('every member that the C# client names is one of the call’s', () => {
  const members = (object: string): string[] => object.split(',').map((member) => member.trim().split(/\s*=\s*/)[0] ?? '');
  const bodies = [
    ['getEdoc', /"getEdoc", JsonContent\.Create\(new \{ ([^}]*) \}/],
    ['updateStatus', /Call\("updateStatus", new \{ ([^}]*) \}/],
  ] as const;
  for (const [call, pattern] of bodies) {
    const known = Object.keys(operation(call).requestBody?.content['application/json']?.schema?.properties ?? {});
    const named = members(pattern.exec(csharp)?.[1] ?? '');
    assert.ok(named.length > 0);
    for (const member of named) assert.ok(known.includes(member), `${call} has ${member}: ${known.join()}`);
  }
  const documented = text('docs/integration.md');
  for (const member of found(/\b(Error(?:Code|Desc|DescEn))\b/g, csharp)) assert.ok(documented.includes(`\`${member}\``), member);
});

test('all clients show who they are by the same headers, which the axis knows', async () => {
  const headers = (of: string): string[] => [...new Set([...of.matchAll(/\bX-[A-Z][A-Za-z]*(?:-[A-Z][a-z]+)*/g)].map(([name]) => name))].sort();
  assert.deepEqual(headers(all.csharp), ['X-Message-Id', 'X-SecretKey', 'X-SystemId']);
  for (const client of [all.typescript, all.curl]) assert.deepEqual(headers(client), ['X-SecretKey', 'X-SystemId']);
  const made = await place.call<{ key: { secret: string } }>('POST', '/api/v1/exchange/systems', { body: { name: 'Phần mềm C#', systemId: 'phan-mem-cs', isSandbox: true, agencies: [] } });
  assert.equal(made.status, 200, JSON.stringify(made.body));
  const [system = '', secret = ''] = found(/\{ "(X-\w+)", \w+ \}/g);
  const who = { [system]: 'phan-mem-cs', [secret]: made.body.key.secret };
  const ask = async (call: string, init: { headers: Record<string, string>; body: string }): Promise<[number, string]> => {
    const reply = await fetch(`${place.address}/v1/${call}`, { method: 'POST', ...init });
    // safe because every answer in JSON has this form
    return [reply.status, ((await reply.json()) as { ErrorCode: string }).ErrorCode];
  };
  // What JsonContent writes in its header; the axis answers as the client's error handling expects: a refusal is no 2xx.
  const json = { 'content-type': 'application/json; charset=utf-8' };
  assert.deepEqual(await ask('getAgenciesList', { headers: { ...json, ...who }, body: '{}' }), [200, '0']);
  assert.deepEqual(await ask('getAgenciesList', { headers: json, body: '{}' }), [401, '15']);
  assert.deepEqual(await ask('getEdoc', { headers: { ...json, ...who }, body: '{"docId":"x"}' }), [404, '30']);
  const packet = { 'content-type': 'application/octet-stream', 'X-Message-Id': 'thu-mot-hai-ba' };
  assert.deepEqual(await ask('sendEdoc', { headers: { ...packet, ...who }, body: 'không phải gói tin' }), [422, '22']);
  assert.deepEqual(await ask('sendEdoc', { headers: { ...packet, ...who }, body: 'một gói khác' }), [409, '32'], 'the message id names the packet');
});

test('the C# client gives back what it takes, waits as long as a large packet needs, and shows its key to nobody else', () => {
  assert.match(code, /class AxisClient\([^)]*\) : IDisposable/);
  assert.match(code, /public void Dispose\(\) => http\.Dispose\(\);/);
  const replies = found(/(\w+ \w+ reply) = await Post\(/g);
  assert.deepEqual(replies, ['using var reply', 'using var reply', 'using var reply']);
  assert.match(code, /using \(reply\) throw new AxisException/, 'a refused answer too');
  assert.match(code, /using var request = new HttpRequestMessage/);
  assert.match(code, /Timeout = TimeSpan\.FromMinutes\(5\)/);
  assert.match(all.curl, /--max-time 300/);
  assert.match(code, /AllowAutoRedirect = false/);
  assert.match(all.typescript, /redirect: 'error'/);
  assert.doesNotMatch(all.curl, /--location|\s-L\s/);
});

test('what opens in the C# text is closed', () => {
  const open: string[] = [];
  const pairs: Record<string, string> = { ')': '(', ']': '[', '}': '{' };
  // Strings and characters say nothing of the nesting; the holes of interpolated ones are balanced in themselves.
  for (const [sign] of code.replace(/\$?"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)'/g, '').matchAll(/[()[\]{}]/g)) {
    if (pairs[sign] === undefined) open.push(sign);
    else assert.equal(open.pop(), pairs[sign]);
  }
  assert.deepEqual(open, []);
});
