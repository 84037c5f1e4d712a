import { ApiError } from '#ui/api-error.ts';
import type { Placement, SigningProgressReply, SignTogetherReply } from '../contract.ts';

/** One document of a batch, with the place that was found or confirmed for it. */
export type BatchItem = { id: string; act: 'sign' | 'initial'; placement: Placement | null };

export type BatchResult =
  | { state: 'waiting' }
  | { state: 'signing' }
  | { state: 'signed' }
  /** The signer confirms on a device. */
  | { state: 'pending' }
  | { state: 'refused'; message: string; fix: string | undefined; /** The request in which it waits for the person's passkey. */ approvalId?: string | undefined };

export type BatchRun = {
  items: readonly BatchItem[];
  send: (items: readonly BatchItem[], idempotencyKey: string) => Promise<SignTogetherReply>;
  /** How far the server is; asked again and again while it signs. */
  follow: (ids: readonly string[]) => Promise<SigningProgressReply>;
  pause: () => Promise<void>;
  key: string;
  onResult: (id: string, result: BatchResult | undefined) => void;
};

export type BatchEnd = { /** What was wrong with the key or the connection, so that the rest is not signed. */ stopped: ApiError | undefined; confirmations: number; /** The requests that wait for the person's passkey. */ approvalIds: readonly string[] };

/**
 * Signs all documents by one request, so that the PIN is checked once and a device asks once, and shows each document's progress meanwhile. An
 * answer that was lost on its way is asked for once more under the same key, which signs nothing twice.
 */
export async function signTogether(run: BatchRun): Promise<BatchEnd> {
  const { items, onResult } = run;
  const settled = new Set<string>();
  const note = (id: string, result: BatchResult | undefined): void => {
    if (result?.state === 'signed') settled.add(id);
    onResult(id, result);
  };
  for (const { id } of items) note(id, { state: 'waiting' });
  const watching = { isOver: false };
  const watched = watch(run, watching, (id, result) => {
    if (!watching.isOver && !settled.has(id)) note(id, result);
  });
  try {
    const reply = await sendPatiently(run);
    watching.isOver = true;
    for (const document of reply.documents.filter(({ id }) => !settled.has(id))) note(document.id, document.state === 'refused' ? { state: 'refused', message: document.problem.message, fix: document.problem.fix, ...(document.approvalId === undefined ? {} : { approvalId: document.approvalId }) } : { state: document.state });
    return { stopped: undefined, confirmations: reply.confirmations, approvalIds: reply.approvalIds };
  } catch (error) {
    watching.isOver = true;
    if (!(error instanceof ApiError)) throw error;
    // What is signed is signed; the others wait for the next press.
    for (const { id } of items) if (!settled.has(id)) note(id, undefined);
    return { stopped: error, confirmations: 0, approvalIds: [] };
  } finally {
    watching.isOver = true;
    await watched;
  }
}

async function sendPatiently({ items, send, key }: BatchRun): Promise<SignTogetherReply> {
  try {
    return await send(items, key);
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 0) throw error;
    return send(items, key);
  }
}

async function watch({ items, follow, pause }: BatchRun, watching: { isOver: boolean }, note: (id: string, result: BatchResult) => void): Promise<void> {
  const ids = items.map(({ id }) => id);
  for (;;) {
    await pause();
    if (watching.isOver) return;
    // The request itself says what is wrong; without this answer only the screen stands still.
    const { documents } = await follow(ids).catch((error: unknown): SigningProgressReply => {
      if (error instanceof ApiError) return { documents: [] };
      throw error;
    });
    for (const { id, progress } of documents) {
      if (progress === 'signed') note(id, { state: 'signed' });
      else if (progress === 'putting-in') note(id, { state: 'signing' });
    }
  }
}

/**
 * Has the requests of a batch released by the passkey of this device. Whatever goes wrong here, the documents wait for the passkey, and the page of
 * requests can be opened for them.
 * @param touch false where this device cannot do it, or its dialog was closed
 */
export async function releaseTogether(approvalIds: readonly string[], touch: (ids: readonly string[]) => Promise<boolean>): Promise<{ stopped: ApiError | undefined; awaitsPasskey: boolean }> {
  if (approvalIds.length === 0) return { stopped: undefined, awaitsPasskey: false };
  try {
    return { stopped: undefined, awaitsPasskey: !(await touch(approvalIds)) };
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return { stopped: error, awaitsPasskey: true };
  }
}
