import type { PersonActor } from '#kernel/actor.ts';
import type { Id } from '#kernel/ids.ts';
import type { Kernel } from '#kernel/kernel.ts';
import { traceEnvelope, traceMessage } from '#engines/exchange/index.ts';
import type { TracedEnvelope, TracedMessage } from '../contract.ts';
import { errors } from '../errors.ts';
import { mayFollow, mayTakeEvidence, readsContent } from '../policy.ts';

/** The whole way of an envelope. Of another agency's one sees how it went, and nothing of what it says or of the people who wrote and answered. */
export async function tracedEnvelopeFor(kernel: Kernel, actor: PersonActor, of: { agencyId: string; envelopeId: string; recipient?: string | undefined }): Promise<TracedEnvelope> {
  if (!mayFollow(actor, of.agencyId)) throw errors.notFound();
  // safe because the address names an agency here
  const trace = await traceEnvelope(kernel.database.pool, { ...of, agencyId: of.agencyId as Id<'agency'> });
  const isOwn = readsContent(actor, of.agencyId);
  const evidence = mayTakeEvidence(actor, of.agencyId) ? `/api/v1/exchange/envelopes/${of.envelopeId}/evidence` : null;
  if (isOwn) return { ...trace, isOwn, evidence, deliveries: trace.deliveries.map((delivery) => ({ ...delivery, arrival: withoutReasons(delivery.arrival) })) };
  return {
    ...trace,
    isOwn,
    evidence,
    summary: null,
    sentBy: '',
    files: trace.files.map((file) => ({ ...file, name: '' })),
    deliveries: trace.deliveries.map((delivery) => ({ ...delivery, arrival: withoutReasons(delivery.arrival), answers: delivery.answers.map(withoutPeople) })),
  };
}

type Arrival = TracedEnvelope['deliveries'][number]['arrival'];

/** What a step found may name a file of the document; that it failed is enough. */
function withoutReasons(arrival: Arrival): Arrival {
  return arrival === null ? null : { ...arrival, steps: arrival.steps.map(({ step, outcome }) => ({ step, outcome })) };
}

const withoutPeople = <Answer extends { by: string; title: string | null; reason: string | null; receipt: string }>(answer: Answer): Answer => ({ ...answer, by: '', title: null, reason: null, receipt: '' });

/** The whole way of a message at its receiver, on the same terms. */
export async function tracedMessageFor(kernel: Kernel, actor: PersonActor, of: { agencyId: string; messageId: string }): Promise<TracedMessage> {
  if (!mayFollow(actor, of.agencyId)) throw errors.notFound();
  // safe because the address names an agency here
  const trace = await traceMessage(kernel.database.pool, { ...of, agencyId: of.agencyId as Id<'agency'> });
  const isOwn = readsContent(actor, of.agencyId);
  const evidence = mayTakeEvidence(actor, of.agencyId) ? `/api/v1/exchange/messages/${of.messageId}/evidence` : null;
  if (isOwn) return { ...trace, isOwn, evidence };
  return { ...trace, isOwn, evidence, summary: null, steps: trace.steps.map(({ step, outcome }) => ({ step, outcome })), answers: trace.answers.map(withoutPeople) };
}
