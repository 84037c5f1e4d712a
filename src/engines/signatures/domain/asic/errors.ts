/** Why a container is refused or cannot be made, as codes that the layers above translate into answers. */
export const asicErrorTexts = {
  'asic.notContainer': {
    vi: 'Tệp này không phải gói ASiC.',
    en: 'This file is not an ASiC container.',
    todoVi: 'Chọn đúng tệp .asice hoặc .asics.',
    todoEn: 'Choose the right .asice or .asics file.',
  },
  'asic.damaged': {
    vi: 'Gói bị hỏng, bị cắt cụt hoặc tự mâu thuẫn.',
    en: 'The container is damaged, cut short or contradicts itself.',
    todoVi: 'Đề nghị nơi gửi gửi lại đúng gói đã ký.',
    todoEn: 'Ask the sender for the very container that was signed.',
  },
  'asic.duplicate': {
    vi: 'Trong gói có hai tệp cùng tên.',
    en: 'Two files of the container have the same name.',
    todoVi: 'Đặt tên khác nhau cho các tệp; với gói nhận được thì đề nghị nơi gửi lập lại gói.',
    todoEn: 'Give the files different names; for a received container, ask the sender to make it again.',
  },
  'asic.name': {
    vi: 'Tên tệp trong gói không được phép.',
    en: 'A file name of the container is not permitted.',
    todoVi: 'Dùng tên tệp thường, không có đường dẫn ngược, ký tự điều khiển hay dấu gạch chéo ngược.',
    todoEn: 'Use plain file names, without parent folders, control characters or backslashes.',
  },
  'asic.tooLarge': {
    vi: 'Gói quá lớn, có quá nhiều tệp, hoặc nội dung nén phình ra quá giới hạn.',
    en: 'The container is too large, has too many files, or expands beyond the limit.',
    todoVi: 'Chia thành nhiều gói nhỏ hơn.',
    todoEn: 'Split it into several smaller containers.',
  },
  'asic.unsupported': {
    vi: 'Gói dùng cách nén hoặc mã hóa không được hỗ trợ.',
    en: 'The container uses a compression or an encryption that is not supported.',
    todoVi: 'Đề nghị nơi gửi lập gói không mã hóa, nén thông thường.',
    todoEn: 'Ask the sender for a container without encryption and with ordinary compression.',
  },
  'asic.manifest': {
    vi: 'Bảng kê của gói không đọc được hoặc chứa thành phần bị cấm.',
    en: 'A manifest of the container cannot be read or holds forbidden parts.',
    todoVi: 'Đề nghị nơi gửi lập lại gói.',
    todoEn: 'Ask the sender to make the container again.',
  },
  'asic.fileChanged': {
    vi: 'Một tệp đã thay đổi từ khi bắt đầu ký gói.',
    en: 'A file has changed since the signing of the container began.',
    todoVi: 'Bắt đầu ký lại với nội dung hiện tại.',
    todoEn: 'Start signing again with the present content.',
  },
} as const satisfies Record<string, { readonly vi: string; readonly en: string; readonly todoVi: string; readonly todoEn: string }>;

export type AsicErrorCode = keyof typeof asicErrorTexts;

/** A coded error; `detail` is for the log. */
export class AsicError extends Error {
  override readonly name = 'AsicError';
  readonly code: AsicErrorCode;
  readonly detail: string | undefined;
  constructor(code: AsicErrorCode, detail?: string, options?: ErrorOptions) {
    super(detail === undefined ? asicErrorTexts[code].en : `${asicErrorTexts[code].en} (${detail})`, options);
    this.code = code;
    this.detail = detail;
  }
}
