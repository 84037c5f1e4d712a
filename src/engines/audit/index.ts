import { join } from 'node:path';
import type { Module } from '#kernel/module.ts';
import { sealerHealth } from './health.ts';
import { recorder } from './recorder.ts';
import { routes } from './routes.ts';
import { sealNow } from './sealer.ts';

export { verifierKey, verifyCheckpoint, type CheckpointBody } from './domain/checkpoint.ts';
export { leafHash, type AuditEntry } from './domain/entry.ts';
export { verifyConsistency, verifyInclusion, type ConsistencyClaim, type InclusionClaim } from './domain/proofs.ts';
export { describeHead, describeProof } from './describe-proof.ts';
export { describeActor, describeEvent } from './describe-event.ts';
export { consistencyProof, inclusionProof, inclusionProofs, stampedHeads, type ConsistencyProof, type EntriesAbout, type InclusionProof } from './queries/proofs.ts';
export { mentionsSince, recordSize, type Mention, type MentionsAsked, type MentionsRead } from './queries/mentions.ts';
export { timeline, type Subject, type TimelineCursor, type TimelineQuery, type TimelineRow } from './queries/timeline.ts';
export { attachTimestamp, findTreeHead, latestTreeHead, treeHeadsWithoutTimestamp, type TreeHead } from './queries/tree-heads.ts';
export { verifyAll, type AuditProblem, type AuditVerdict } from './queries/verify-all.ts';
export { searchEntries, type EntrySearch, type FoundEntry } from './queries/search-entries.ts';
export { countDue, expireEntries, liftHold, listHolds, listRetentionRules, placeHold, setRetentionRule, type HoldScope, type LegalHold, type RetentionRule } from './retention.ts';
export { otherKeys, type OtherKey } from './queries/own-head.ts';
export { sealNow } from './sealer.ts';
export { isOwnHead } from './signing-key.ts';
export { timelineOf } from './timeline-of.ts';
export { timelineReply, type TimelineEntry, type TimelineReply } from './contract.ts';

/** The append-only record of what happened, its seals and its proofs. */
export const auditModule: Module = {
  name: 'audit',
  migrations: join(import.meta.dirname, 'migrations'),
  recorder,
  routes,
  schedules: [
    {
      name: 'audit.seal',
      everyMs: 2000,
      run: async (kernel) => {
        await sealNow(kernel);
      },
    },
  ],
  health: [sealerHealth],
};
