/** The second front door: what checks the record's proofs and needs neither database nor kernel. */
export { checkpointText, signedCheckpoint, verifierKey, verifyCheckpoint, type CheckpointBody } from './domain/checkpoint.ts';
export { leafHash, type AuditEntry } from './domain/entry.ts';
export { verifyConsistency, verifyInclusion, type ConsistencyClaim, type InclusionClaim } from './domain/proofs.ts';
