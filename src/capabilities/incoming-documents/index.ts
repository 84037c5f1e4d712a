import { join } from 'node:path';
import type { Module } from '#kernel/module.ts';
import { registerRoutes } from '#engines/registers/index.ts';
import { copySeal } from './commands/seal-copy.ts';
import { stampSeal } from './commands/seal-stamp.ts';
import { eventData } from './contract.ts';
import { copiesOfRecalled } from './copy-guard.ts';
import { filesOfDocuments } from './file-guard.ts';
import { askAgainJob } from './jobs/ask-again.ts';
import { followTrustJob, followTrustSchedule } from './jobs/follow-trust.ts';
import { followVerdictJob } from './jobs/follow-verdict.ts';
import { onMessageRecalled, onMessageReminded, onMessageReplaced, onMessageUpdated, onNoticeAsked, onNoticeDeclined } from './notice-subscribers.ts';
import { incomingRegister } from './queries/incoming-register.ts';
import { onReplyCreated, onReplyIssued } from './reply-subscribers.ts';
import { routes } from './routes.ts';
import { abilitiesOnRegister, abilitiesWithPaper } from './policy.ts';
import { copyRoutes } from './routes-copies.ts';
import { handlingRoutes } from './routes-handling.ts';
import { reportRoutes } from './routes-reports.ts';
import { onMessageArrived } from './subscribers.ts';

