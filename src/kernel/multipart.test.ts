import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FormUnreadable, formParts } from './multipart.ts';

const TYPE = 'multipart/form-data; boundary=B';
const form = (...parts: string[]): Buffer => Buffer.from(`${parts.map((part) => `--B\r\n${part}\r\n`).join('')}--B--\r\n`);
const read = (body: Buffer, type = TYPE): unknown[] => [...formParts(type, body)].map(({ name, fileName, bytes }) => [name, fileName, bytes.toString()]);
const head = (rest: string): string => `Content-Disposition: form-data; ${rest}`;

test('parts come in their order, with names as they were written', () => {
  const body = form(`${head('name="a"')}\r\n\r\nmột`, `${head('name="tệp"; filename="văn bản %22số 1%22.pdf"')}\r\nContent-Type: application/pdf\r\n\r\nhai\r\n\r\n`, `${head('name="b"; filename=""')}\r\n\r\n`);
  const parts = [['a', undefined, 'một'], ['tệp', 'văn bản "số 1".pdf', 'hai\r\n\r\n'], ['b', '', '']];
  assert.deepEqual(read(body), parts);
  assert.deepEqual(read(body, 'Multipart/Form-Data; charset=utf-8; boundary="B"'), parts);
  assert.deepEqual(read(Buffer.concat([Buffer.from('preamble\r\n'), body])), parts);
});

test('a file whose name has another form is a file all the same', () => {
  assert.deepEqual(read(form(`${head("name=a; filename*=UTF-8''v%C4%83n.pdf")}\r\n\r\nx`, 'content-disposition: attachment; filename=ten.pdf\r\n\r\ny')), [[undefined, '', 'x'], [undefined, '', 'y']]);
});

test('what is no form has no parts, and what breaks off or does not end is said', () => {
  assert.deepEqual(read(form(head('name="a"')), 'application/json'), []);
  assert.deepEqual(read(Buffer.from('nothing here')), []);
  const whole = form(`${head('name="a"')}\r\n\r\nmột`);
  for (const broken of [whole.subarray(0, 20), whole.subarray(0, whole.length - 8), form(`${head(`name="${'a'.repeat(9000)}"`)}\r\n\r\nx`), form(...Array.from({ length: 41 }, () => `${head('name="a"')}\r\n\r\nx`))]) {
    assert.throws(() => read(broken), FormUnreadable);
  }
  const [first] = formParts(TYPE, whole.subarray(0, whole.length - 4));
  assert.equal(first?.bytes.toString(), 'một', 'what came before is there');
});
