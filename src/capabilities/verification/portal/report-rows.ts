/** What a report says, as labels and values: the page and the PDF show the same rows. */
import { formatDay, formatInstant, vietnamDay } from '#kernel/time.ts';
import type { StoredReport, StoredSignature } from '#engines/signatures/index.ts';
import { contentName } from '../content-name.ts';
import type { Row, Tone } from './marks.ts';
import { attributeNames, technicalWords } from './technical-words.ts';
import { words, type Language, type Words } from './words.ts';

export const tones = { 'TOTAL-PASSED': 'good', 'TOTAL-FAILED': 'bad', INDETERMINATE: 'open', UNSIGNED: 'open', UNREADABLE: 'bad' } as const satisfies Record<string, Tone>;

/** Said once each, the heaviest first. */
export function todoOf(report: StoredReport, language: Language): string[] {
  const heaviest = report.signatures.find((signature) => signature.indication === report.indication)?.problems[0] ?? report.findings?.[0];
  const todo = report.problem ?? (report.indication === 'TOTAL-PASSED' ? undefined : heaviest);
  return todo === undefined || todo.todo[language] === '' ? [] : [todo.todo[language]];
}

/** Signatures that one holder made in one go, such as number, date and seal of an agency, are one station. */
export function groupSignatures(signatures: readonly StoredSignature[]): StoredSignature[][] {
  const groups: StoredSignature[][] = [];
  for (const signature of signatures) {
    const last = groups.at(-1);
    const before = last?.[0];
    const isSame =
      before !== undefined &&
      before.certificate !== null &&
      before.certificate.fingerprint === signature.certificate?.fingerprint &&
      before.indication === signature.indication &&
      before.problems[0]?.code === signature.problems[0]?.code &&
      before.role === signature.role;
    if (last !== undefined && isSame) last.push(signature);
    else groups.push([signature]);
  }
  return groups;
}

export function timeText(w: Words, signature: StoredSignature): string {
  return signature.signingTime === null ? `${w.timeUnknown}.` : `${w.signedAt} ${instantText(w, signature) ?? ''}.`;
}

function instantText(w: Words, { signingTime, timeSource }: StoredSignature): string | null {
  if (signingTime === null) return null;
  return `${at(signingTime)} (${timeSource === 'timestamp' ? w.byTimestamp : w.byClaim})`;
}

/** The fields that 15/2025/TT-BKHCN wants shown come first, and say so where there is nothing to show; the technical ones after them. */
export function signatureRows(language: Language, signature: StoredSignature): Row[] {
  const w = words[language];
  const { certificate, timestamp, revocation, covers } = signature;
  const unread = certificate === null ? w.certificateUnread : w.notNamed;
  return filled([
    [w.fields.signer, signature.signer || unread],
    [w.fields.organization, signature.organization ?? unread],
    [w.fields.title, signature.title],
    [w.fields.issuer, signature.issuer || unread],
    [w.fields.signingTime, instantText(w, signature) ?? w.timeUnknown],
    [w.fields.timestamp, timestamp === null ? w.noTimestamp : `${at(timestamp.time)}, ${timestamp.authority}`],
    [w.fields.integrity, w.integrity[signature.integrity]],
    [w.fields.validityAtSigning, w.validityAtSigning[signature.validityAtSigning]],
    [w.fields.validity, certificate === null ? w.certificateUnread : `${w.from} ${day(certificate.notBefore)} ${w.to} ${day(certificate.notAfter)}`],
    [w.fields.revocation, revocation.asOf === null ? w.revocation[revocation.status] : `${w.revocation[revocation.status]}, ${w.asOf} ${at(revocation.asOf)}`],
    [w.fields.trusted, signature.isChainTrusted ? w.trusted.yes : w.trusted.no],
    covers === undefined || covers.length === 0 ? [w.fields.coverage, signature.coversWholeFile ? w.coversAll : w.coversPart] : [technicalWords[language].covers, covers.join('; ')],
    [w.fields.changes, w.changesAfter[signature.changesAfter]],
    [w.fields.algorithm, signature.algorithm],
    [w.fields.level, signature.level],
    [w.fields.serial, certificate?.serialNumber ?? null],
    [w.fields.reason, signature.reason],
  ]);
}

