import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answerTo, corpusContext, corpusKinds, foundFiles, genuine, keep, keptAnswers, keptFile, makeGenuine, type CorpusKind } from './testing-corpus.ts';
import { bend, bounded, damage, randomSource } from './testing-fuzz.ts';

/*
 * Damaged files that stay: one for each answer that damage was seen to bring about. GROW_CORPUS=10000 damages the genuine files in so many
 * further ways and keeps what is answered in a new way: read the difference of answers.json before committing it.
 */
const growth = Number(process.env['GROW_CORPUS'] ?? 0);
if (growth > 0) await makeGenuine();
const context = corpusContext();

const splices = ['/ByteRange[0 1 2 3]', '/Contents<00>', 'endobj', 'endstream', 'xref', 'trailer', 'startxref', '%%EOF', '<<', '>>', '[', '<', '>', '/', '1 0 R', '99999999999', '&', '<!DOCTYPE a>', ' Id="HD01"', '\0', '<a/>', ']]>', '</HDon>'];

function grow(kind: CorpusKind): void {
  // What says the same as the genuine file was damaged where nothing is signed.
  const known = new Set([answerTo(kind, genuine(kind), context), ...Object.entries(keptAnswers()).flatMap(([path, answer]) => (path.startsWith(`${kind}/`) ? [answer] : []))]);
  const random = randomSource(growth * 7919 + kind.length);
  const found: { bytes: Buffer; answer: string }[] = [];
  for (let round = 0; round < growth; round += 1) {
    const bytes = random(2) === 0 ? bend(genuine(kind), random, { splices, longestPiece: 200 }) : damage(genuine(kind), random);
    const answer = answerTo(kind, bytes, context);
    if (known.has(answer)) continue;
    known.add(answer);
    found.push({ bytes, answer });
  }
  keep(kind, found);
}

for (const kind of corpusKinds) {
  if (growth > 0) grow(kind);
  test(`${kind}: what was damaged once is answered as it was then, in bounded time and memory`, () => {
    const kept = Object.entries(keptAnswers()).filter(([path]) => path.startsWith(`${kind}/`));
    assert.ok(kept.length > 0);
    for (const [path, answer] of kept) assert.equal(bounded(() => answerTo(kind, keptFile(path), context), path), answer, path);
    assert.ok(!kept.some(([, answer]) => answer === answerTo(kind, genuine(kind), context)), 'no damaged file says what the genuine one says');
  });
}

test('what a run of the fuzz tests found is read by every reader, refused with a code or answered', () => {
  for (const path of foundFiles()) for (const kind of corpusKinds) bounded(() => answerTo(kind, keptFile(path), context), path);
});
