import { defineLifecycle } from '#engines/cases/index.ts';

/** The life of an incoming document: at the clerk's desk, with the leader, with whoever handles it (30/2020/NĐ-CP Art. 20 to 24). */
export const lifecycle = defineLifecycle({
  name: 'incoming-document',
  initial: 'arrived',
  states: {
    arrived: { vi: 'đã đến, chờ tiếp nhận', en: 'arrived, waiting for registration' },
    registered: { vi: 'đã tiếp nhận', en: 'registered' },
    submitted: { vi: 'chờ cho ý kiến', en: 'submitted, waiting for instructions' },
    assigned: { vi: 'đã phân công', en: 'assigned' },
    'in-process': { vi: 'đang xử lý', en: 'in process' },
    reported: { vi: 'chờ duyệt kết quả', en: 'reported, waiting for approval' },
    completed: { vi: 'đã hoàn thành', en: 'completed' },
    refused: { vi: 'đã từ chối nhận', en: 'refused' },
    recalled: { vi: 'đã bị thu hồi', en: 'recalled' },
    replaced: { vi: 'đã được thay thế', en: 'replaced' },
  },
  actions: {
    register: { vi: 'tiếp nhận', en: 'register', from: { arrived: 'registered' } },
    refuse: { vi: 'từ chối', en: 'refuse', from: { arrived: 'refused' } },
    // again to somebody else as long as nobody has instructed
    submit: { vi: 'trình', en: 'submit', from: { registered: 'submitted', submitted: 'submitted' } },
    return: { vi: 'trả lại', en: 'return', from: { submitted: 'registered', reported: 'in-process' } },
    // again to others as long as it is not done
    assign: { vi: 'phân công', en: 'assign', from: { submitted: 'assigned', assigned: 'assigned', 'in-process': 'in-process' } },
    pass: { vi: 'phân công tiếp', en: 'pass on', from: { assigned: 'assigned', 'in-process': 'in-process' } },
    release: { vi: 'trả lại việc', en: 'give back', from: { assigned: 'assigned', 'in-process': 'in-process' } },
    start: { vi: 'bắt đầu', en: 'start', from: { assigned: 'in-process', 'in-process': 'in-process' } },
    progress: { vi: 'ghi tiến độ', en: 'note progress on', from: { assigned: 'in-process', 'in-process': 'in-process' } },
    advise: { vi: 'góp ý', en: 'advise on', from: { assigned: 'in-process', 'in-process': 'in-process' } },
    extend: { vi: 'gia hạn', en: 'change the deadline of', from: { assigned: 'assigned', 'in-process': 'in-process' } },
    report: { vi: 'báo cáo kết quả', en: 'report on', from: { assigned: 'reported', 'in-process': 'reported' } },
    approve: { vi: 'duyệt', en: 'approve', from: { reported: 'completed' } },
    complete: { vi: 'hoàn thành', en: 'complete', from: { submitted: 'completed', assigned: 'completed', 'in-process': 'completed' } },
    'answer-notice': {
      vi: 'trả lời thông báo',
      en: 'answer the sender about',
      from: { registered: 'registered', submitted: 'submitted', assigned: 'assigned', 'in-process': 'in-process', reported: 'reported', completed: 'completed' },
    },
    // by the exchange, when the sender recalls or replaces it
    recall: {
      vi: 'thu hồi',
      en: 'recall',
      from: { arrived: 'recalled', registered: 'recalled', submitted: 'recalled', assigned: 'recalled', 'in-process': 'recalled', reported: 'recalled', completed: 'recalled', replaced: 'recalled' },
    },
    'be-replaced': {
      vi: 'thay thế',
      en: 'replace',
      from: { arrived: 'replaced', registered: 'replaced', submitted: 'replaced', assigned: 'replaced', 'in-process': 'replaced', reported: 'replaced', completed: 'replaced' },
    },
  },
});
