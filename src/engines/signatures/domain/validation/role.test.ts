import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRootAuthority, createIssuingAuthority, generateKey, issueCertificate } from '../pki/authority.ts';
import type { NameAttribute } from '../pki/name.ts';
import { OID } from '../pki/oids.ts';
import { areInitials, guessSignerKind } from './role.ts';

const now = new Date('2026-03-02T01:00:00Z');
const issuing = await createIssuingAuthority(await createRootAuthority({ organization: 'x', now }), { organization: 'x', now });
const { publicKey } = await generateKey('p-256');
const kindOf = (name: string, more: readonly NameAttribute[] = [], kind: 'signer' | 'timestamp' = 'signer') =>
  guessSignerKind(issueCertificate(issuing, { kind, subject: [{ oid: OID.country, value: 'VN' }, { oid: OID.organization, value: 'UBND tỉnh Thanh Hóa' }, { oid: OID.commonName, value: name }, ...more], publicKey, now }));

test('names of people are people', () => {
  for (const name of ['Đào Mạnh Hà', 'Nguyễn Thanh Điệp', 'ĐOÀN VĂN HẬU', 'Hồ Thị Kỷ', 'Tôn Nữ Thị Ninh', 'Văn Công Hùng', 'Y Moan Ênuôl']) assert.equal(kindOf(name), 'person', name);
});

test('names of agencies are agencies', () => {
  for (const name of ['Sở Nội vụ', 'ỦY BAN NHÂN DÂN TỈNH THANH HÓA', 'Cổng Thông tin điện tử Chính phủ', 'CỤC CẢNH SÁT PHÒNG CHÁY, CHỮA CHÁY VÀ CỨU NẠN, CỨU HỘ', 'Công ty TNHH An Phát', 'UBND tỉnh Thanh Hóa', 'Phường Hạc Thành', 'Văn phòng Tỉnh ủy'])
    assert.equal(kindOf(name), 'agency', name);
});

test('numbers and titles in the certificate decide before the name does', () => {
  assert.equal(kindOf('An Phát', [{ oid: OID.userId, value: 'MST:0102357802' }]), 'agency');
  assert.equal(kindOf('Sở Văn Bộ', [{ oid: OID.userId, value: 'CCCD:038000000001' }]), 'person');
  assert.equal(kindOf('Sở Văn Bộ', [{ oid: OID.title, value: 'Giám đốc' }]), 'person');
  assert.equal(kindOf('Nguyễn Văn An', [], 'timestamp'), 'timestamp');
});

test('initials are small and stand before the signature of another person, or say so', () => {
  const person = (area: number, reason?: string) => ({ kind: 'person' as const, area, reason });
  assert.ok(areInitials(person(1980), [person(7540)]));
  assert.ok(areInitials(person(0, 'Ký nháy'), []));
  assert.ok(!areInitials(person(7540), [{ kind: 'agency', area: 20_000, reason: undefined }]));
  assert.ok(!areInitials(person(7000), [person(7540)]));
  assert.ok(!areInitials(person(0), [person(7540)]));
});
