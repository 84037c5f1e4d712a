import type { Kernel } from '#kernel/kernel.ts';
import { readReceipt, signReceipts, type Receipt } from './domain/receipt.ts';
import { receiptKey } from './receipt-key.ts';

/** A receipt of this installation for an answer, and the agency that the sender addressed, with the code that it wrote; undefined where that was not noted. */
export type Wanted = { receipt: string; addressed: { agencyId: string; code: string | null; name: string } | undefined };

/**
 * The receipts of answers, each naming the agency that the sender addressed. A successor answers for several at once, and the receipt of its
 * answer names one of them: for the others the same words are signed again under their names, so that no receipt can be taken for another
 * recipient's. One that names the right one stays the text that it is.
 */
export async function boundReceipts(kernel: Kernel, wanted: readonly Wanted[]): Promise<string[]> {
  const renamed = wanted.map(({ receipt, addressed }) => namingOther(readReceipt(receipt), addressed));
  const toSign = renamed.filter((each) => each !== undefined);
  if (toSign.length === 0) return wanted.map(({ receipt }) => receipt);
  const signed = signReceipts(toSign, await receiptKey(kernel)).values();
  return wanted.map(({ receipt }, index) => (renamed[index] === undefined ? receipt : (signed.next().value ?? receipt)));
}

/** The receipt under the name of the agency that was addressed; undefined when it names it as it is. */
function namingOther(receipt: Receipt | undefined, wanted: Wanted['addressed']): Receipt | undefined {
  if (receipt === undefined || wanted === undefined) return undefined;
  const { addressed, ...direct } = receipt;
  if (wanted.agencyId === receipt.recipient.agencyId) return addressed === undefined ? undefined : direct;
  return addressed?.agencyId === wanted.agencyId && addressed.code === wanted.code ? undefined : { ...direct, addressed: wanted };
}