/** Văn bản đến: what reaches the agency, seen by its clerk within a second, registered or refused, handled by whom the leader names. */
export const incomingDocumentsModule: Module = {
  name: 'incoming-documents',
  migrations: join(import.meta.dirname, 'migrations'),
  routes: [...registerRoutes(incomingRegister), ...handlingRoutes, ...copyRoutes, ...reportRoutes, ...routes],
  jobs: [followVerdictJob, followTrustJob, askAgainJob],
  schedules: [followTrustSchedule],
  contributions: { 'identity.abilities': [abilitiesOnRegister, abilitiesWithPaper], 'signatures.purposes': [copySeal, stampSeal], 'files.guards': [copiesOfRecalled, filesOfDocuments] },
  subscriptions: [onMessageArrived, onMessageRecalled, onMessageReplaced, onMessageUpdated, onNoticeAsked, onNoticeDeclined, onMessageReminded, onReplyCreated, onReplyIssued],
  events: {
    'document-arrived': {
      data: eventData['document-arrived'],
      vi: 'Văn bản {numberAndNotation} của {senderName} đã đến',
      en: '{numberAndNotation} of {senderName} arrived',
    },
    'verdict-changed': {
      data: eventData['verdict-changed'],
      vi: 'Kiểm tra lại chữ ký số của văn bản: trước {beforeVi}, nay {afterVi}',
      en: 'Checked the signatures again: {beforeEn} before, {afterEn} now',
    },
    'verdicts-updated': {
      data: eventData['verdicts-updated'],
      vi: 'Kiểm tra lại chữ ký số của văn bản đến theo danh sách tin cậy và quy tắc hiện nay: {judged} tệp, {changed} văn bản đổi kết luận',
      en: 'Checked the signatures of incoming documents by what is trusted now: {judged} files, {changed} documents with another verdict',
    },
    'document-registered': { data: eventData['document-registered'], vi: 'Tiếp nhận, số đến {arrivalNumber}', en: 'Registered with arrival number {arrivalNumber}' },
    'paper-registered': {
      data: eventData['paper-registered'],
      vi: 'Vào sổ văn bản giấy {numberAndNotation} của {senderName}, số đến {arrivalNumber}',
      en: 'Registered {numberAndNotation} of {senderName}, which came on paper, with arrival number {arrivalNumber}',
    },
    'document-stamped': { data: eventData['document-stamped'], vi: 'Đóng dấu đến số {arrivalNumber}/{arrivalYear} bằng chữ ký số cơ quan', en: 'Put the arrival mark {arrivalNumber}/{arrivalYear} with the agency’s signature' },
    'copy-created': { data: eventData['copy-created'], vi: 'Lập bản sao điện tử: {kindVi}', en: 'Began an electronic copy: {kindEn}' },
    'copy-sealed': { data: eventData['copy-sealed'], vi: '{kindVi} số {numberAndNotation}, ký số cơ quan', en: '{kindEn} {numberAndNotation}, with the agency’s signature' },
    'copy-withdrawn': { data: eventData['copy-withdrawn'], vi: 'Bỏ bản sao đang lập: {kindVi}', en: 'Withdrew the copy that was begun: {kindEn}' },
    'document-refused': { data: eventData['document-refused'], vi: 'Từ chối nhận: {reason}', en: 'Refused: {reason}' },
    'document-recalled': { data: eventData['document-recalled'], vi: 'Hủy văn bản theo yêu cầu của nơi gửi: {reason}', en: 'Cancelled at the sender’s request: {reason}' },
    'document-replaced': { data: eventData['document-replaced'], vi: 'Được thay thế bằng văn bản số {byNumber}: {reason}', en: 'Replaced by {byNumber}: {reason}' },
    'document-updated': { data: eventData['document-updated'], vi: 'Cập nhật theo nơi gửi, trích yếu “{summary}”: {reason}', en: 'Updated by the sender, summary “{summary}”: {reason}' },
    'document-reminded': { data: eventData['document-reminded'], vi: '{senderName} nhắc tiếp nhận ({by})', en: '{senderName} sent a reminder ({by})' },
    'answer-asked': { data: eventData['answer-asked'], vi: 'Nơi gửi đề nghị {kindVi}, chờ văn thư trả lời: {reason}', en: 'The sender asks for a {kindEn}: {reason}' },
    'document-submitted': { data: eventData['document-submitted'], vi: 'Trình {leaderTitle} {leaderName}. {note}', en: 'Submitted to {leaderTitle} {leaderName}. {note}' },
    'document-returned': { data: eventData['document-returned'], vi: 'Trả lại: {reason}', en: 'Returned: {reason}' },
    'document-assigned': {
      data: eventData['document-assigned'],
      vi: 'Phân công {mainTitle} {mainName} xử lý chính, hạn {dueOn}; phối hợp: {cooperating}. {instruction}',
      en: 'Assigned to {mainTitle} {mainName}, due {dueOn}; cooperating: {cooperating}. {instruction}',
    },
    'assignment-passed': { data: eventData['assignment-passed'], vi: 'Phân công tiếp cho {title} {name}, hạn {dueOn}. {instruction}', en: 'Passed on to {title} {name}, due {dueOn}. {instruction}' },
    'assignment-released': { data: eventData['assignment-released'], vi: 'Trả lại việc: {reason}', en: 'Gave the work back: {reason}' },
    'assignment-started': { data: eventData['assignment-started'], vi: '{name} bắt đầu xử lý', en: '{name} started work' },
    'assignment-progressed': { data: eventData['assignment-progressed'], vi: 'Tiến độ: {text}', en: 'Progress: {text}' },
    'assignment-advised': { data: eventData['assignment-advised'], vi: 'Góp ý: {text}', en: 'Advice: {text}' },
    'deadline-extended': { data: eventData['deadline-extended'], vi: 'Đổi hạn xử lý thành {dueOn}: {reason}', en: 'Changed the deadline to {dueOn}: {reason}' },
    'document-reported': { data: eventData['document-reported'], vi: 'Báo cáo kết quả: {text}', en: 'Reported the result: {text}' },
    'document-completed': { data: eventData['document-completed'], vi: 'Hoàn thành, {resultVi}. {text}', en: 'Completed, {resultEn}. {text}' },
    'reply-noted': { data: eventData['reply-noted'], vi: 'Văn bản trả lời: {summaryOrNumber}', en: 'Reply: {summaryOrNumber}' },
    'sender-answered': { data: eventData['sender-answered'], vi: 'Trả lời nơi gửi: {answerVi} {reason}', en: 'Answered the sender: {answerEn} {reason}' },
  },
};
