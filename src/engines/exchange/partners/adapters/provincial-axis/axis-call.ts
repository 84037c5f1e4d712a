import { systemActor } from '#kernel/actor.ts';
import { run } from '#kernel/command.ts';
import { translateDatabaseError } from '#kernel/database.ts';
import { AppError } from '#kernel/errors.ts';
import type { Kernel } from '#kernel/kernel.ts';
import type { RouteContext, SpecialReply } from '#kernel/route.ts';
import { noteLineGood } from '../../note-line.ts';
import { isOwnTrouble } from '../../own-trouble.ts';
import { findPartner, isInForce, openLine, type PartnerRow } from '../../partner-rows.ts';
import { AxisProblem } from './axis-problem.ts';
import { checkKey } from './keys.ts';
import { countRequest } from './meter.ts';
import type { AxisLine } from './settings.ts';
import { noteStep, noteStepProblem, type Step } from './steps.ts';

export type AxisCall = { kernel: Kernel; partner: PartnerRow; line: AxisLine; http: RouteContext };

/** What vendors' systems are answered. Numbers are texts, as their clients read them both ways. */
export type AxisReply = { status: 'OK' | 'FAIL'; ErrorCode: string; ErrorDesc: string; ErrorDescEn: string; DocId: string | null } & Record<string, unknown>;

export const axisActor = { actor: systemActor('exchange.axis') };
const CALL_MS = 300_000;

/** Who calls, and whether it may now. Nothing of the body is read before. @throws AxisProblem 15, 33, 34 */
async function openCall(http: RouteContext): Promise<AxisCall> {
  const { kernel } = http;
  const { headers } = http.request;
  const [systemId, secret] = [headers['x-systemid'] ?? headers['systemid'], headers['x-secretkey']];
  if (typeof systemId !== 'string' || typeof secret !== 'string') throw new AxisProblem('wrongKey');
  const { line, partner } = await openSystem(kernel, { systemId, secret });
  if (!isInForce(partner, kernel.clock.now())) throw new AxisProblem('suspended');
  await countRequest(kernel.database.pool, { partnerId: partner.id, config: line.config, now: kernel.clock.now() });
  await run(kernel, noteLineGood, partner, axisActor);
  return { kernel, partner, line, http };
}

/** The system that a key opens. @throws AxisProblem 15 */
export async function openSystem(kernel: Kernel, given: { systemId: string; secret: string }): Promise<{ partner: PartnerRow; line: AxisLine }> {
  const key = await checkKey(kernel.database.pool, { systemId: given.systemId.trim(), secret: given.secret.trim(), now: kernel.clock.now() });
  if (key.verdict === 'unknown') throw new AxisProblem('wrongKey');
  if (key.verdict === 'ended') throw new AxisProblem('expiredKey');
  const partner = await findPartner(kernel.database.pool, key.partnerId);
  if (partner === undefined) throw new AxisProblem('wrongKey');
  // safe because a partner of this protocol has settings of its adapter
  return { partner, line: openLine(kernel, partner, AbortSignal.timeout(CALL_MS)) as AxisLine };
}

export type Outcome = SpecialReply | { reply: Record<string, unknown>; docId?: string; steps: readonly Step[] };

/** Answers a request of a vendor's system in the form that it speaks, refusals included; in sandbox mode the checklist learns of both. */
export async function answerAxis(http: RouteContext, step: Step, work: (call: AxisCall) => Promise<Outcome>): Promise<SpecialReply> {
  let call: AxisCall | undefined;
  try {
    call = await openCall(http);
    const outcome = await work(call);
    if ('special' in outcome) return outcome;
    await tick(call, outcome.steps);
    return json(http, 200, { status: 'OK', ErrorCode: '0', ErrorDesc: 'Thành công', ErrorDescEn: 'Done', DocId: outcome.docId ?? null, ...outcome.reply });
  } catch (error) {
    const problem = asProblem(http, error);
    // What failed because of our own database or disk says nothing of the vendor, and could not be noted either.
    if (call?.line.config.isSandbox === true && !isOwnTrouble(error)) await noteStepProblem(call.kernel.database.pool, { partnerId: call.partner.id, step, problem, now: call.kernel.clock.now() });
    // What was not read of the body is not waited for.
    if (!http.request.raw.complete) http.reply.header('connection', 'close');
    if (problem.retryAfterSeconds !== undefined) http.reply.header('retry-after', problem.retryAfterSeconds);
    return json(http, problem.status, { status: 'FAIL', ErrorCode: String(problem.code), ErrorDesc: problem.vi, ErrorDescEn: problem.en, DocId: problem.docId, requestId: http.requestId });
  }
}

/** Ticks steps of the checklist off, in sandbox mode. */
export async function tick({ kernel, partner, line }: AxisCall, done: readonly Step[]): Promise<void> {
  if (!line.config.isSandbox) return;
  for (const step of done) await noteStep(kernel.database.pool, { partnerId: partner.id, step, now: kernel.clock.now() });
}

function asProblem(http: RouteContext, thrown: unknown): AxisProblem {
  if (thrown instanceof AxisProblem) return thrown;
  const error = translateDatabaseError(thrown);
  if (error instanceof AppError && error.code === 'exchange.parcelChanged') return new AxisProblem('packetChanged', { cause: error });
  if (error instanceof AppError && error.entry.status === 503) return new AxisProblem('unavailable', { cause: error, retryAfterSeconds: 30 });
  http.kernel.log.error({ err: error, requestId: http.requestId }, 'a request of a vendor’s system failed');
  if (error instanceof AppError && error.code === 'kernel.storageFull') return new AxisProblem('storageFull', { cause: error, retryAfterSeconds: 300 });
  return new AxisProblem('broken', { detail: http.requestId, cause: error });
}

function json(http: RouteContext, status: number, body: AxisReply): SpecialReply {
  http.reply.code(status);
  return { special: 'json', text: JSON.stringify(body) };
}
