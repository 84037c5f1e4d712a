import assert from 'node:assert/strict';
import { test } from 'node:test';
import { alertKinds } from '../contract.ts';
import { placeOf } from './alert-place.ts';

test('each alert leads to what it is about', () => {
  assert.deepEqual(
    alertKinds.map((kind) => placeOf({ kind, subjectId: 'x' })),
    ['/he-thong-ket-noi/x', '/lien-thong', '/lien-thong/van-ban?chieu=received&tinh_trang=unanswered&co_quan=x', '/he-thong-ket-noi/x'],
  );
});
