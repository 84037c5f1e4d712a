import { noticeKind, type NoticeKind } from '../../../contract.ts';
import { noticeWords } from '../../../domain/notice.ts';
import { statusRules, type Status } from '../../../domain/status.ts';

/** What a status says where nobody gave words of their own; of an answer to a notice also to which kind. */
export function statusWords(status: Status, notice?: NoticeKind): string {
  const { vi } = statusRules[status];
  return notice === undefined ? vi : `${vi} ${noticeWords[notice].vi}`;
}

/** Whether a description says no more than its status does, as it is written by this system itself. */
export function isStatusWords(status: Status, description: string): boolean {
  return [undefined, ...noticeKind.options].some((kind) => statusWords(status, kind) === description);
}
