/** For each signature: what was done to the file after it, step by step from one signed state to the next. */
import { dictEntry, entryOf, listFields, readSignature } from '../pdf/reader/index.ts';
import type { PdfDocument, PdfSignature } from '../pdf/reader/index.ts';
import { listFieldLocks } from './form-changes.ts';
import { isBlank } from './integrity.ts';
import type { CheckedSignature } from './integrity.ts';
import type { Problem } from './problems.ts';
import { createReferenceIndex } from './reference-index.ts';
import type { ReferenceIndex } from './reference-index.ts';
import type { ChangeReport, ChangesAfter } from './report.ts';
import { compareRevisions } from './revision-changes.ts';
import { changeOf } from './revision-comparison.ts';
import type { Permissions } from './revision-comparison.ts';

export interface ChangesAfterSignature {
  readonly coversWholeFile: boolean;
  readonly worst: ChangesAfter;
  readonly changes: readonly ChangeReport[];
  readonly problems: readonly Problem[];
}

interface State {
  readonly end: number;
  readonly doc: PdfDocument;
  /** Where the ranges end that were found to be what they say. */
  readonly ends: ReadonlySet<number>;
}

/** In the order of `signatures`; undefined where the range is broken, so that "after" has no meaning. */
export function findChangesAfter(doc: PdfDocument, signatures: readonly CheckedSignature[]): (ChangesAfterSignature | undefined)[] {
  const steps = compareStates(listStates(doc, signatures));
  return signatures.map(({ range, docAt }) => {
    if (range === undefined || docAt === undefined) return undefined;
    return summarise(isBlank(doc.source, range.end), steps.filter((step) => step.from >= range.end).flatMap((step) => step.changes));
  });
}

interface Step {
  /** The end of the state from which the step starts. */
  readonly from: number;
  readonly changes: readonly ChangeReport[];
}

function compareStates(states: readonly State[]): Step[] {
  const [first, ...rest] = states;
  if (first === undefined || rest.length === 0) return [];
  const references = createReferenceIndex(first.doc);
  let before = first;
  return rest.map((after) => {
    const step = { from: before.end, changes: compareStep(before, after.doc, references) };
    before = after;
    return step;
  });
}

function compareStep(state: State, after: PdfDocument, references: ReferenceIndex): readonly ChangeReport[] {
  const before = state.doc;
  const hasNewSections = after.startXref !== before.startXref || after.sections.length !== before.sections.length;
  // Bytes that no cross-reference section of ours reaches: another reader may find a document in them.
  if (!hasNewSections) return [changeOf('bytes.appended')];
  return compareRevisions({ before, after, permissions: permissionsOf(state), references });
}

/** The signed states in ascending order, then the file as it is if it goes on after the last. */
function listStates(doc: PdfDocument, signatures: readonly CheckedSignature[]): State[] {
  const states = new Map<number, PdfDocument>();
  for (const { range, docAt } of signatures) if (range && docAt) states.set(range.end, docAt);
  const ends = new Set(states.keys());
  const sorted = [...states].map(([end, state]) => ({ end, doc: state, ends })).sort((a, b) => a.end - b.end);
  const last = sorted.at(-1);
  return last && !isBlank(doc.source, last.end) ? [...sorted, { end: doc.source.sizeBytes, doc, ends }] : sorted;
}

/**
 * What the signers of a state permit. Only the first of them can permit more than forms and signatures (ISO 32000-2, 12.8.2.2: the author's
 * signature certifies); whoever signs later can only permit less, for what the first one did not permit is not theirs to give.
 */
function permissionsOf({ doc, ends }: State): Permissions {
  const endOf = ({ byteRange }: PdfSignature): number => (byteRange?.[2] ?? 0) + (byteRange?.[3] ?? 0);
  const all = listFields(doc).flatMap((field) => (field.type === 'Sig' ? (readSignature(doc, field) ?? []) : []));
  // One whose range is not what it says could claim to have been the first.
  const signed = all.filter((signature) => ends.has(endOf(signature))).sort((one, other) => endOf(one) - endOf(other));
  const locks = signed.flatMap((signature) => listFieldLocks(doc, signature.dict));
  const [first, ...later] = signed.map((signature) => levelOf(doc, signature));
  const strictest = ([1, 2, 3] as const).find((level) => first === level || later.includes(level));
  return {
    level: first === undefined && strictest !== 1 ? undefined : strictest,
    isFieldLocked: (name) => locks.some((isLocked) => isLocked(name)),
  };
}

/** The stricter of what a signature itself and the lock of its field say. */
function levelOf(doc: PdfDocument, signature: PdfSignature): Permissions['level'] {
  const lock = entryOf(doc, dictEntry(doc, signature.field.dict, 'Lock'), 'P');
  return ([1, 2, 3] as const).find((level) => signature.docMdp === level || lock === level);
}

function summarise(coversWholeFile: boolean, changes: readonly ChangeReport[]): ChangesAfterSignature {
  const has = (severity: ChangeReport['severity']) => changes.some((change) => change.severity === severity);
  if (has('forbidden')) return { coversWholeFile, worst: 'forbidden', changes, problems: [{ code: 'changes.forbidden' }] };
  if (has('suspicious')) return { coversWholeFile, worst: 'suspicious', changes, problems: [{ code: 'changes.suspicious' }] };
  return { coversWholeFile, worst: changes.length > 0 ? 'permitted' : coversWholeFile ? 'none' : 'permitted', changes, problems: [] };
}
