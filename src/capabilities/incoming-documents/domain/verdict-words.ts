/** What the signatures of the main file are worth, as it stands in a sentence. */
export const verdictWords = {
  'TOTAL-PASSED': { vi: 'hợp lệ', en: 'valid' },
  INDETERMINATE: { vi: 'chưa đủ căn cứ', en: 'undetermined' },
  'TOTAL-FAILED': { vi: 'không hợp lệ', en: 'not valid' },
  UNREADABLE: { vi: 'không đọc được', en: 'unreadable' },
  UNSIGNED: { vi: 'không có chữ ký', en: 'not signed' },
} as const;
