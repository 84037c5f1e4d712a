import { defineErrors } from '#kernel/errors.ts';

export const errors = defineErrors('incoming-documents', {
  notFound: {
    status: 404,
    vi: 'Không tìm thấy văn bản đến này.',
    en: 'There is no such incoming document.',
    fixVi: 'Quay về danh sách văn bản đến.',
    fixEn: 'Go back to the list of incoming documents.',
  },
  nothingAsked: {
    status: 409,
    vi: 'Thông báo này đã được trả lời hoặc không còn cần trả lời.',
    en: 'This notice was answered already, or needs no answer any more.',
    fixVi: 'Tải lại trang để xem trạng thái mới của văn bản.',
    fixEn: 'Reload the page to see where the document stands.',
  },
  notYours: {
    status: 403,
    vi: 'Chỉ văn thư của cơ quan mới tiếp nhận hoặc từ chối văn bản đến.',
    en: 'Only the agency’s clerk registers or refuses incoming documents.',
    fixVi: 'Chuyển sang chức danh văn thư nếu bạn kiêm nhiệm, hoặc báo văn thư.',
    fixEn: 'Switch to your clerk’s post if you hold one, or tell the clerk.',
  },
  notYourWork: {
    status: 403,
    vi: 'Việc này đang chờ người khác, không chờ chức danh của bạn.',
    en: 'This waits for somebody else, not for your post.',
    fixVi: 'Xem mục Xử lý để biết việc đang ở ai; nếu bạn giữ nhiều chức danh, chuyển sang chức danh được giao.',
    fixEn: 'See under Handling who has it; if you hold several posts, switch to the one that it was given to.',
  },
  leaderCannotInstruct: {
    status: 422,
    vi: 'Người được trình không phải lãnh đạo hoặc chánh văn phòng đang giữ chức của cơ quan.',
    en: 'The chosen person is no leader or chief of office of the agency at present.',
    fixVi: 'Chọn một người trong danh sách lãnh đạo.',
    fixEn: 'Choose somebody from the list of leaders.',
  },
  assigneeUnknown: {
    status: 422,
    vi: 'Người được phân công không còn giữ chức danh này, hoặc không thuộc đơn vị của bạn.',
    en: 'The chosen person does not hold the post any more, or is not of your unit.',
    fixVi: 'Tải lại danh sách và chọn người khác.',
    fixEn: 'Reload the list and choose somebody else.',
  },
  assignedTwice: {
    status: 422,
    vi: '{name} đã có tên trong phân công của văn bản này.',
    en: '{name} has a part in this document already.',
    fixVi: 'Mỗi người chỉ nhận một phần việc; bỏ tên trùng hoặc chọn người khác.',
    fixEn: 'Each person has one part; drop the duplicate or choose somebody else.',
  },
  dueIsOver: {
    status: 422,
    vi: 'Hạn xử lý phải từ hôm nay trở đi.',
    en: 'The deadline must be today or later.',
    fixVi: 'Chọn lại hạn xử lý.',
    fixEn: 'Choose another deadline.',
  },
  replyNotIssued: {
    status: 409,
    vi: 'Văn bản trả lời chưa được phát hành.',
    en: 'The reply is not issued yet.',
    fixVi: 'Phát hành văn bản trả lời trước, hoặc chọn kết quả khác.',
    fixEn: 'Issue the reply first, or choose another result.',
  },
  resultMissing: {
    status: 422,
    vi: 'Chưa nêu kết quả giải quyết.',
    en: 'The result is missing.',
    fixVi: 'Viết ngắn gọn đã làm gì, hoặc chọn “Để biết” nếu văn bản không cần xử lý.',
    fixEn: 'Write shortly what was done, or choose “For information”.',
  },
});
