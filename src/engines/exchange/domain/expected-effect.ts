import type { MessageState } from './status.ts';

/** A delivery as its sender knows it. */
export type KnownDelivery = { state: MessageState | 'waiting' | 'no_route' | 'returned' | 'cancelled'; isOpened: boolean; isAsked: boolean };

/**
 * What a recall or a taking back would do at one recipient, as far as the sender can know: called off before it left,
 * cancelled at once, asked of the recipient’s clerk, refused because it was opened, or nothing. What really happens is
 * decided by the recipient’s state when the notice arrives (`decideNotice`).
 */
export function expectedEffect(kind: 'recall' | 'take_back', delivery: KnownDelivery): 'called_off' | 'at_once' | 'asked' | 'too_late' | 'none' {
  switch (delivery.state) {
    case 'waiting':
    case 'no_route':
    case 'returned':
      return 'called_off';
    case 'arrived':
      if (delivery.isAsked) return 'none';
      return kind === 'take_back' && delivery.isOpened ? 'too_late' : 'at_once';
    case 'registered':
    case 'assigned':
    case 'in_process':
    case 'completed':
      if (kind === 'take_back') return 'too_late';
      return delivery.isAsked ? 'none' : 'asked';
    case 'replaced':
      if (kind === 'take_back') return 'too_late';
      return delivery.isAsked ? 'none' : 'at_once';
    default:
      return 'none';
  }
}
