import { defineMessages } from '#ui/i18n.ts';

/** Words of what is passed on for another installation. */
export const passingMessages = defineMessages({
  vi: {
    label: 'Chuyển tiếp văn bản',
    change: 'Chuyển tiếp văn bản',
    text: 'Văn bản chuyển tiếp giữ nguyên nội dung và chữ ký; trạng thái xử lý được báo lại cho nơi gửi.',
    choose: 'Chuyển tiếp giữa bên này và',
    systems: 'Các hệ thống của nhà cung cấp nối với tỉnh',
    systemsHint: 'Cơ quan dùng các hệ thống ấy gửi nhận được với bên này, và có trong danh bạ gửi cho bên này.',
    systems_and_axis: 'Các hệ thống ấy và trục quốc gia',
    systems_and_axisHint: 'Chỉ chọn khi bên này không có đường riêng đến trục quốc gia.',
    nothing: 'Không chuyển tiếp',
    nothingHint: 'Chỉ cơ quan làm việc trên hệ thống Liên Thông này gửi nhận với bên này.',
    save: 'Lưu',
    saved: 'Đã lưu. Danh bạ hai bên đổi theo trong vòng mười lăm phút.',
  },
  en: {
    label: 'Passing on documents',
    change: 'Passing on documents',
    text: 'What is passed on keeps its content and signatures; the receiver’s statuses go back to the sender.',
    choose: 'Pass on between this side and',
    systems: 'The systems of vendors that are connected here',
    systemsHint: 'Agencies on those systems exchange with this side, and stand in the directory that it reads.',
    systems_and_axis: 'Those systems and the national axis',
    systems_and_axisHint: 'Only for one that has no line of its own to the national axis.',
    nothing: 'Nothing is passed on',
    nothingHint: 'Only agencies that work on this installation exchange with this side.',
    save: 'Save',
    saved: 'Saved. The directories follow within a quarter of an hour.',
  },
});
