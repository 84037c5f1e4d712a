import assert from 'node:assert/strict';
import { test } from 'node:test';
import { countedAt } from './told-time.ts';

const sentAt = new Date('2026-11-20T02:00:30Z');
const heardAt = new Date('2026-11-20T03:00:00Z');
const counted = (told: string): string => countedAt(new Date(told), { sentAt, heardAt }).toISOString();

test('a told time counts between the sending and a little after it was heard, without seconds too; otherwise the hearing does', () => {
  for (const possible of ['2026-11-20T02:00:00.000Z', '2026-11-20T02:30:00.000Z', '2026-11-20T03:05:00.000Z']) assert.equal(counted(possible), possible);
  for (const impossible of ['2026-11-20T01:59:00Z', '2023-11-20T02:30:00Z', '2026-11-20T03:05:01Z', '9999-12-31T00:00:00Z']) assert.equal(counted(impossible), heardAt.toISOString());
});
