import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findOptions, groupOptions, isChosen, toggleOption, type ComboboxOption } from './combobox-options.ts';

const snv: ComboboxOption = { value: 'snv', label: 'Sở Nội vụ', group: 'Các sở' };
const skhcn: ComboboxOption = { value: 'skhcn', label: 'Sở Khoa học và Công nghệ', group: 'Các sở', keywords: 'Sở Thông tin và Truyền thông' };
const dong: ComboboxOption = { value: 'dong', label: 'UBND phường Đông Sơn', group: 'Xã, phường' };
const all: ComboboxOption = { value: 'all', label: 'Các sở', group: 'Nhóm', members: ['snv', 'skhcn'] };
const options = [all, snv, skhcn, dong];

test('an agency is found by its former name', () => {
  assert.deepEqual(findOptions(options, 'thong tin truyen thong', 10), { shown: [skhcn], hidden: 0 });
});

test('nothing typed shows everything, and what does not fit is counted', () => {
  assert.deepEqual(findOptions(options, ' ', 3), { shown: [all, snv, skhcn], hidden: 1 });
});

test('options of one heading stand together', () => {
  assert.deepEqual(
    groupOptions([snv, dong, skhcn]).map(({ name, options: members }) => [name, members.length]),
    [
      ['Các sở', 2],
      ['Xã, phường', 1],
    ],
  );
});

test('a group chooses all its members once, and takes them out only when all are in', () => {
  assert.deepEqual(toggleOption(all, ['snv', 'dong']), ['snv', 'dong', 'skhcn']);
  assert.deepEqual(toggleOption(all, ['snv', 'dong', 'skhcn']), ['dong']);
  assert.equal(isChosen(all, new Set(['snv'])), false);
  assert.equal(isChosen(all, new Set(['snv', 'skhcn'])), true);
});

test('a group without members is never chosen', () => {
  assert.equal(isChosen({ ...all, members: [] }, new Set()), false);
});