export function fileRows(language: Language, report: StoredReport, fileName: string): Row[] {
  const w = words[language];
  const t = technicalWords[language];
  const covered = (report.files ?? []).map(({ name, sha256, isCovered, mediaType }): Row => [
    mediaType !== undefined ? w.enclosed : name === '' ? t.contentFile : name,
    `${mediaType === undefined ? '' : `${contentName(fileName)} (${mediaType}); `}${isCovered ? t.covered : t.notCovered}; SHA-256 ${sha256}`,
  ]);
  return filled([
    [w.fields.fileName, fileName],
    [t.kind, report.kind === undefined ? null : t.fileKinds[report.kind]],
    [w.fields.size, `${String(Math.max(1, Math.round(report.sizeBytes / 1000)))} kB`],
    [w.fields.sha256, report.sha256],
    [w.fields.checkedAt, at(report.validatedAt)],
    ...covered,
  ]);
}

export type TechnicalPart = { heading: string; rows: Row[] };

/** Everything that is known of one signature, for an expert: how it was judged, and all that the verdict rests on. */
export function technicalParts(language: Language, report: StoredReport, signature: StoredSignature): TechnicalPart[] {
  const path = pathOf(report, signature);
  const t = technicalWords[language];
  const chain = path.map((certificate, index) => ({ heading: placeIn(language, signature, index), rows: certificateRows(language, certificate) }));
  const names = path.length < signature.chain.length ? [{ heading: t.chain, rows: signature.chain.map((name, index): Row => [t.step(index + 1), name]) }] : [];
  return partsAround(language, report, { signature, chain: [...chain, ...names] });
}

/** The same for paper, where each certificate stands once for all signatures: the path names them by fingerprint. */
export function technicalPartsInBrief(language: Language, report: StoredReport, signature: StoredSignature): TechnicalPart[] {
  const t = technicalWords[language];
  const path = pathOf(report, signature);
  const names = path.length < signature.chain.length ? signature.chain : path.map(({ subject, fingerprint }) => `${subject}; ${t.fingerprint} ${fingerprint.slice(0, 16)}…`);
  const rows = names.map((name, index): Row => [t.step(index + 1), name]);
  const [own, others] = [rows.slice(0, Math.max(1, signature.chain.length)), rows.slice(Math.max(1, signature.chain.length))];
  return partsAround(language, report, { signature, chain: [{ heading: t.chain, rows: own }, { heading: t.otherCertificates, rows: others }] });
}

/** The signer's own path comes first in the grounds, then those of its time stamp and of OCSP responders. */
function placeIn(language: Language, { chain }: StoredSignature, index: number): string {
  const t = technicalWords[language];
  const own = Math.max(1, chain.length);
  return index < own ? `${t.chain}: ${t.step(index + 1)}` : `${t.otherCertificates}: ${t.step(index + 1 - own)}`;
}

/** Each certificate of the report once. */
export function certificateParts(language: Language, report: StoredReport): TechnicalPart[] {
  const all = new Map(report.signatures.flatMap((signature) => pathOf(report, signature)).map((certificate) => [certificate.fingerprint, certificate]));
  return [...all.values()].map((certificate) => ({ heading: certificate.subject, rows: certificateRows(language, certificate) }));
}

function partsAround(language: Language, report: StoredReport, { signature, chain }: { signature: StoredSignature; chain: TechnicalPart[] }): TechnicalPart[] {
  const t = technicalWords[language];
  const parts = [
    { heading: t.judgement, rows: judgementRows(language, signature) },
    ...chain,
    { heading: t.revocations, rows: revocationRows(language, report, signature) },
    { heading: t.timestamp, rows: timestampRows(language, signature) },
    { heading: t.attributes, rows: (signature.grounds?.attributes ?? []).map(({ name, value }): Row => [attributeNames[name] ?? name, value]) },
    { heading: t.changes, rows: signature.changes.map(({ text, severity, objectNumber }): Row => [t.severities[severity], objectNumber === 0 ? text[language] : `${text[language]} (${t.object} ${String(objectNumber)})`]) },
  ];
  return parts.filter(({ rows }) => rows.length > 0);
}

