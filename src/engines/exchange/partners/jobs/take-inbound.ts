import { z } from 'zod';
import { systemActor } from '#kernel/actor.ts';
import { run, type CommandContext } from '#kernel/command.ts';
import { outsideJob } from '#kernel/jobs.ts';
import type { Kernel } from '#kernel/kernel.ts';
import { readEnvelope } from '../../envelope.ts';
import type { FileInspection } from '../../inspection.ts';
import { inspectFile } from '../../jobs/inspect.ts';
import { adapterOf, PartnerUnavailable, type EnvelopeContent, type InboundContent, type Reading } from '../adapter.ts';
import { applyAnswer, applyOutcome } from '../apply-answer.ts';
import { applyEnvelopes, type InspectedEnvelope } from '../apply-envelope.ts';
import { getInbound, lockInbound, settleInbound, type InboundId, type InboundRow } from '../inbound.ts';
import { applyOpening } from '../openings.ts';
import { isOwnTrouble } from '../own-trouble.ts';
import { findPartner, openLine } from '../partner-rows.ts';
import { applyReminder } from '../reminders.ts';

const JOB = 'exchange.take-inbound';
/** What fails so often for no reason that anybody foresaw waits in quarantine, where a person sees it. */
const MOST_ATTEMPTS = 5;
/** A partner that has to be asked for something first may be out of reach for an hour before a person is called. */
const MOST_CALLS = 12;
const READ_MS = 60_000;

/**
 * Reads an arrival, looks at its files outside any transaction, and applies it in one. Whoever dies in between has changed
 * nothing; what runs again finds its work done.
 */
export const takeInboundJobDefinition = outsideJob({
  kind: JOB,
  // safe because only this engine writes these payloads
  payload: z.object({ inboundId: z.uuid().transform((id) => id as InboundId) }),
  // It ends in quarantine at the latest, in sight, never as a job that nobody looks at.
  maxAttempts: Number.MAX_SAFE_INTEGER,
  handle: async (kernel, job) => {
    const inbound = await getInbound(kernel.database.pool, job.payload.inboundId);
    if (inbound.state !== 'waiting') return;
    const options = { actor: systemActor(JOB) };
    try {
      const reading = await read(kernel, inbound);
      const envelopes = reading.ok && reading.content.kind === 'envelope' ? await inspectAll(kernel, [reading.content, ...(reading.also ?? [])]) : [];
      await run(kernel, applyInbound, { id: inbound.id, reading, envelopes }, options);
    } catch (error) {
      const outOfReach = error instanceof PartnerUnavailable ? error : undefined;
      if (job.attempts < (outOfReach === undefined ? MOST_ATTEMPTS : MOST_CALLS) || isOwnTrouble(error)) throw error;
      const problem = error instanceof Error ? error.message : String(error);
      await run(kernel, applyInbound, { id: inbound.id, reading: { ok: false, code: outOfReach?.code ?? 'defect', problem }, envelopes: [] }, options);
    }
  },
});

async function read(kernel: Kernel, inbound: InboundRow): Promise<Reading> {
  const partner = await findPartner(kernel.database.pool, inbound.partnerId);
  if (partner === undefined) throw new Error('an arrival has a partner');
  const original = { sha256: inbound.originalHash, sizeBytes: inbound.sizeBytes };
  return adapterOf(kernel, partner.protocol).read(openLine(kernel, partner, AbortSignal.timeout(READ_MS)), original);
}

async function inspectAll(kernel: Kernel, contents: readonly EnvelopeContent[]): Promise<InspectedEnvelope[]> {
  const found: InspectedEnvelope[] = [];
  for (const content of contents) {
    const parsed = readEnvelope(content.original);
    const files = parsed.ok ? new Map(parsed.envelope.files.map((file) => [file.sha256, file])) : new Map<string, never>();
    const inspection: FileInspection[] = [];
    for (const file of files.values()) inspection.push(await inspectFile(kernel, file));
    found.push({ content, inspection });
  }
  return found;
}

async function applyInbound(ctx: CommandContext, input: { id: InboundId; reading: Reading; envelopes: readonly InspectedEnvelope[] }): Promise<void> {
  const inbound = await lockInbound(ctx, input.id);
  if (inbound.state !== 'waiting') return;
  const { reading, envelopes } = input;
  if (!reading.ok) return settleInbound(ctx, inbound, { state: 'quarantined', code: reading.code, problem: reading.problem, awaits: reading.awaits });
  await applyContent(ctx, inbound, { content: reading.content, envelopes });
}

function applyContent(ctx: CommandContext, inbound: InboundRow, given: { content: InboundContent; envelopes: readonly InspectedEnvelope[] }): Promise<void> {
  const { content, envelopes } = given;
  switch (content.kind) {
    case 'envelope':
      return applyEnvelopes(ctx, inbound, envelopes);
    case 'answer':
      return applyAnswer(ctx, inbound, content);
    case 'outcome':
      return applyOutcome(ctx, inbound, content);
    case 'opening':
      return applyOpening(ctx, inbound, content);
    case 'reminder':
      return applyReminder(ctx, inbound, content);
  }
}
