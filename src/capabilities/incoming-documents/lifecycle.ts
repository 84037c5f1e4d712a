import { defineLifecycle } from '#engines/cases/index.ts';

/** The life of an incoming document at the clerk's desk (30/2020/NĐ-CP Art. 20 to 22). */
export const lifecycle = defineLifecycle({
  name: 'incoming-document',
  initial: 'arrived',
  states: {
    arrived: { vi: 'đã đến, chờ tiếp nhận', en: 'arrived, waiting for registration' },
    registered: { vi: 'đã tiếp nhận', en: 'registered' },
    refused: { vi: 'đã từ chối nhận', en: 'refused' },
  },
  actions: {
    register: { vi: 'tiếp nhận', en: 'register', from: { arrived: 'registered' } },
    refuse: { vi: 'từ chối', en: 'refuse', from: { arrived: 'refused' } },
  },
});
