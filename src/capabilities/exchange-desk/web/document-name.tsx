import type { ReactNode } from 'react';
import type { TroubledDelivery } from '#engines/exchange/contract.ts';

/** What is not delivered: number and summary of an own document; of another agency's, which one may not read, number and sender. */
export function DocumentName({ document }: { document: TroubledDelivery['document'] }): ReactNode {
  return <span className="lt-trouble__whole lt-trouble__whole--document">{`${document.number}/${document.notation}, ${document.summary ?? document.senderName}`}</span>;
}
