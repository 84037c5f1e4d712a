import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isOfficialMail } from './official-mail.ts';

test('an address that anybody can get is no official one', () => {
  for (const address of ['a@gmail.com', 'A@GMAIL.COM', 'a@yahoo.com.vn', 'a@hotmail.com', 'a@outlook.com', 'a.b@icloud.com']) assert.equal(isOfficialMail(address), false, address);
});

test('an address of an agency is one, whatever its servers are called', () => {
  for (const address of ['a@thanhhoa.gov.vn', 'a@mail.gov.vn', 'a@mail.thanhhoa.gov.vn', 'a@snv.thanhhoa.gov.vn', 'a@example.vn', 'a@thanhhoa.dcs.vn']) assert.equal(isOfficialMail(address), true, address);
});
