import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRootAuthority, generateKey, issueCertificate } from './authority.ts';
import { OID } from './oids.ts';
import { citizenNumberOf } from './person-number.ts';

const now = new Date('2026-11-01T00:00:00Z');
const root = await createRootAuthority({ organization: 'Nơi cấp thử', now });
const { publicKey } = await generateKey('p-256');
const numberOf = (...attributes: { oid: string; value: string }[]): string | undefined =>
  citizenNumberOf(issueCertificate(root, { kind: 'signer', subject: [{ oid: OID.commonName, value: 'Nguyễn Văn Bình' }, ...attributes], publicKey, now, validDays: 30 }));
const uid = (value: string) => ({ oid: OID.userId, value });
const serial = (value: string) => ({ oid: OID.serialNumber, value });

test('a citizen’s number is read from UID or serialNumber, as authorities here and in Europe write it', () => {
  for (const written of [uid('CCCD:038000000001'), uid('cccd: 038000000001'), serial('CCCD:038000000001'), serial('IDCVN-038000000001'), serial('PNOVN-038000000001')]) assert.equal(numberOf(written), '038000000001', written.value);
  assert.equal(numberOf(uid('CCCD:038000000001'), serial('IDCVN-038000000001')), '038000000001', 'the same twice');
});

test('what names no citizen is no number of a person: tax numbers, other lengths, bare numbers, and two that differ', () => {
  for (const other of [uid('MST:2800000001'), uid('CCCD:123'), uid('038000000001'), serial('CMND:171234567'), serial('PASVN-C1234567')]) assert.equal(numberOf(other), undefined, other.value);
  assert.equal(numberOf(uid('CCCD:038000000001'), uid('CCCD:038000000002')), undefined);
  assert.equal(numberOf(), undefined);
});
