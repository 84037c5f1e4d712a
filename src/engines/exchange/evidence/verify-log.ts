import { leafHash, signedCheckpoint, verifierKey, verifyCheckpoint, verifyInclusion, type CheckpointBody } from '#engines/audit/offline.ts';
import type { AloneValidator } from '#engines/signatures/offline.ts';
import { formatInstant } from '#kernel/time.ts';
import { check, type EvidenceCheck } from './checks.ts';
import { evidenceLog, partNames, type EvidenceLog, type EvidenceManifest } from './format.ts';
import { readJson, type Parts } from './parts.ts';
import type { EvidenceTrust } from './verify.ts';

type LogInput = { manifest: EvidenceManifest; parts: Parts; trust: EvidenceTrust; judgeTimestamp: AloneValidator['judgeTimestamp'] };

/** Each entry leads to the root, the root is signed, time-stamped and the one that witnesses know, and the entries tell of this envelope. */
export function checkLog({ manifest, parts, trust, judgeTimestamp }: LogInput): EvidenceCheck[] {
  const parsed = evidenceLog.safeParse(readJson(parts.get(partNames.log)));
  if (!parsed.success) return [check('log.unreadable', 'failed', partNames.log)];
  const log = parsed.data;
  return [...checkEntries(log), ...checkOwn(manifest, log), ...checkStory(manifest, log), ...checkHead(log, trust), ...checkTimestamp(log, judgeTimestamp)];
}

function bodyOf({ treeHead }: EvidenceLog): CheckpointBody {
  return { origin: treeHead.origin, size: treeHead.size, root: bytesOf(treeHead.root), at: new Date(treeHead.at) };
}

function bytesOf(base64: string): Buffer {
  return Buffer.from(base64, 'base64');
}

function checkEntries(log: EvidenceLog): EvidenceCheck[] {
  const { size, root } = bodyOf(log);
  const wrong = log.entries.flatMap(({ entry, leafHash: stated, leafIndex, path }) => {
    const computed = leafHash(entry);
    const holds = computed.equals(bytesOf(stated)) && verifyInclusion({ leafHash: computed, leafIndex, treeSize: size, path: path.map(bytesOf), root });
    return holds ? [] : [check('log.changed', 'failed', `${entry.type} ${entry.id}`)];
  });
  return wrong.length > 0 ? wrong : [check('log.proven', 'passed', String(log.entries.length))];
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

/** The record of the side that made the package tells of the sending or of the arrival, and of this very content. */
function checkStory({ side, envelopeId, contentHash }: EvidenceManifest, { entries }: EvidenceLog): EvidenceCheck[] {
  const wanted = side === 'sender' ? ['exchange.envelope-sent'] : ['exchange.message-arrived', 'exchange.message-refused'];
  const told = entries.filter(({ entry }) => wanted.includes(entry.type) && entry.data['envelopeId'] === envelopeId);
  if (told.length === 0) return [check('log.silent', 'failed', partNames.log)];
  return told.flatMap(({ entry }) => {
    const hash = entry.data['contentHash'];
    // Of what the system refused, the receipt names the hash.
    const isSilent = hash === undefined && entry.type === 'exchange.message-refused';
    return isSilent || hash === contentHash ? [] : [check('log.contradicts', 'failed', `${entry.type} ${entry.id}`)];
  });
}

function checkHead(log: EvidenceLog, { logKeys = [], witnessed = [] }: EvidenceTrust): EvidenceCheck[] {
  const { treeHead } = log;
  const body = bodyOf(log);
  const publicKey = bytesOf(treeHead.publicKey);
  const signature = bytesOf(treeHead.signature);
  const about = `${treeHead.origin} ${String(treeHead.size)}`;
  const isSigned = publicKey.length === 32 && verifyCheckpoint(body, publicKey, signature) && treeHead.checkpoint === signedCheckpoint(body, publicKey, signature);
  if (!isSigned) return [check('head.forged', 'failed', about)];
  if (logKeys.length > 0 && !logKeys.includes(verifierKey(body.origin, publicKey))) return [check('head.otherKey', 'failed', about)];
  return [check('head.signed', 'passed', about), ...checkWitnesses(body, witnessed)];
}

/** A checkpoint that somebody kept of the same record: the same size must have the same root. One that cannot be compared is no witness. */
function checkWitnesses({ origin, size, root }: CheckpointBody, witnessed: readonly string[]): EvidenceCheck[] {
  return witnessed.flatMap((text) => {
    const [itsOrigin, itsSize, itsRoot] = text.split('\n');
    if (itsOrigin !== origin || itsSize !== String(size)) return [check('head.uncompared', 'warned', `${itsOrigin ?? ''} ${itsSize ?? ''}`)];
    const isSame = bytesOf(itsRoot ?? '').equals(root);
    return [isSame ? check('head.witnessed', 'passed', `${origin} ${String(size)}`) : check('head.contradicted', 'failed', `${origin} ${String(size)}`)];
  });
}

function checkTimestamp({ treeHead }: EvidenceLog, judgeTimestamp: AloneValidator['judgeTimestamp']): EvidenceCheck[] {
  if (treeHead.timestampToken === null) return [check('timestamp.missing', 'warned', treeHead.origin)];
  const { time, authority, problem } = judgeTimestamp(bytesOf(treeHead.timestampToken), Buffer.from(treeHead.checkpoint, 'utf8'));
  if (problem !== undefined || time === undefined) return [check('timestamp.invalid', 'failed', treeHead.origin, problem)];
  return [check('timestamp.valid', 'passed', treeHead.origin, { vi: `${formatInstant(time)}, ${authority ?? ''}.`, en: `${time.toISOString()}, ${authority ?? ''}.` })];
}
