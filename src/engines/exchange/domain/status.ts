/** Statuses between agencies (QCVN 102:2016, as spoken on the axis) and what each may follow. */
export type Status = '01' | '02' | '03' | '04' | '05' | '06' | '13' | '15' | '16';
/** Of a document, the first eight; of a notice about one, the last three. */
export type MessageState = 'arrived' | 'refused' | 'registered' | 'assigned' | 'in_process' | 'completed' | 'recalled' | 'replaced' | 'asked' | 'agreed' | 'declined';

type StatusRule = { vi: string; en: string; state: MessageState; from: readonly MessageState[] };

/** One row a status: the words of QĐ 28/2018 Art. 10.2, the state it leads to, and the states it may be given in. */
export const statusRules: Record<Status, StatusRule> = {
  '01': { vi: 'Đã đến', en: 'Arrived', state: 'arrived', from: [] },
  '02': { vi: 'Từ chối tiếp nhận', en: 'Refused', state: 'refused', from: ['arrived'] },
  '03': { vi: 'Đã tiếp nhận', en: 'Registered', state: 'registered', from: ['arrived'] },
  '04': { vi: 'Phân công xử lý', en: 'Assigned', state: 'assigned', from: ['registered', 'assigned'] },
  '05': { vi: 'Đang xử lý', en: 'In process', state: 'in_process', from: ['registered', 'assigned'] },
  '06': { vi: 'Hoàn thành', en: 'Completed', state: 'completed', from: ['registered', 'assigned', 'in_process'] },
  // said by the sender: a notice that takes back what nobody has opened
  '13': { vi: 'Lấy lại', en: 'Taken back', state: 'asked', from: [] },
  '15': { vi: 'Đồng ý', en: 'Agreed', state: 'agreed', from: ['asked'] },
  '16': { vi: 'Không đồng ý', en: 'Declined', state: 'declined', from: ['asked'] },
};

/**
 * The states of a delivery that has not been made. Statements about deliveries whose keys are known take them as a parameter: with
 * the states in its text PostgreSQL would go through the index of all open deliveries, once for each key.
 */
export const OPEN_STATES = ['waiting', 'no_route', 'returned'] as const;

/** The names of the states, as they stand in a sentence. */
export const stateLabels: Record<MessageState, { vi: string; en: string }> = {
  arrived: { vi: 'mới đến', en: 'just arrived' },
  refused: { vi: 'đã từ chối', en: 'refused' },
  registered: { vi: 'đã vào sổ', en: 'registered' },
  assigned: { vi: 'đã phân công', en: 'assigned' },
  in_process: { vi: 'đang xử lý', en: 'in process' },
  completed: { vi: 'đã hoàn thành', en: 'completed' },
  recalled: { vi: 'đã bị thu hồi', en: 'recalled' },
  replaced: { vi: 'đã được thay thế', en: 'replaced' },
  asked: { vi: 'chờ trả lời', en: 'waiting for an answer' },
  agreed: { vi: 'đã đồng ý', en: 'agreed' },
  declined: { vi: 'đã từ chối', en: 'declined' },
};

const COURSE: readonly string[] = ['01', '03', '04', '05', '06'];

/** Whether a status that a partner tells after another one says nothing new: the work is past it. Work that is assigned anew is news. */
export function isOvertaken(status: Status, last: string | null): boolean {
  if (status === '04' && last === '05') return false;
  return COURSE.includes(status) && COURSE.indexOf(status) < COURSE.indexOf(last ?? '');
}

/** The state after an answer, or undefined where it cannot be given now. */
export function stateAfter(state: MessageState, status: Status): MessageState | undefined {
  const rule = statusRules[status];
  return rule.from.includes(state) ? rule.state : undefined;
}
