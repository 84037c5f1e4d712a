import type { AlertRow } from '../contract.ts';

/** Where one looks after an alert: the system whose line or keys it is about, the deliveries that wait, the documents without a receipt. */
export function placeOf({ kind, subjectId }: Pick<AlertRow, 'kind' | 'subjectId'>): string {
  switch (kind) {
    case 'partner_down':
    case 'connection_ends':
      return `/he-thong-ket-noi/${subjectId}`;
    case 'queue_old':
      return '/lien-thong';
    case 'receipt_late':
      return `/lien-thong/van-ban?chieu=received&tinh_trang=unanswered&co_quan=${subjectId}`;
  }
}
