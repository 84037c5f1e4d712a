import { hash as hashOnce } from 'node:crypto';
import { CmsError } from '../domain/cms/verify-errors.ts';
import { parseTimestampToken, verifyTimestampToken } from '../domain/cms/verify-timestamp.ts';
import { readAll } from '../domain/cades/index.ts';
import type { Certificate } from '../domain/pki/certificate.ts';
import { createValidationCache, defaultAlgorithmRules } from '../domain/validation/index.ts';
import { problemText } from '../domain/validation/problems.ts';
import { hashesOf } from '../domain/validation/judge.ts';
import { judgeTrust } from '../domain/validation/trust.ts';
import type { TrustPeriod } from '../domain/validation/trust-store.ts';
import type { Wording } from '../report-words.ts';

export type TimestampTrust = { anchors: readonly Certificate[]; periods: readonly TrustPeriod[]; crls: readonly Buffer[]; ocsps?: readonly Buffer[]; now: Date };

/** What a time-stamp token proves; `problem` is absent when it holds and its authority is trusted. */
export type JudgedTimestamp = { time: Date | undefined; authority: string | undefined; problem?: Wording };

/**
 * Judges a bare RFC 3161 token over some bytes: that it is about them, that its authority's key made it, and that this authority is trusted at
 * the token's own time (which a later proof of existence would only push earlier). Nothing is asked outside.
 */
export function judgeTimestamp(token: Buffer, stamped: Buffer, trust: TimestampTrust): JudgedTimestamp {
  const cache = createValidationCache();
  try {
    const parsed = parseTimestampToken(token, (raw) => cache.readCertificate(raw));
    const check = verifyTimestampToken(parsed, (hash) => hashOnce(hash, stamped, 'buffer'));
    const { time } = parsed;
    const authority = check.signer?.subject.commonName ?? check.signer?.subject.text;
    if (check.verdict !== 'ok' || check.signer === undefined) return { time, authority, problem: notAboutIt };
    const material = {
      crls: readAll(trust.crls, (raw) => ({ list: cache.readRevocationList(raw), origin: 'given' as const })),
      ocsps: readAll(trust.ocsps ?? [], (raw) => ({ response: cache.readOcspResponse(raw), origin: 'given' as const })),
    };
    const { problems } = judgeTrust(
      { certificate: check.signer, purpose: 'timestamp', provenAt: undefined, claimedAt: time, hashes: [parsed.imprintHash, ...hashesOf(parsed.cms)] },
      { anchors: trust.anchors, periods: trust.periods, candidates: parsed.cms.certificates, material, rules: defaultAlgorithmRules, cache, now: trust.now },
    );
    const [heaviest] = problems;
    if (heaviest === undefined) return { time, authority };
    return { time, authority, problem: { vi: problemText(heaviest, 'vi').text, en: problemText(heaviest, 'en').text } };
  } catch (error) {
    if (error instanceof CmsError) return { time: undefined, authority: undefined, problem: unreadable };
    throw error;
  }
}

const notAboutIt: Wording = { vi: 'Dấu thời gian không thuộc về nội dung này hoặc đã bị sửa.', en: 'The time stamp is not about this content, or was altered.' };
const unreadable: Wording = { vi: 'Dấu thời gian bị hỏng, không đọc được.', en: 'The time stamp is damaged and cannot be read.' };
