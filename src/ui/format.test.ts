import assert from 'node:assert/strict';
import { test } from 'node:test';
import { calendarDay, formatBytes, formatDate, formatDateTime, formatDuration, formatNumber, formatRelative, parseTypedDate } from './format.ts';

test('a day is written with a zero below ten, a month only in January and February', () => {
  assert.equal(formatDate('2026-03-05'), '05/3/2026');
  assert.equal(formatDate('2026-02-15'), '15/02/2026');
  assert.equal(formatDate('2026-12-31'), '31/12/2026');
});

test('an instant is shown in Vietnamese time, seven hours ahead of UTC', () => {
  assert.equal(formatDateTime('2026-03-05T07:30:00Z'), '05/3/2026, 14:30');
  assert.equal(formatDateTime('2025-12-31T17:05:00Z'), '01/01/2026, 00:05');
  assert.equal(calendarDay(new Date('2025-12-31T17:05:00Z')), '2026-01-01');
});

test('numbers and sizes are written as Vietnamese write them', () => {
  assert.equal(formatNumber(1234.5), '1.234,5');
  assert.equal(formatNumber(1234.5, 'en'), '1,234.5');
  assert.equal(formatBytes(0), '0 B');
  assert.equal(formatBytes(999), '999 B');
  assert.equal(formatBytes(1_440_000), '1,4 MB');
  assert.equal(formatBytes(200_000_000), '200 MB');
});

test('a duration names its two largest units', () => {
  assert.equal(formatDuration(30_000), 'dưới 1 phút');
  assert.equal(formatDuration(15 * 60_000), '15 phút');
  assert.equal(formatDuration((2 * 1440 + 3 * 60 + 20) * 60_000), '2 ngày 3 giờ');
  assert.equal(formatDuration(25 * 3_600_000, 'en'), '1 day 1 hour');
});

test('relative time says before or after', () => {
  const now = new Date('2026-03-05T07:30:00Z');
  assert.equal(formatRelative('2026-03-05T05:10:00Z', { now }), '2 giờ trước');
  assert.equal(formatRelative('2026-03-08T07:30:00Z', { now }), 'sau 3 ngày');
  assert.equal(formatRelative('2026-03-05T07:30:20Z', { now }), 'vừa xong');
});

test('a typed date is read day first, in any of the usual ways', () => {
  const today = '2026-03-05';
  for (const typed of ['5/3/2026', '05-03-26', ' 5.3 ', '05032026', '0503', '5 3 2026']) assert.equal(parseTypedDate(typed, today), '2026-03-05', typed);
});

test('a day that does not exist is not silently moved', () => {
  for (const typed of ['31/4/2026', '29/2/2026', '32/1', '0/1/2026', 'mai', '']) assert.equal(parseTypedDate(typed, '2026-03-05'), undefined, typed);
  assert.equal(parseTypedDate('29/2/2028', '2026-03-05'), '2028-02-29');
});
