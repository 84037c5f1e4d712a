/**
 * The life of an outgoing document as a state × action table (30/2020/NĐ-CP Art. 10 to 18): a person signs before the
 * agency, initials (ký nháy, of who answers for the content, Art. 12.1) before both, the number stands before the seal, and what was issued
 * stays in the register, recalled or replaced.
 */
export const lifecycleTable = {
  name: 'outgoing-document',
  initial: 'draft',
  states: {
    draft: { vi: 'dự thảo', en: 'draft' },
    initialling: { vi: 'chờ ký nháy', en: 'to be initialled' },
    submitted: { vi: 'chờ ký', en: 'submitted' },
    returned: { vi: 'bị trả lại', en: 'returned' },
    signed: { vi: 'đã ký', en: 'signed' },
    numbered: { vi: 'đã cấp số', en: 'numbered' },
    sealed: { vi: 'đã đóng dấu', en: 'sealed' },
    issued: { vi: 'đã phát hành', en: 'issued' },
    recalled: { vi: 'đã thu hồi', en: 'recalled' },
    replaced: { vi: 'đã được thay thế', en: 'replaced' },
    withdrawn: { vi: 'đã rút', en: 'withdrawn' },
  },
  actions: {
    edit: { vi: 'sửa', en: 'edit', from: { draft: 'draft', returned: 'returned' } },
    address: {
      vi: 'chọn lại nơi nhận',
      en: 'change the recipients of',
      from: { draft: 'draft', initialling: 'initialling', submitted: 'submitted', returned: 'returned', signed: 'signed', numbered: 'numbered', sealed: 'sealed' },
    },
    'ask-initials': { vi: 'trình ký nháy', en: 'ask for initials on', from: { draft: 'initialling', returned: 'initialling' } },
    initial: { vi: 'ký nháy', en: 'initial', from: { initialling: 'submitted' } },
    submit: { vi: 'trình ký', en: 'submit', from: { draft: 'submitted', returned: 'submitted' } },
    sign: { vi: 'ký', en: 'sign', from: { submitted: 'signed' } },
    return: { vi: 'trả lại', en: 'return', from: { initialling: 'returned', submitted: 'returned', signed: 'returned' } },
    number: { vi: 'cấp số', en: 'number', from: { signed: 'numbered' } },
    seal: { vi: 'đóng dấu', en: 'seal', from: { numbered: 'sealed' } },
    issue: { vi: 'phát hành', en: 'issue', from: { sealed: 'issued' } },
    // What was issued is never taken back by this table alone: the exchange tells the recipients, and each answers.
    'take-back': { vi: 'lấy lại', en: 'take back', from: { issued: 'issued' } },
    recall: { vi: 'thu hồi', en: 'recall', from: { issued: 'recalled', recalled: 'recalled' } },
    replace: { vi: 'thay thế', en: 'replace', from: { issued: 'issued', recalled: 'recalled' } },
    'be-replaced': { vi: 'thay thế', en: 'replace', from: { issued: 'replaced', recalled: 'replaced' } },
    update: { vi: 'cập nhật', en: 'update', from: { issued: 'issued' } },
    resend: { vi: 'gửi lại', en: 'send again', from: { issued: 'issued' } },
    remind: { vi: 'nhắc', en: 'remind about', from: { issued: 'issued' } },
    'read-answer': { vi: 'xem trả lời', en: 'read the answers about', from: { issued: 'issued', recalled: 'recalled', replaced: 'replaced' } },
    withdraw: {
      vi: 'rút',
      en: 'withdraw',
      from: { draft: 'withdrawn', initialling: 'withdrawn', submitted: 'withdrawn', returned: 'withdrawn', signed: 'withdrawn', numbered: 'withdrawn', sealed: 'withdrawn' },
    },
  },
} as const;
