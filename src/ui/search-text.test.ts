import assert from 'node:assert/strict';
import { test } from 'node:test';
import { foldText, matchScore } from './search-text.ts';

test('folding drops tone marks and writes đ as d, in composed and decomposed text alike', () => {
  assert.equal(foldText('Sở Nội vụ tỉnh Đồng Nai'), 'so noi vu tinh dong nai');
  assert.equal(foldText('Sở Nội vụ'.normalize('NFD')), 'so noi vu');
});

test('typing without diacritics or only initials finds the agency', () => {
  for (const typed of ['so noi vu', 'noi vu', 'Sở Nội', 'snv', 'vu noi']) assert.ok(matchScore('Sở Nội vụ', typed) > 0, typed);
  assert.ok(matchScore('Sở Khoa học và Công nghệ', 'skhcn') > 0, 'initials without "và"');
  for (const typed of ['ubnd hac thanh', 'UBND phường Hạc', 'ubndp']) assert.ok(matchScore('Ủy ban nhân dân phường Hạc Thành, tỉnh Thanh Hóa', typed) > 0, typed);
  assert.ok(matchScore('Văn phòng Ủy ban nhân dân tỉnh Thanh Hóa', 'vp ubnd tinh') > 0, 'initials of some words, the others whole');
  assert.equal(matchScore('Sở Tài chính', 'ubnd'), 0);
  assert.equal(matchScore('Sở Nội vụ', 'tai chinh'), 0);
});

test('what begins with the typed words comes before what only contains them, and right diacritics win', () => {
  assert.ok(matchScore('Nội vụ', 'noi vu') > matchScore('Sở Nội vụ', 'noi vu'));
  assert.ok(matchScore('Phường Đông Sơn', 'đông') > matchScore('Xã Đồng Tiến', 'đông'));
});
