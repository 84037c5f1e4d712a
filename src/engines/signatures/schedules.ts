import { systemActor } from '#kernel/actor.ts';
import { run, type CommandContext } from '#kernel/command.ts';
import type { Kernel } from '#kernel/kernel.ts';
import type { Schedule } from '#kernel/module.ts';
import { attachTimestamp, treeHeadsWithoutTimestamp } from '#engines/audit/index.ts';
import { forgetOpenedAuthority, renewServiceKeys } from './adapters/built-in-authority/keys.ts';
import { signOcspAnswersAhead } from './adapters/built-in-authority/ocsp-answers.ts';
import { publishDueRevocationLists } from './adapters/built-in-authority/revocations.ts';
import { measureTimePeers } from './adapters/timestamps/time-peers.ts';
import { timestampSource } from './adapters/timestamps/timestamp-source.ts';
import { forgetEndedConsents } from './commands/service-consents.ts';
import { expireSignings } from './commands/signing-states.ts';
import { renewArchives } from './jobs/archive-file.ts';
import { exportPublicMaterial } from './trust.ts';

const MINUTE_MS = 60_000;

export const signatureSchedules: readonly Schedule[] = [
  {
    name: 'signatures.expire-signings',
    everyMs: MINUTE_MS,
    run: async (kernel) => {
      await run(kernel, (ctx: CommandContext) => expireSignings(ctx), {}, { actor: systemActor('signatures.expire-signings') });
    },
  },
  { name: 'signatures.publish-revocation-lists', everyMs: 10 * MINUTE_MS, run: publish },
  {
    name: 'signatures.sign-ocsp-answers',
    everyMs: 5 * MINUTE_MS,
    run: async (kernel) => {
      await signOcspAnswersAhead(kernel);
    },
  },
  {
    name: 'signatures.renew-service-keys',
    everyMs: 24 * 60 * MINUTE_MS,
    run: async (kernel) => {
      const renewed = await run(kernel, (ctx: CommandContext) => renewServiceKeys(ctx), {}, { actor: systemActor('signatures.renew-service-keys') });
      if (renewed.length > 0) forgetOpenedAuthority(kernel);
    },
  },
  {
    name: 'signatures.renew-archives',
    everyMs: 24 * 60 * MINUTE_MS,
    run: async (kernel) => {
      await renewArchives(kernel);
    },
  },
  { name: 'signatures.forget-consents', everyMs: 15 * MINUTE_MS, run: forgetEndedConsents },
  { name: 'signatures.ask-time-peers', everyMs: 5 * MINUTE_MS, run: measureTimePeers },
  { name: 'signatures.timestamp-tree-heads', everyMs: MINUTE_MS, run: timestampTreeHeads },
];

async function publish(kernel: Kernel): Promise<void> {
  await publishDueRevocationLists(kernel);
  await exportPublicMaterial(kernel);
}

/** Timestamps the newest head of the audit tree: every earlier tree is its beginning, so one is enough. */
export async function timestampTreeHeads(kernel: Kernel): Promise<void> {
  const [head] = await treeHeadsWithoutTimestamp(kernel.database.pool);
  if (head === undefined) return;
  const source = await timestampSource(kernel);
  const { token } = await source.stamp(Buffer.from(head.checkpoint, 'utf8'));
  await run(kernel, attachTimestamp, { treeSize: head.size, token }, { actor: systemActor('signatures.timestamp-tree-heads') });
}
