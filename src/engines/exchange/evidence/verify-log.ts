import { z } from 'zod';
import { consistencyProofSchema } from '#engines/audit/contract.ts';
import { leafHash, signedCheckpoint, verifierKey, verifyCheckpoint, verifyConsistency, verifyInclusion, type AuditEntry, type CheckpointBody } from '#engines/audit/offline.ts';
import type { AloneValidator } from '#engines/signatures/offline.ts';
import { formatInstant } from '#kernel/time.ts';
import { check, type EvidenceCheck } from './checks.ts';
import { evidenceLog, partNames, type EvidenceLog, type EvidenceManifest } from './format.ts';
import { readJson, type Parts } from './parts.ts';
import type { EvidenceTrust } from './verify.ts';

type LogInput = { manifest: EvidenceManifest; parts: Parts; trust: EvidenceTrust; judgeTimestamp: AloneValidator['judgeTimestamp'] };

/** Each entry leads to the root, the root is signed, time-stamped and the one that witnesses know, and the entries tell of this envelope. */
export function checkLog({ manifest, parts, trust, judgeTimestamp }: LogInput): EvidenceCheck[] {
  const written = readJson(parts.get(partNames.log));
  const parsed = evidenceLog.safeParse(written);
  if (!parsed.success) return [check('log.unreadable', 'failed', partNames.log)];
  const log = parsed.data;
  const times = checkTimes(log, judgeTimestamp);
  const isOlderForm = !earlierRoots.safeParse(written).success && times.some(({ code }) => code === 'log.sealedLate');
  const older = isOlderForm ? [check('log.olderForm', 'warned', partNames.log)] : [];
  return [...checkEntries(log), ...checkOwn(manifest, log), ...checkStory(manifest, log), ...checkHead(log, trust), ...checkTimestamp(log, judgeTimestamp), ...older, ...times];
}

const earlierRoots = z.object({ stamped: z.array(z.unknown()) });

function bodyOf({ origin, size, root, at }: EvidenceLog['treeHead']): CheckpointBody {
  return { origin, size, root: bytesOf(root), at: new Date(at) };
}

function bytesOf(base64: string): Buffer {
  return Buffer.from(base64, 'base64');
}

function checkEntries(log: EvidenceLog): EvidenceCheck[] {
  const { size, root } = bodyOf(log.treeHead);
  const wrong = log.entries.flatMap(({ entry, leafHash: stated, leafIndex, path }) => {
    const computed = hashOf(entry);
    const holds = computed?.equals(bytesOf(stated)) && verifyInclusion({ leafHash: computed, leafIndex, treeSize: size, path: path.map(bytesOf), root });
    return holds ? [] : [check('log.changed', 'failed', `${entry.type} ${entry.id}`)];
  });
  return wrong.length > 0 ? wrong : [check('log.proven', 'passed', String(log.entries.length))];
}

/** Undefined for what has no canonical form: whoever recorded it could not have hashed it. */
function hashOf(entry: AuditEntry): Buffer | undefined {
  try {
    return leafHash(entry);
  } catch {
    return undefined;
  }
}

/** The entries are of the record of whoever made the package, each once. */
function checkOwn({ agency }: EvidenceManifest, { entries }: EvidenceLog): EvidenceCheck[] {
  const seen = new Set<string>();
  return entries.flatMap(({ entry }) => {
    const isDoubled = seen.has(entry.id);
    seen.add(entry.id);
    if (isDoubled) return [check('log.doubled', 'failed', `${entry.type} ${entry.id}`)];
    return entry.agencyId === agency.agencyId ? [] : [check('log.otherAgency', 'failed', `${entry.type} ${entry.id}`)];
  });
}

/** In place of the sending, which an earlier database had. */
const RECOVERED = 'exchange.envelope-recovered';

