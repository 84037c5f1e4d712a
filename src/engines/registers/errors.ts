import { defineErrors } from '#kernel/errors.ts';

export const registersErrors = defineErrors('registers', {
  unknownType: {
    status: 422,
    vi: 'Loại văn bản này không có trong danh mục còn hiệu lực.',
    en: 'This document type is not in the list in force.',
    fixVi: 'Chọn một trong các loại văn bản đang hiển thị.',
    fixEn: 'Choose one of the document types shown.',
  },
  unknownRegister: {
    status: 404,
    vi: 'Cơ quan không có sổ này trong năm đã chọn.',
    en: 'The agency has no such register in this year.',
    fixVi: 'Chọn một trong các sổ đang hiển thị.',
    fixEn: 'Choose one of the registers shown.',
  },
  tooManyRows: {
    status: 422,
    vi: 'Khoảng ngày này có hơn {most} văn bản, quá dài cho một tệp.',
    en: 'There are more than {most} documents between these days, too many for one file.',
    fixVi: 'Chọn khoảng ngày ngắn hơn, chẳng hạn từng tháng.',
    fixEn: 'Choose a shorter span, such as month by month.',
  },
});
