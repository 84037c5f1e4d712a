import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { after, before, test } from 'node:test';
import { storeBytes } from '#engines/files/index.ts';
import { openTestHouse, type TestHouse } from '#kernel/testkit.ts';
import { demoSignaturePng } from '../domain/pdf/demo-images/demo-images.ts';
import { imageFromPng } from '../domain/pdf/appearance/index.ts';
import { planSigning } from '../signing-plan.ts';
import { testModules } from '../testing.ts';
import { suggestPlacement } from './suggest-placement.ts';

const letter = readFileSync(resolve(import.meta.dirname, '../../../../seeds/letters/cong-van-mau.pdf'));
let house: TestHouse;
before(async () => {
  house = await openTestHouse({ modules: testModules });
});
after(() => house.close());

test('the frame that is shown for initials is where they land when nobody places them', async () => {
  const { sha256 } = await storeBytes(house.kernel, letter, { limitBytes: 10_000_000 });
  const { initials, signature } = await suggestPlacement(house.kernel, sha256, { signerName: 'Nguyễn Văn Bình' });
  assert.ok(initials.height < signature.height, 'smaller than a signature');
  const image = { image: imageFromPng(demoSignaturePng('Hoàng Hữu Dũng')), widthMm: 40 };
  for (const look of ['image', 'text'] as const) {
    const [part] = planSigning(letter, { appearance: { kind: 'initials', look, letters: 'HHD', place: null }, image, signingTime: new Date('2026-11-20T02:00:00Z'), fieldPrefix: 'A' });
    assert.ok(part?.place !== undefined);
    assert.equal(part.place.page + 1, initials.page);
    // A4 upright: user space counts from the lower left corner.
    const [left, bottom, right, top] = part.place.rect;
    const middle = { x: (left + right) / 2, y: 842 - (bottom + top) / 2 };
    assert.ok(middle.x > initials.x && middle.x < initials.x + initials.width, look);
    assert.ok(middle.y > initials.y && middle.y < initials.y + initials.height, look);
    assert.ok(right - left <= initials.width + 1 && top - bottom <= initials.height + 1, look);
  }
});
