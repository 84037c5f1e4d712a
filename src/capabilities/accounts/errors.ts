import { defineErrors } from '#kernel/errors.ts';

export const accountsErrors = defineErrors('accounts', {
  administratorExists: {
    status: 409,
    vi: 'Tỉnh đã có quản trị viên: {names}.',
    en: 'The province has an administrator already: {names}.',
    fixVi: 'Nhờ người đó thêm người dùng trong mục Người dùng. Nếu không còn ai vào được, chạy lại lệnh với --force; việc này được ghi vào nhật ký.',
    fixEn: 'Ask that person to add users. If nobody can get in any more, run the command again with --force; this is recorded.',
  },
  agencyNeeded: {
    status: 422,
    vi: 'Danh bạ chưa có cơ quan nào.',
    en: 'The directory has no agency yet.',
    fixVi: 'Cho biết cơ quan của tỉnh: --agency-name "Ủy ban nhân dân tỉnh …" --agency-code H56.',
    fixEn: 'Name the province’s agency: --agency-name "…" --agency-code H56.',
  },
  agencyUnclear: {
    status: 422,
    vi: 'Chưa rõ quản trị viên thuộc cơ quan nào.',
    en: 'It is not clear to which agency the administrator belongs.',
    fixVi: 'Cho biết mã định danh của cơ quan: --agency H56.01.',
    fixEn: 'Give the agency’s code: --agency H56.01.',
  },
  agencyCodeUnknown: {
    status: 404,
    vi: 'Danh bạ không có cơ quan đang hoạt động nào mang mã {code}.',
    en: 'No active agency in the directory has the code {code}.',
    fixVi: 'Kiểm tra lại mã định danh. Danh bạ còn trống thì dùng --agency-name và --agency-code.',
    fixEn: 'Check the code. In an empty directory use --agency-name and --agency-code.',
  },
});
