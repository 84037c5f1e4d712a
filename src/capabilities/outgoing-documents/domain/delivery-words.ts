/** The states of a delivery as people read them (QĐ 28/2018 Art. 10.2.h). */
const states: Record<string, { vi: string; en: string }> = {
  waiting: { vi: 'Đang gửi', en: 'On its way' },
  no_route: { vi: 'Chờ kết nối', en: 'No connection yet' },
  returned: { vi: 'Không gửi được', en: 'Came back' },
  cancelled: { vi: 'Đã dừng gửi', en: 'Called off' },
  arrived: { vi: 'Đã đến', en: 'Arrived' },
  refused: { vi: 'Từ chối nhận', en: 'Refused' },
  registered: { vi: 'Đã tiếp nhận', en: 'Registered' },
  assigned: { vi: 'Đã phân công', en: 'Assigned' },
  in_process: { vi: 'Đang xử lý', en: 'In process' },
  completed: { vi: 'Đã hoàn thành', en: 'Completed' },
  recalled: { vi: 'Đã thu hồi', en: 'Recalled' },
  replaced: { vi: 'Đã thay thế', en: 'Replaced' },
};

export function deliveryWords(state: string): { vi: string; en: string } {
  return states[state] ?? { vi: state, en: state };
}

export const noticeKindWords = {
  recall: { vi: 'Thu hồi', en: 'Recall' },
  take_back: { vi: 'Lấy lại', en: 'Taking back' },
  update: { vi: 'Cập nhật', en: 'Update' },
} as const;

/** What a recipient does not agree to, in one phrase (16). */
export function declinedWords(kind: keyof typeof noticeKindWords): { vi: string; en: string } {
  return { vi: `Không đồng ý ${noticeKindWords[kind].vi.toLocaleLowerCase('vi')}`, en: `Declined the ${noticeKindWords[kind].en.toLowerCase()}` };
}

/** How far a recipient is with a notice. */
export function noticeStateWords(state: string): { vi: string; en: string } {
  if (state === 'agreed') return { vi: 'Đồng ý', en: 'Agreed' };
  if (state === 'declined') return { vi: 'Không đồng ý', en: 'Declined' };
  return state === 'arrived' ? { vi: 'Chờ trả lời', en: 'Waiting for an answer' } : deliveryWords(state);
}
