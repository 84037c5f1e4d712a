import assert from 'node:assert/strict';
import { test } from 'node:test';
import { byteOffsetsOf, endInside } from './insertion.ts';
import { readXml } from './reader.ts';

test('byte offsets are right in long texts, also where a pair of surrogates lies across a counting step', () => {
  for (const shift of [0, 1, 2, 3]) {
    const text = `${'a'.repeat(shift)}${'ế😀'.repeat(60_000)}`;
    const offsetOf = byteOffsetsOf(text);
    const points = [0, shift, shift + 1, shift + 3, 65_535 + ((shift + 65_535) % 3), text.length].filter((at) => text.slice(0, at).isWellFormed());
    assert.ok(points.length > 3);
    for (const at of points) assert.equal(offsetOf(at), Buffer.byteLength(text.slice(0, at)), `${shift} ${at}`);
    for (let at = 131_060; at < 131_085; at += 1) if (text.slice(0, at).isWellFormed()) assert.equal(offsetOf(at), Buffer.byteLength(text.slice(0, at)));
  }
});

test('the end inside an element is in front of its end tag, and an empty-element tag is opened', () => {
  const at = (text: string) => {
    const xml = Buffer.from(text);
    const { from, to, before, after } = endInside(readXml(xml), readXml(xml).root, xml.length);
    return `${xml.subarray(0, from).toString()}${before}|${after}${xml.subarray(to).toString()}`;
  };
  assert.equal(at('\ufeff<ế>😀</ế ><!--ế-->'), '\ufeff<ế>😀|</ế ><!--ế-->');
  assert.equal(at('<ế b="/"/>\n'), '<ế b="/">|</ế>\n');
});
