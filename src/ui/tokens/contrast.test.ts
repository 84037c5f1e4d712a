import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { contrastRatio, readTokens, resolveColor, type Theme } from './contrast.ts';

const read = (name: string) => readFileSync(new URL(name, import.meta.url), 'utf8');
const screenTokens = (css: string) => css.slice(0, css.includes('@media print') ? css.indexOf('@media print') : undefined);
const tokens = readTokens(read('palette.css') + screenTokens(read('tokens.css')));

const themes: readonly Theme[] = ['light', 'dark'];
const grounds = ['--ground', '--sheet', '--raised', '--sunken', '--hover', '--selected'];

/** [text, what it stands on]: WCAG 2.2, 1.4.3 asks 4.5:1 of text. */
const texts: readonly (readonly [string, string])[] = [
  ...grounds.flatMap((ground) => ['--ink', '--ink-soft', '--link', '--danger-ink', '--warn-ink', '--done-ink'].map((ink) => [ink, ground] as const)),
  ...['--ground', '--sheet', '--raised', '--hover'].map((ground) => ['--ink-faint', ground] as const),
  ['--on-action', '--action'],
  ['--on-action', '--action-hover'],
  ['--on-action', '--action-pressed'],
  ['--on-danger', '--danger'],
  ['--on-danger', '--danger-hover'],
  ['--danger-ink', '--danger-soft'],
  ['--warn-ink', '--warn-soft'],
  ['--done-ink', '--done-soft'],
  ['--link', '--action-soft'],
  ['--ink', '--action-soft'],
  ['--ink', '--danger-soft'],
  ['--ink', '--warn-soft'],
  ['--ink', '--done-soft'],
  ['--ink-soft', '--danger-soft'],
  ['--ink-soft', '--warn-soft'],
  ['--ink-soft', '--done-soft'],
  ['--ink', '--pressed'],
  ...['--paper-action', '--paper-seal', '--paper-warn', '--paper-done'].map((ink) => ['--paper', ink] as const),
];

/** [mark, what it stands on]: WCAG 2.2, 1.4.11 asks 3:1 of what one must see to act. */
const marks: readonly (readonly [string, string])[] = ['--ground', '--sheet', '--raised'].flatMap((ground) =>
  ['--border', '--focus', '--action', '--danger-mark', '--warn-mark', '--done-mark'].map((mark) => [mark, ground] as const),
);

for (const theme of themes) {
  test(`every text of the ${theme} theme stands out 4.5 to 1 from what it is written on`, () => {
    assert.deepEqual(tooWeak(texts, { theme, least: 4.5 }), []);
  });
  test(`every border, mark and focus ring of the ${theme} theme stands out 3 to 1`, () => {
    assert.deepEqual(tooWeak(marks, { theme, least: 3 }), []);
  });
}

test('each of the six scales has eleven steps, each with a dark twin', () => {
  for (const scale of ['giay', 'muc', 'cham', 'son', 'lua', 'ngoc']) {
    const steps = [...tokens].filter(([name]) => name.startsWith(`--${scale}-`));
    assert.equal(steps.length, 11, scale);
    for (const [name, value] of steps) assert.match(value, /^light-dark\(oklch\([^)]+\), oklch\([^)]+\)\)$/, name);
  }
});

test('contrast is 21 between black and white and 1 between a colour and itself', () => {
  assert.equal(Math.round(contrastRatio('oklch(0 0 0)', 'oklch(1 0 0)') * 100) / 100, 21);
  assert.equal(contrastRatio('oklch(0.5 0.1 30)', 'oklch(0.5 0.1 30)'), 1);
});

function tooWeak(pairs: readonly (readonly [string, string])[], wanted: { theme: Theme; least: number }): string[] {
  return pairs.flatMap(([mark, ground]) => {
    const ratio = contrastRatio(resolveColor(tokens, mark, wanted.theme), resolveColor(tokens, ground, wanted.theme));
    return ratio < wanted.least ? [`${mark} on ${ground}: ${ratio.toFixed(2)}`] : [];
  });
}
