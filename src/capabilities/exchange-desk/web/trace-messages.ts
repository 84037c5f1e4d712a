import { defineMessages } from '#ui/i18n.ts';

/** Words of the way of one document. */
export const traceMessages = defineMessages({
  vi: {
    title: 'Đường đi của văn bản {number}', messageTitle: 'Đường đi của văn bản đến {number}', back: 'Theo dõi văn bản', evidence: 'Gói chứng cứ',
    evidenceOf: 'Gói chứng cứ của {name}', facts: 'Thông tin gửi', sender: 'Nơi gửi', sentBy: 'Người gửi', sentAt: 'Gửi lúc', signedAt: 'Ký lúc',
    due: 'Hạn gửi', kind: 'Loại gói', hash: 'Mã băm gói tin', content: 'Trích yếu',
    contentHidden: 'Chỉ cơ quan có văn bản được xem nội dung, tệp và người xử lý.', files: 'Tệp', file: 'Tên tệp', hiddenFile: 'Tệp {number}',
    size: 'Dung lượng', whole: 'Nguyên vẹn', signatures: 'Chữ ký số', yes: 'Có', no: 'Không', notInspected: 'Chưa kiểm tra', deliveries: 'Nơi nhận',
    deliveryCount: '{count} nơi nhận', someShown: 'Đang hiện {shown} trong {count} nơi nhận, nơi cần xử lý trước. Tìm theo tên để thấy nơi khác.',
    find: 'Tìm nơi nhận', noRecipient: 'Không có nơi nhận nào khớp', noRecipientText: 'Thử một phần khác của tên.', way: 'Đường đi đến {name}',
    answersWay: 'Các bước trả lời', tries: 'Đã thử {count} lần', steps: 'Các bước kiểm tra khi đến', receipts: '{count} biên nhận có chữ ký số',
    deliveredTo: 'Chuyển cho cơ quan kế thừa: {name}', through: 'Đến qua {name}',
    sent: 'Gửi đi', inspected: 'Kiểm tra tệp và chữ ký số', parcel: 'Chuyển qua {name}', answerParcel: 'Trả lời qua {name}', arrived: 'Đã đến',
    opened: 'Đã mở xem', onTheWay: 'Đang gửi', toArrive: 'Đến nơi nhận', lineDown: 'mất kết nối với hệ thống này',
    noResultYet: 'chờ bên kia báo kết quả', checks: 'đã hỏi lại {count} lần', nextTry: 'thử lại lúc {at}',
    toldAt: 'hệ thống bên nhận ghi {at}, không thể đúng, nên tính từ lúc nhận được tin',
    'kind.new': 'Văn bản mới', 'kind.replace': 'Văn bản thay thế', 'kind.recall': 'Thu hồi', 'kind.take_back': 'Lấy lại', 'kind.update': 'Cập nhật',
    'state.waiting': 'Đang gửi', 'state.no_route': 'Chưa kết nối', 'state.returned': 'Bị trả về', 'state.arrived': 'Đã đến',
    'state.refused': 'Bị từ chối', 'state.registered': 'Đã tiếp nhận', 'state.assigned': 'Đã phân công', 'state.in_process': 'Đang xử lý',
    'state.completed': 'Đã hoàn thành', 'state.cancelled': 'Đã dừng gửi', 'state.recalled': 'Đã thu hồi', 'state.replaced': 'Đã thay thế',
    'state.agreed': 'Đồng ý', 'state.declined': 'Không đồng ý', 'state.asked': 'Chờ trả lời',
    'status.01': 'Đã đến', 'status.02': 'Từ chối tiếp nhận', 'status.03': 'Đã tiếp nhận', 'status.04': 'Phân công xử lý', 'status.05': 'Đang xử lý',
    'status.06': 'Hoàn thành', 'status.15': 'Đồng ý', 'status.16': 'Không đồng ý',
    'step.original-kept': 'Giữ nguyên bản gốc của gói tin', 'step.seen-before': 'Loại bỏ gói tin đến lần thứ hai',
    'step.well-formed': 'Đủ và đúng các trường thông tin', 'step.integrity': 'Các tệp còn nguyên vẹn', 'step.signatures': 'Kiểm tra chữ ký số',
    'step.policy': 'Được phép nhận', 'outcome.passed': 'Đạt', 'outcome.warned': 'Lưu ý', 'outcome.failed': 'Không đạt',
  },
  en: {
    title: 'The way of {number}', messageTitle: 'The way of {number}, received', back: 'Follow documents', evidence: 'Evidence package',
    evidenceOf: 'Evidence package of {name}', facts: 'Facts', sender: 'Sender', sentBy: 'Sent by', sentAt: 'Sent', signedAt: 'Signed', due: 'Due',
    kind: 'Kind', hash: 'Hash of the envelope', content: 'Summary',
    contentHidden: 'Content, files and people are for the document’s own agency.', files: 'Files', file: 'Name', hiddenFile: 'File {number}',
    size: 'Size', whole: 'Whole', signatures: 'Signatures', yes: 'Yes', no: 'No', notInspected: 'Not looked at yet', deliveries: 'Recipients',
    deliveryCount: '{count} recipient | {count} recipients',
    someShown: '{shown} of {count} recipients are shown, those that need somebody first. Find others by name.', find: 'Find a recipient',
    noRecipient: 'No recipient fits', noRecipientText: 'Try another part of the name.', way: 'The way to {name}', answersWay: 'The answers',
    tries: 'Tried once | Tried {count} times', steps: 'Steps of arrival', receipts: '{count} signed receipt | {count} signed receipts',
    deliveredTo: 'Handed to its successor: {name}', through: 'Came through {name}',
    sent: 'Sent', inspected: 'Files and signatures looked at', parcel: 'Through {name}', answerParcel: 'Answered through {name}', arrived: 'Arrived',
    opened: 'Opened', onTheWay: 'On the way', toArrive: 'Arrives', lineDown: 'the line to this system is down',
    noResultYet: 'waits for the other side’s result', checks: 'asked after {count} times', nextTry: 'next try at {at}',
    toldAt: 'the recipient’s system wrote {at}, which cannot be, so it counts from when it was heard',
    'kind.new': 'New document', 'kind.replace': 'Replacement', 'kind.recall': 'Recall', 'kind.take_back': 'Taking back', 'kind.update': 'Update',
    'state.waiting': 'On the way', 'state.no_route': 'Not connected', 'state.returned': 'Returned', 'state.arrived': 'Arrived',
    'state.refused': 'Refused', 'state.registered': 'Registered', 'state.assigned': 'Assigned', 'state.in_process': 'In process',
    'state.completed': 'Completed', 'state.cancelled': 'Called off', 'state.recalled': 'Recalled', 'state.replaced': 'Replaced',
    'state.agreed': 'Agreed', 'state.declined': 'Declined', 'state.asked': 'Asked',
    'status.01': 'Arrived', 'status.02': 'Refused', 'status.03': 'Registered', 'status.04': 'Assigned', 'status.05': 'In process',
    'status.06': 'Completed', 'status.15': 'Agreed', 'status.16': 'Declined',
    'step.original-kept': 'The original is kept', 'step.seen-before': 'What came twice is dropped', 'step.well-formed': 'All fields well formed',
    'step.integrity': 'Files are whole', 'step.signatures': 'Signatures validated', 'step.policy': 'The agency may take it',
    'outcome.passed': 'Passed', 'outcome.warned': 'Noted', 'outcome.failed': 'Failed',
  },
});
export type TraceKey = keyof (typeof traceMessages)['vi'];

/** A word for a value of the server; one that this screen does not know yet is left out. */
export function wordOf(group: 'state' | 'status' | 'step' | 'outcome' | 'kind', value: string): TraceKey | undefined {
  const key = `${group}.${value}`;
  // safe because the key was just found
  return key in traceMessages.vi ? (key as TraceKey) : undefined;
}
