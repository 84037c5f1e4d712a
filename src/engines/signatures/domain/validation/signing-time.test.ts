import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parsePdfDate } from './signing-time.ts';

const dates = {
  "D:20260624153837+07'00'": '2026-06-24T08:38:37.000Z',
  "D:20260624153837+07'00": '2026-06-24T08:38:37.000Z',
  'D:20260624153837+07': '2026-06-24T08:38:37.000Z',
  'D:20260624153837+0700': '2026-06-24T08:38:37.000Z',
  "20260624153837-03'30'": '2026-06-24T19:08:37.000Z',
  "D:20260101003000+07'00'": '2025-12-31T17:30:00.000Z',
  "D:20251231235959-00'30'": '2026-01-01T00:29:59.000Z',
  'D:20260624153837Z': '2026-06-24T15:38:37.000Z',
  "D:20260624153837Z00'00'": '2026-06-24T15:38:37.000Z',
  'D:20260624153837': '2026-06-24T15:38:37.000Z',
  "D:20260131120000+07'00'": '2026-01-31T05:00:00.000Z',
  "D:20240229120000+07'00'": '2024-02-29T05:00:00.000Z',
  'D:2026': '2026-01-01T00:00:00.000Z',
  'D:202606': '2026-06-01T00:00:00.000Z',
  'D:202606241538': '2026-06-24T15:38:00.000Z',
};

test('a date is read with its zone, to the second or shorter, and without a zone as UTC', () => {
  for (const [text, instant] of Object.entries(dates)) assert.equal(parsePdfDate(text)?.toISOString(), instant, text);
});

test('what is no date is none', () => {
  for (const text of ['', 'D:', 'ngày 24', 'D:20261324153837Z', 'D:20260632153837Z', 'D:20260624253837Z', 'D:20260624156037Z', "D:20260624153837+07'99'"]) assert.equal(parsePdfDate(text), undefined, text);
});
