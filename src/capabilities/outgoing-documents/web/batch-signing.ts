import { ApiError } from '#ui/api-error.ts';
import type { Placement } from '../contract.ts';

/** One document of a batch, with the place that was found or confirmed for it. */
export type BatchItem = { id: string; act: 'sign' | 'initial'; placement: Placement | null };

export type BatchResult =
  | { state: 'signing' }
  | { state: 'signed' }
  /** The signer confirms on a device. */
  | { state: 'pending' }
  | { state: 'refused'; message: string; fix: string | undefined };

export type SignOne = (item: BatchItem, idempotencyKey: string) => Promise<{ state: 'signed' | 'pending' }>;

export type BatchRun = { items: readonly BatchItem[]; sign: SignOne; newKey: () => string; onResult: (id: string, result: BatchResult | undefined) => void };

/** What is wrong with the key or its PIN is wrong for every document: to go on would only use up attempts. */
const ABOUT_THE_KEY: ReadonlySet<string> = new Set([
  'wrongPin', 'pinMissing', 'credentialLocked', 'devicePinWrong', 'devicePinLastTry', 'devicePinLocked', 'devicePinExpired', 'deviceMissing', 'deviceRemoved', 'keyNotOnDevice',
  'signaturesUsedUp', 'notYourCredential', 'credentialNotFound', 'certificateNotYetValid', 'certificateExpired', 'certificateEndedToday', 'certificateRevoked', 'certificateRejected',
  'imageMissing', 'imageNotInForce',
].map((code) => `signatures.${code}`)); // prettier-ignore

/**
 * Signs document after document, each by a request of its own, so that one that fails does not hold up the others. What is wrong with the key
 * stops at the first document, before more attempts are used; so do the end of the session and a server that is away twice.
 * @returns the error that stopped it, which is not one document's
 */
export async function signOneByOne({ items, sign, newKey, onResult }: BatchRun): Promise<ApiError | undefined> {
  for (const item of items) {
    onResult(item.id, { state: 'signing' });
    try {
      onResult(item.id, await signPatiently(item, { sign, key: newKey() }));
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (ABOUT_THE_KEY.has(error.code) || error.status === 401 || error.status === 0) {
        onResult(item.id, undefined);
        return error;
      }
      onResult(item.id, { state: 'refused', message: error.message, fix: error.fix });
    }
  }
  return undefined;
}

/** When the answer was lost on its way, the same request is sent once more: its key makes sure that nothing is signed twice. */
async function signPatiently(item: BatchItem, { sign, key }: { sign: SignOne; key: string }): Promise<{ state: 'signed' | 'pending' }> {
  try {
    return { state: (await sign(item, key)).state };
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 0) throw error;
    return { state: (await sign(item, key)).state };
  }
}
