import { defineLifecycle } from '#engines/cases/index.ts';

/** The life of a request for a certificate, from the agency that asks to the certificate in its inventory. */
export const requestLifecycle = defineLifecycle({
  name: 'certificate-request',
  initial: 'submitted',
  states: {
    submitted: { vi: 'chờ duyệt', en: 'waiting for a decision' },
    approved: { vi: 'đã duyệt, chờ thực hiện', en: 'approved, to be carried out' },
    refused: { vi: 'không được duyệt', en: 'refused' },
    withdrawn: { vi: 'đã rút', en: 'withdrawn' },
    completed: { vi: 'đã hoàn thành', en: 'completed' },
  },
  actions: {
    withdraw: { vi: 'rút', en: 'withdraw', from: { submitted: 'withdrawn', approved: 'withdrawn' } },
    approve: { vi: 'duyệt', en: 'approve', from: { submitted: 'approved' } },
    refuse: { vi: 'từ chối', en: 'refuse', from: { submitted: 'refused' } },
    complete: { vi: 'hoàn thành', en: 'complete', from: { approved: 'completed' } },
  },
});
