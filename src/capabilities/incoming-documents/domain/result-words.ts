import type { results } from './states.ts';

/** What came of a document, as it stands in a sentence. */
export const resultWords: Record<(typeof results)[number], { vi: string; en: string }> = {
  answered: { vi: 'đã có văn bản trả lời', en: 'answered' },
  done: { vi: 'đã giải quyết', en: 'settled' },
  information: { vi: 'để biết', en: 'for information' },
};