function judgementRows(language: Language, signature: StoredSignature): Row[] {
  const t = technicalWords[language];
  const { indication, subIndication, claimedTime, bestSignatureTime, problems } = signature;
  const findings = problems.map(({ code, text }): Row => [t.finding, `${text[language]} (${code})`]);
  return filled([
    [t.indication, subIndication === null ? indication : `${indication} / ${subIndication}`],
    [t.rules, t.rulesText],
    [t.format, `${signature.format}, ${signature.level}`],
    [t.field, signature.field],
    [words[language].fields.algorithm, signature.algorithm],
    [t.claimedTime, claimedTime === null ? null : at(claimedTime)],
    [t.bestTime, bestSignatureTime === undefined ? null : at(bestSignatureTime)],
    ...(findings.length === 0 ? [[t.findings, t.noFindings] as const] : findings),
  ]);
}

type CertificateFacts = NonNullable<StoredSignature['certificate']>;

/** From the signer up to the root; kinds of files that do not tell their path give the signer's certificate alone. */
function pathOf({ certificates = [] }: StoredReport, { grounds, certificate }: StoredSignature): CertificateFacts[] {
  const known = new Map(certificates.map((each) => [each.fingerprint, each]));
  const path = (grounds?.certificates ?? []).flatMap((fingerprint) => known.get(fingerprint) ?? []);
  return path.length > 0 ? path : certificate === null ? [] : [certificate];
}

function certificateRows(language: Language, certificate: CertificateFacts): Row[] {
  const t = technicalWords[language];
  const w = words[language];
  return filled([
    [t.subject, certificate.subject],
    [t.issuer, certificate.issuer],
    [t.serial, certificate.serialNumber],
    [t.validity, `${w.from} ${at(certificate.notBefore)} ${w.to} ${at(certificate.notAfter)}`],
    [t.key, certificate.key],
    [t.fingerprint, certificate.fingerprint],
  ]);
}

function revocationRows(language: Language, report: StoredReport, { grounds }: StoredSignature): Row[] {
  const t = technicalWords[language];
  if (grounds === undefined) return [];
  const wanted = new Set(grounds.revocations);
  const rows = (report.revocations ?? []).filter(({ sha256 }) => wanted.has(sha256)).map((source): Row => {
    const number = source.number === null ? '' : `, ${t.number} ${source.number}`;
    const until = source.nextUpdate === null ? '' : `, ${t.nextUpdate} ${at(source.nextUpdate)}`;
    return [t.kinds[source.kind], `${source.issuer ?? ''}${number}; ${t.producedAt} ${at(source.producedAt)}${until}; ${t.origins[source.origin]}; SHA-256 ${source.sha256}`.replace(/^; /, '')];
  });
  return rows.length > 0 ? rows : [[t.revocations, t.noRevocations]];
}

function timestampRows(language: Language, { timestamp, archiveTimestamps = [] }: StoredSignature): Row[] {
  const t = technicalWords[language];
  const w = words[language];
  if (timestamp === null) return [];
  const archives = archiveTimestamps.map((each): Row => [t.archiveTimestamp, `${at(each.time)}, ${each.authority}; ${each.indication}`]);
  return filled([
    ...archives,
    [w.fields.timestamp, at(timestamp.time)],
    [t.issuer, timestamp.authority],
    [w.fields.algorithm, timestamp.algorithm],
    [t.indication, timestamp.subIndication === null ? timestamp.indication : `${timestamp.indication} / ${timestamp.subIndication}`],
  ]);
}

function filled(rows: readonly (readonly [string, string | null])[]): Row[] {
  return rows.filter((row): row is Row => row[1] !== null && row[1] !== '');
}

function at(instant: string): string {
  return formatInstant(new Date(instant));
}

function day(instant: string): string {
  return formatDay(vietnamDay(new Date(instant)));
}
