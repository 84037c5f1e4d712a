/** What is known about an arrival when its steps are gone through. Nothing here is looked up: the caller gathered it. */
export type ArrivalFacts = {
  /** The hash that came with it, and the one that was computed from the kept text. */
  statedHash: string;
  computedHash: string;
  /** Whether this receiver has the same envelope already: with the same content, or with another. */
  known: 'new' | 'same' | 'different';
  wellFormed: { ok: true } | { ok: false; problem: string };
  files: readonly FileFacts[];
  /** A notice about an earlier document brings none. */
  needsFiles?: boolean;
  secrecy: string;
  recipientActive: boolean;
};

export type FileFacts = { name: string; isPresent: boolean; hashMatches: boolean; sizeMatches: boolean; indication: Indication };
export type Indication = 'TOTAL-PASSED' | 'TOTAL-FAILED' | 'INDETERMINATE' | 'UNREADABLE' | 'UNSIGNED';

export type StepOutcome = { outcome: 'passed' | 'warned' | 'failed'; detail?: string };
export type StepName = 'original-kept' | 'seen-before' | 'well-formed' | 'integrity' | 'signatures' | 'policy';
export type StepRecord = { step: StepName } & StepOutcome;

type Step = { name: StepName; vi: string; en: string; check: (facts: ArrivalFacts) => StepOutcome };

const passed: StepOutcome = { outcome: 'passed' };
const failed = (detail: string): StepOutcome => ({ outcome: 'failed', detail });

/**
 * The way of every arrival, in this order; the first step that fails refuses it. QĐ 28/2018 Art. 9.1: completeness,
 * integrity and authenticity are checked before a document is accepted.
 */
export const arrivalSteps: readonly Step[] = [
  {
    name: 'original-kept',
    vi: 'Giữ nguyên bản gốc của gói tin',
    en: 'The original envelope is kept untouched',
    check: (facts) => (facts.statedHash === facts.computedHash ? passed : failed('Gói tin không khớp với mã băm đi kèm.')),
  },
  {
    name: 'seen-before',
    vi: 'Loại bỏ gói tin đến lần thứ hai',
    en: 'What came twice is dropped',
    check: (facts) => (facts.known === 'different' ? failed('Gói tin cùng mã đã đến trước đó với nội dung khác.') : passed),
  },
  {
    name: 'well-formed',
    vi: 'Đủ và đúng các trường thông tin',
    en: 'All fields are there and well formed',
    check: (facts) => (facts.wellFormed.ok ? passed : failed(`Thông tin không đúng quy định: ${facts.wellFormed.problem}.`)),
  },
  { name: 'integrity', vi: 'Các tệp còn nguyên vẹn', en: 'The files are whole', check: integrity },
  {
    name: 'signatures',
    vi: 'Kiểm tra chữ ký số',
    en: 'The signatures are validated',
    check: signatures,
  },
  { name: 'policy', vi: 'Được phép nhận', en: 'The agency may take it', check: policy },
];

function integrity(facts: ArrivalFacts): StepOutcome {
  for (const file of facts.files) {
    if (!file.isPresent) return failed(`Thiếu tệp “${file.name}”.`);
    if (!file.hashMatches || !file.sizeMatches) return failed(`Tệp “${file.name}” không còn nguyên vẹn.`);
  }
  return facts.files.length > 0 || facts.needsFiles === false ? passed : failed('Không có tệp văn bản.');
}

/**
 * A verdict on signatures never refuses by itself: a document without a valid signature may still be read "để biết"
 * (QĐ 28/2018 Art. 4), and whoever refuses answers for it (Art. 5.4), so a person decides with the verdict in view.
 */
function signatures(facts: ArrivalFacts): StepOutcome {
  const doubtful = facts.files.filter((file) => file.indication !== 'TOTAL-PASSED');
  return doubtful.length === 0 ? passed : { outcome: 'warned', detail: doubtful.map((file) => `${file.name}: ${file.indication}`).join('; ') };
}

function policy(facts: ArrivalFacts): StepOutcome {
  // QĐ 28/2018 Art. 1.2
  if (facts.secrecy !== 'none') return failed('Văn bản có nội dung bí mật nhà nước không được gửi qua hệ thống này.');
  return facts.recipientActive ? passed : failed('Nơi nhận đã kết thúc hoạt động.');
}

export type ArrivalDecision = { accepted: boolean; steps: StepRecord[]; refusedAt?: StepName; reason?: string };

/** Goes through the steps and says whether the arrival is accepted, with the record of each step. */
export function decideArrival(facts: ArrivalFacts): ArrivalDecision {
  const steps: StepRecord[] = [];
  for (const step of arrivalSteps) {
    const outcome = step.check(facts);
    steps.push({ step: step.name, ...outcome });
    if (outcome.outcome === 'failed') return { accepted: false, steps, refusedAt: step.name, reason: outcome.detail ?? step.vi };
  }
  return { accepted: true, steps };
}
