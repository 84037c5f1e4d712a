/**
 * The life of an outgoing document as a state × action table (30/2020/NĐ-CP Art. 10 to 18): a person signs before the
 * agency, the number stands before the seal, and nothing that was issued is taken back by this table (recall is a
 * document of its own kind, made by the exchange).
 */
export const lifecycleTable = {
  name: 'outgoing-document',
  initial: 'draft',
  states: {
    draft: { vi: 'dự thảo', en: 'draft' },
    submitted: { vi: 'chờ ký', en: 'submitted' },
    returned: { vi: 'bị trả lại', en: 'returned' },
    signed: { vi: 'đã ký', en: 'signed' },
    numbered: { vi: 'đã cấp số', en: 'numbered' },
    sealed: { vi: 'đã đóng dấu', en: 'sealed' },
    issued: { vi: 'đã phát hành', en: 'issued' },
    withdrawn: { vi: 'đã rút', en: 'withdrawn' },
  },
  actions: {
    edit: { vi: 'sửa', en: 'edit', from: { draft: 'draft', returned: 'returned' } },
    address: {
      vi: 'chọn lại nơi nhận',
      en: 'change the recipients of',
      from: { draft: 'draft', submitted: 'submitted', returned: 'returned', signed: 'signed', numbered: 'numbered', sealed: 'sealed' },
    },
    submit: { vi: 'trình ký', en: 'submit', from: { draft: 'submitted', returned: 'submitted' } },
    sign: { vi: 'ký', en: 'sign', from: { submitted: 'signed' } },
    return: { vi: 'trả lại', en: 'return', from: { submitted: 'returned', signed: 'returned' } },
    number: { vi: 'cấp số', en: 'number', from: { signed: 'numbered' } },
    seal: { vi: 'đóng dấu', en: 'seal', from: { numbered: 'sealed' } },
    issue: { vi: 'phát hành', en: 'issue', from: { sealed: 'issued' } },
    withdraw: {
      vi: 'rút',
      en: 'withdraw',
      from: { draft: 'withdrawn', submitted: 'withdrawn', returned: 'withdrawn', signed: 'withdrawn', numbered: 'withdrawn', sealed: 'withdrawn' },
    },
  },
} as const;