/** The record of the side that made the package tells of the sending or of the arrival, and of this very content. */
function checkStory({ side, envelopeId, contentHash, files }: EvidenceManifest, { entries }: EvidenceLog): EvidenceCheck[] {
  const wanted = side === 'sender' ? ['exchange.envelope-sent', 'exchange.notice-sent', RECOVERED] : ['exchange.message-arrived', 'exchange.notice-received', 'exchange.message-refused'];
  const told = entries.filter(({ entry }) => wanted.includes(entry.type) && entry.data['envelopeId'] === envelopeId);
  // Only a notice has no files.
  if (told.length === 0) return [check('log.silent', 'failed', partNames.log, side === 'receiver' && files.length === 0 ? earlierNotice : undefined)];
  return told.flatMap(({ entry }) => {
    const hash = entry.data['contentHash'];
    // Of what the system refused, the receipt names the hash; of a notice, records of before.
    const isSilent = hash === undefined && (entry.type === 'exchange.message-refused' || entry.type === 'exchange.notice-sent');
    if (!isSilent && hash !== contentHash) return [check('log.contradicts', 'failed', `${entry.type} ${entry.id}`)];
    return entry.type === RECOVERED ? [check('log.recovered', 'warned', entry.id)] : [];
  });
}

const earlierNotice = {
  vi: 'Thông báo thu hồi, lấy lại hoặc cập nhật mà nơi nhận đã nhận trước khi hệ thống được nâng cấp không có mục này: dùng gói xuất từ nơi gửi.',
  en: 'A recall, taking back or update that was received before the installation was upgraded has no such entry: use the package of the sender.',
};

type Head = EvidenceLog['treeHead'];

function isSigned(head: Head): boolean {
  const [body, publicKey, signature] = [bodyOf(head), bytesOf(head.publicKey), bytesOf(head.signature)];
  return publicKey.length === 32 && verifyCheckpoint(body, publicKey, signature) && head.checkpoint === signedCheckpoint(body, publicKey, signature);
}

function checkHead({ treeHead, stamped }: EvidenceLog, { logKeys = [], witnessed = [], consistency = [] }: EvidenceTrust): EvidenceCheck[] {
  const about = `${treeHead.origin} ${String(treeHead.size)}`;
  if (!isSigned(treeHead)) return [check('head.forged', 'failed', about)];
  if (logKeys.length > 0 && !logKeys.includes(verifierKey(treeHead.origin, bytesOf(treeHead.publicKey)))) return [check('head.otherKey', 'failed', about)];
  const proofs = consistency.flatMap((text) => proofOf(text) ?? []);
  const heads = [treeHead, ...stamped.filter((each) => isBeginning(each, treeHead)).map(({ head }) => head)];
  return [check('head.signed', 'passed', about), ...witnessed.map((text) => checkWitness(text, heads, proofs))];
}

type Proof = z.output<typeof consistencyProofSchema>;

function proofOf(text: string): Proof | undefined {
  const parsed = consistencyProofSchema.safeParse(readJson(Buffer.from(text, 'utf8')));
  return parsed.success ? parsed.data : undefined;
}

/**
 * A checkpoint that somebody kept of the same record: the same size must have the same root, and of two sizes the larger must only add to the
 * smaller. The proof of that may come from anybody, since the roots come from the witness and from the package. Without one there is no witness.
 */
function checkWitness(text: string, heads: readonly Head[], proofs: readonly Proof[]): EvidenceCheck {
  const [origin = '', itsSize = '', itsRoot = ''] = text.split('\n');
  const [size, root] = [Number(itsSize), bytesOf(itsRoot)];
  const about = `${origin} ${itsSize}`;
  const [own] = heads;
  const compared = heads.find((head) => head.origin === origin && head.size === size);
  if (compared !== undefined) return root.equals(bytesOf(compared.root)) ? check('head.witnessed', 'passed', about) : check('head.contradicted', 'failed', about);
  const path = proofs.find(({ first, second }) => own?.origin === origin && Math.min(own.size, size) === first.size && Math.max(own.size, size) === second.size)?.path.map(bytesOf);
  if (own === undefined || path === undefined) return check('head.uncompared', 'warned', about);
  const [first, second] = own.size < size ? [bytesOf(own.root), root] : [root, bytesOf(own.root)];
  const isOne = verifyConsistency({ first: Math.min(own.size, size), second: Math.max(own.size, size), firstRoot: first, secondRoot: second, path });
  return isOne ? check('head.witnessed', 'passed', about) : check('head.contradicted', 'failed', about);
}

