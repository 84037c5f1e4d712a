import { defineErrors } from '#kernel/errors.ts';

export const errors = defineErrors('incoming-documents', {
  notFound: {
    status: 404,
    vi: 'Không tìm thấy văn bản đến này.',
    en: 'There is no such incoming document.',
    fixVi: 'Quay về danh sách văn bản đến.',
    fixEn: 'Go back to the list of incoming documents.',
  },
  notYours: {
    status: 403,
    vi: 'Chỉ văn thư của cơ quan mới tiếp nhận hoặc từ chối văn bản đến.',
    en: 'Only the agency’s clerk registers or refuses incoming documents.',
    fixVi: 'Chuyển sang chức danh văn thư nếu bạn kiêm nhiệm, hoặc báo văn thư.',
    fixEn: 'Switch to your clerk’s post if you hold one, or tell the clerk.',
  },
});
