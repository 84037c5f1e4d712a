import assert from 'node:assert/strict';
import { test } from 'node:test';
import { forgetUpload, rememberUpload, rememberedUpload, uploadKey } from './upload-memory.ts';

const file = { name: 'công văn.pdf', size: 1200, lastModified: 5 };
const path = '/api/v1/uploads';
const hourMs = 3_600_000;

test('an unfinished upload is found again by the same file on the same path only', () => {
  const storage = memory();
  rememberUpload(uploadKey(path, file), '/api/v1/uploads/1', storage, 0);
  assert.equal(rememberedUpload(uploadKey(path, { ...file }), storage, hourMs), '/api/v1/uploads/1');
  assert.equal(rememberedUpload(uploadKey(path, { ...file, lastModified: 6 }), storage, hourMs), undefined);
  assert.equal(rememberedUpload(uploadKey('/khac', file), storage, hourMs), undefined);
});

test('what the server has forgotten after a day is forgotten here too', () => {
  const storage = memory();
  rememberUpload(uploadKey(path, file), '/api/v1/uploads/1', storage, 0);
  assert.equal(rememberedUpload(uploadKey(path, file), storage, 25 * hourMs), undefined);
  rememberUpload(uploadKey(path, { ...file, name: 'b.pdf' }), '/api/v1/uploads/2', storage, 25 * hourMs);
  assert.equal(storage.length, 1);
});

test('a finished upload is forgotten, and damaged memory is no upload', () => {
  const storage = memory();
  const key = uploadKey(path, file);
  rememberUpload(key, '/api/v1/uploads/1', storage, 0);
  forgetUpload(key, storage);
  assert.equal(rememberedUpload(key, storage, 0), undefined);
  storage.setItem(key, '{"address":1}');
  assert.equal(rememberedUpload(key, storage, 0), undefined);
});

/** A storage as browsers have it: its keys are its own properties. */
function memory(): Storage {
  const methods = {
    getItem: (key: string) => Reflect.get(storage, key) as string | null,
    setItem: (key: string, value: string) => void Reflect.set(storage, key, value),
    removeItem: (key: string) => void Reflect.deleteProperty(storage, key),
  };
  const storage: object = Object.create(methods, { length: { get: () => Object.keys(storage).length } }) as object;
  // safe because the functions under test use only these methods
  return storage as Storage;
}