function isBeginning({ head, path }: EvidenceLog['stamped'][number], whole: Head): boolean {
  const claim = { first: head.size, second: whole.size, firstRoot: bytesOf(head.root), secondRoot: bytesOf(whole.root), path: path.map(bytesOf) };
  return head.origin === whole.origin && head.publicKey === whole.publicKey && isSigned(head) && verifyConsistency(claim);
}

/** Later than this the time that an entry tells is a claim: whoever owns a database can still add to the record whatever he likes, with any date. */
const LATE_MS = 3_600_000;
/** Clocks of the installation and of the authority that stamps. */
const SKEW_MS = 300_000;

/** Each entry stood in a tree that was time-stamped soon after the time that the entry tells. */
function checkTimes(log: EvidenceLog, judgeTimestamp: AloneValidator['judgeTimestamp']): EvidenceCheck[] {
  const forged = log.stamped.filter((each) => !isBeginning(each, log.treeHead)).map(({ head }) => check('log.stampForged', 'failed', `${head.origin} ${String(head.size)}`));
  const judged = [...log.stamped.map(({ head }) => head), log.treeHead].map((head) => ({ head, ...judgeHead(head, judgeTimestamp) }));
  const wrong = judged.slice(0, -1).filter(({ time }) => time === undefined).map(({ head, problem }) => check('timestamp.invalid', 'failed', `${head.origin} ${String(head.size)}`, problem));
  const stamps = judged.flatMap(({ head, time }) => (time === undefined ? [] : [{ size: head.size, time }])).sort((one, other) => one.size - other.size);
  const late = log.entries.flatMap(({ entry, leafIndex }) => {
    const time = stamps.find(({ size }) => size > leafIndex)?.time;
    const told = new Date(entry.at);
    // Without any stamp the root says so itself.
    if (time === undefined || (time.getTime() - told.getTime() <= LATE_MS && told.getTime() - time.getTime() <= SKEW_MS)) return [];
    const words = { vi: `Mục ghi ${formatInstant(told)}, dấu thời gian đầu tiên ${formatInstant(time)}.`, en: `It tells ${told.toISOString()}, the first time stamp ${time.toISOString()}.` };
    return [check('log.sealedLate', 'warned', `${entry.type} ${entry.id}`, words)];
  });
  return [...forged, ...wrong, ...late];
}

type JudgedHead = { /** Only of a stamp that holds. */ time?: Date | undefined; problem?: { vi: string; en: string } | undefined };

function judgeHead({ timestampToken, checkpoint }: Head, judgeTimestamp: AloneValidator['judgeTimestamp']): JudgedHead {
  if (timestampToken === null) return {};
  const judged = judgeTimestamp(bytesOf(timestampToken), Buffer.from(checkpoint, 'utf8'));
  return judged.problem === undefined ? { time: judged.time } : { problem: judged.problem };
}

function checkTimestamp({ treeHead }: EvidenceLog, judgeTimestamp: AloneValidator['judgeTimestamp']): EvidenceCheck[] {
  if (treeHead.timestampToken === null) return [check('timestamp.missing', 'warned', treeHead.origin)];
  const { time, authority, problem } = judgeTimestamp(bytesOf(treeHead.timestampToken), Buffer.from(treeHead.checkpoint, 'utf8'));
  if (problem !== undefined || time === undefined) return [check('timestamp.invalid', 'failed', treeHead.origin, problem)];
  return [check('timestamp.valid', 'passed', treeHead.origin, { vi: `${formatInstant(time)}, ${authority ?? ''}.`, en: `${time.toISOString()}, ${authority ?? ''}.` })];
}
