import { parentPort, workerData } from 'node:worker_threads';
import { SigningDriverError } from '../signing-driver.ts';
import { findKoffi } from './koffi.ts';
import { loadModule } from './module.ts';
import type { LaneAnswer, LaneOrder, LaneSettings } from './lanes.ts';
import { tokenUser, type TokenUser } from './token.ts';

/** A thread of its own: a token's calls block, a touch or a slow network HSM for seconds. */
// safe because only lanes.ts starts this thread
const { modulePath } = workerData as LaneSettings;
let user: TokenUser | undefined;

parentPort?.on('message', (order: LaneOrder) => {
  parentPort?.postMessage(answerTo(order));
});

function answerTo(order: LaneOrder): LaneAnswer {
  try {
    user ??= open();
    if (order.kind === 'list') return { state: 'listed', certificates: user.list(order.choice) };
    if (order.kind === 'sign') return { state: 'signed', signatures: user.sign(order.choice, revived(order.request)) };
    if (order.kind === 'generate') return { state: 'generated', publicKey: user.generate(order.choice, { ...order.key, keyId: Buffer.from(order.key.keyId) }) };
    if (order.kind === 'missing') return { state: 'looked', missing: user.missing(order.choice, { keyIds: order.keyIds.map((each) => Buffer.from(each)), pin: order.pin }) };
    user.forget(order.how);
    return { state: 'forgotten' };
  } catch (error) {
    if (error instanceof SigningDriverError) return { state: 'failed', problem: error.problem, detail: error.message, isLastTry: error.isLastTry };
    return { state: 'failed', problem: 'unavailable', detail: String(error), isLastTry: false };
  }
}

function open(): TokenUser {
  const koffi = findKoffi();
  if (koffi === undefined) throw new SigningDriverError('unavailable', { detail: 'the optional package koffi is not installed for this platform' });
  return tokenUser(loadModule(koffi, modulePath));
}

/** Bytes cross between threads as plain Uint8Array. */
function revived(request: Extract<LaneOrder, { kind: 'sign' }>['request']): typeof request {
  return {
    ...request,
    certificate: Buffer.from(request.certificate),
    keyId: request.keyId === undefined ? undefined : Buffer.from(request.keyId),
    digests: request.digests.map((each) => Buffer.from(each)),
  };
}
