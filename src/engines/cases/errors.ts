import { defineErrors } from '#kernel/errors.ts';

export const casesErrors = defineErrors('cases', {
  notInThisState: {
    status: 409,
    vi: 'Không thể {actionVi} khi đang ở trạng thái “{stateVi}”.',
    en: 'It is “{stateEn}”, so one cannot {actionEn} now.',
    fixVi: 'Có thể người khác vừa xử lý. Tải lại trang để xem trạng thái mới nhất.',
    fixEn: 'Somebody else may just have dealt with it. Reload the page to see how it stands.',
  },
  unknownState: {
    status: 500,
    vi: 'Trạng thái “{state}” không có trong bảng trạng thái của phiên bản này.',
    en: 'The state “{state}” is not in this version’s table of states.',
    fixVi: 'Báo quản trị viên hệ thống: dữ liệu và phiên bản phần mềm không khớp.',
    fixEn: 'Tell the administrator of the system: data and software version do not fit together.',
  },
  taskTaken: {
    status: 409,
    vi: '{name} đã nhận việc này lúc {at}.',
    en: '{name} took this task at {at}.',
    fixVi: 'Chọn việc khác, hoặc đề nghị người đã nhận trả lại.',
    fixEn: 'Choose another one, or ask for it to be given back.',
  },
  taskNotTaken: {
    status: 409,
    vi: 'Bạn chưa nhận việc này nên không có gì để trả lại.',
    en: 'You did not take this task, so there is nothing to give back.',
    fixVi: 'Tải lại danh sách việc.',
    fixEn: 'Reload your list.',
  },
  unknownCursor: {
    status: 422,
    vi: 'Vị trí trang không hợp lệ.',
    en: 'The page position is not valid.',
    fixVi: 'Mở lại danh sách từ đầu.',
    fixEn: 'Open the list from its beginning.',
  },
});
