import type { MessageState } from './status.ts';

export type NoticeFacts = {
  kind: 'recall' | 'take_back' | 'update' | 'replace';
  /** Whether the receiver shall cancel what it has: a recall, a taking back, a removed recipient. */
  cancels: boolean;
  /** Whether it names the content that the receiver has. */
  namesThisContent: boolean;
  sequence: number;
};

/** The document that a notice is about, as the receiver has it. */
export type TargetFacts = {
  state: MessageState;
  isOpened: boolean;
  /** The newest update that took effect. */
  sequence: number;
  /** Whether there is still an agency whose clerk can be asked; a closed agency’s record has none. */
  hasKeeper: boolean;
};

export type NoticeDecision = { outcome: 'agree'; effect: 'recalled' | 'replaced' | 'updated' | 'none'; reason?: string } | { outcome: 'decline'; reason: string } | { outcome: 'ask' };

const agree = (effect: 'recalled' | 'replaced' | 'updated' | 'none', reason?: string): NoticeDecision => ({ outcome: 'agree', effect, ...(reason === undefined ? {} : { reason }) });
const decline = (reason: string): NoticeDecision => ({ outcome: 'decline', reason });

const RETURNED = 'Nơi nhận đã từ chối nhận văn bản này trước đó và không sử dụng.';
const RECALLED = 'Văn bản đã bị thu hồi và hủy trước đó.';

/**
 * What a notice does to the document that it is about, by what really happened to it at the receiver. What is not yet in
 * the register is cancelled at once (30/2020/NĐ-CP Art. 18.4.b); what is registered is cancelled or changed by the
 * receiver's own clerk, who may refuse and answers for it (QĐ 28/2018 Art. 5.4, 8.2, 9.2). A taking back (status 13) holds
 * only while nobody has opened the document. A replacement is the sender's own act and asks nobody.
 */
export function decideNotice(notice: NoticeFacts, target: TargetFacts): NoticeDecision {
  if (!notice.namesThisContent) return decline('Thông báo nói về một nội dung khác với văn bản mà nơi nhận đang giữ.');
  if (target.state === 'refused') return notice.cancels || notice.kind === 'replace' ? agree('none', RETURNED) : decline(RETURNED);
  if (target.state === 'recalled') return notice.cancels || notice.kind === 'replace' ? agree('none', RECALLED) : decline(RECALLED);
  if (notice.kind === 'replace') return agree('replaced');
  if (notice.kind === 'take_back') return decideTakingBack(target);
  if (target.state === 'replaced') return notice.cancels ? agree('recalled') : decline('Văn bản đã được thay thế bằng văn bản khác.');
  const isRegistered = target.state !== 'arrived';
  if (isRegistered && target.hasKeeper) return { outcome: 'ask' };
  if (notice.cancels) return agree('recalled');
  return notice.sequence > target.sequence ? agree('updated') : agree('none', 'Đã có cập nhật mới hơn.');
}

function decideTakingBack(target: TargetFacts): NoticeDecision {
  if (target.state !== 'arrived') return decline('Nơi nhận đã vào sổ văn bản này; muốn thu hồi phải gửi thông báo thu hồi.');
  return target.isOpened ? decline('Nơi nhận đã mở văn bản này; muốn thu hồi phải gửi thông báo thu hồi.') : agree('recalled');
}

/** The kinds as they stand in a sentence. */
export const noticeWords: Record<NoticeFacts['kind'], { vi: string; en: string }> = {
  recall: { vi: 'thu hồi', en: 'recall' },
  take_back: { vi: 'lấy lại', en: 'taking back' },
  update: { vi: 'cập nhật', en: 'update' },
  replace: { vi: 'thay thế', en: 'replacement' },
};
