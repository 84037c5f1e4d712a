import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { ConfigError } from '#kernel/config.ts';
import { readSigningServices, type SigningServices } from './signing-services.ts';

const folder = mkdtempSync(join(tmpdir(), 'services-'));
after(() => rmSync(folder, { recursive: true }));

function readAll(content: unknown): SigningServices {
  const path = join(folder, 'services.json');
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return readSigningServices(path, { now: () => new Date('2026-11-20T02:00:00Z') });
}

const read = (content: unknown): string[] => readAll(content).drivers.map((driver) => driver.name);

const problemOf = (content: unknown): string => {
  try {
    read(content);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  return assert.fail('it was accepted');
};

const smartCa = { name: 'smartca', kind: 'smartca', baseUrl: 'https://gwsca.vnpt.vn', spId: 'sp', spPassword: 'mật khẩu' };

test('one of each kind is read, with secrets in the file or in files of their own', () => {
  writeFileSync(join(folder, 'pin'), '1234\n');
  const names = read([
    { name: 'hsm', kind: 'pkcs11', modulePath: '/usr/lib/hsm.so', tokenLabel: 'Van thu', pin: { file: join(folder, 'pin') }, sessions: 4 },
    { name: 'token', kind: 'pkcs11', modulePath: '/usr/lib/token.so' },
    smartCa,
    { name: 'mysign', kind: 'mysign', baseUrl: 'https://remotesigning.viettel.vn', clientId: 'c', clientSecret: 's', profileId: 'p', hashEncoding: 'hex' },
    { name: 'csc-one', kind: 'csc', version: 1, baseUrl: 'https://sign.example/csc/v1', access: { kind: 'login', user: 'u', password: 'p' } },
    { name: 'csc-two', kind: 'csc', version: 2, baseUrl: 'http://127.0.0.1:9/csc/v2', isAsynchronous: true, access: { kind: 'client-credentials', oauth2Url: 'https://sign.example/oauth2', clientId: 'c', clientSecret: 's' } },
  ]);
  assert.deepEqual(names, ['hsm', 'token', 'smartca', 'mysign', 'csc-one', 'csc-two']);
});

test('a wrong file says what is wrong in both languages, and never repeats a password', () => {
  assert.match(problemOf([{ ...smartCa, baseUrl: 'http://gwsca.vnpt.vn' }]), /SIGNING_SERVICES.*0\.baseUrl: must begin with https/);
  assert.match(problemOf([smartCa, smartCa]), /same name/);
  assert.match(problemOf([{ ...smartCa, name: 'pkcs12' }]), /0\.name/);
  assert.match(problemOf([{ ...smartCa, spPassword: { file: join(folder, 'missing') } }]), /no such file/);
  assert.match(problemOf([{ ...smartCa, kind: 'other' }]), /0\.kind/);
  const broken = problemOf(`[{"spPassword": "rất bí mật"`);
  assert.match(broken, /not JSON/);
  assert.ok(!broken.includes('bí mật'));
});

test('each says what it is called and what a person has to type, and whether everybody has to consent with it first', () => {
  const csc = { kind: 'csc', version: 2, baseUrl: 'https://sign.example/csc/v2' };
  const { drivers, pluginLicense } = readAll([
    { name: 'hsm', label: 'HSM của Sở', kind: 'pkcs11', modulePath: '/usr/lib/hsm.so', pin: '1234' },
    { name: 'token', kind: 'pkcs11', modulePath: '/usr/lib/token.so' },
    smartCa,
    { ...csc, name: 'csc', access: { kind: 'login', user: 'u', password: 'p' } },
    { ...csc, name: 'consent', access: { kind: 'authorization-code', oauth2Url: 'https://sign.example/oauth2', clientId: 'c', redirectUri: 'https://here.example/back' } },
  ]);
  assert.deepEqual(drivers.map(({ name, about, secretToSign }) => [name, about?.label, about?.account, about?.consent, secretToSign]), [
    ['hsm', 'HSM của Sở', 'none', false, 'none'],
    ['token', null, 'none', false, 'required'],
    ['smartca', null, 'required', false, 'none'],
    ['csc', null, 'optional', false, 'optional'],
    ['consent', null, 'none', true, 'optional'],
  ]);
  assert.equal(pluginLicense, null);
});

test('the licence of the plugin on people’s computers is read from the file or from one of its own, and is no key holder', () => {
  writeFileSync(join(folder, 'license.xml'), '<license>thanhhoa.gov.vn</license>\n');
  const plugin = { name: 'vnpt-plugin', kind: 'vnpt-plugin', license: { file: join(folder, 'license.xml') } };
  const { drivers, pluginLicense } = readAll([smartCa, plugin]);
  assert.deepEqual([drivers.map(({ name }) => name), pluginLicense], [['smartca'], '<license>thanhhoa.gov.vn</license>']);
  assert.match(problemOf([plugin, { ...plugin, name: 'second' }]), /one licence/);
});
