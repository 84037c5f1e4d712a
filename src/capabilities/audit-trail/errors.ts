import { defineErrors } from '#kernel/errors.ts';

export const trailErrors = defineErrors('audit-trail', {
  spanTooLong: {
    status: 422,
    vi: 'Khoảng thời gian không hợp lệ, hoặc dài hơn {days} ngày.',
    en: 'The span of time is not valid, or longer than {days} days.',
    fixVi: 'Chọn khoảng ngắn hơn, hoặc chia thành nhiều lần.',
    fixEn: 'Choose a shorter one, or ask several times.',
  },
  entryNotFound: {
    status: 404,
    vi: 'Không có mục nhật ký này trong phạm vi bạn được xem.',
    en: 'There is no such entry among those that you may see.',
    fixVi: 'Quay về danh sách.',
    fixEn: 'Go back to the list.',
  },
});
