import { defineErrors } from '#kernel/errors.ts';

/** What can go wrong with the built-in authority itself; most of it is told to whoever keeps the machine. */
export const authorityErrors = defineErrors('signatures', {
  authorityExists: {
    status: 409,
    vi: 'Hệ thống đã có cơ quan chứng thực nội bộ.',
    en: 'There is a built-in authority already.',
    fixVi: 'Xem bằng lệnh “lienthong authority show”. Muốn lập cơ quan mới thay thế, thêm --replace: chữ ký cũ vẫn kiểm tra được.',
    fixEn: 'See it with “lienthong authority show”. To put a new one in its place add --replace: old signatures stay verifiable.',
  },
  rootKeyNotHere: {
    status: 409,
    vi: 'Khóa của CA gốc không nằm trong hệ thống này.',
    en: 'The root’s key is not in this installation.',
    fixVi: 'Mang tệp khóa gốc và mật khẩu (hoặc các mảnh mật khẩu) tới máy này, rồi chạy lại với --key TỆP.',
    fixEn: 'Bring the root’s key file and its password (or the shares of it) to this machine, then run again with --key FILE.',
  },
  rootKeyUnknown: {
    status: 409,
    vi: 'Tệp khóa này không phải khóa của CA gốc nào trong hệ thống.',
    en: 'This key file does not belong to any root of this installation.',
    fixVi: 'So dấu vân tay trong biên bản lập khóa với “lienthong authority show”, rồi lấy đúng tệp.',
    fixEn: 'Compare the fingerprint in the ceremony’s protocol with “lienthong authority show”, then take the right file.',
  },
  sharesDoNotFit: {
    status: 422,
    vi: 'Các mảnh mật khẩu không khớp nhau hoặc chưa đủ số mảnh.',
    en: 'The shares of the password do not belong together, or there are too few.',
    fixVi: 'Mỗi mảnh ghi số mảnh cần có và mã bộ; đưa đủ các mảnh cùng mã bộ.',
    fixEn: 'Each share names how many are needed and its set; give as many of the same set.',
  },
  rootPasswordTooShort: {
    status: 422,
    vi: 'Mật khẩu của tệp khóa gốc phải có từ {length} ký tự; chưa tạo khóa nào.',
    en: 'The password of the root’s key file needs {length} characters; nothing was made.',
    fixVi: 'Chạy lại với mật khẩu dài hơn, hoặc dùng --shares để máy tạo mật khẩu và chia mảnh.',
    fixEn: 'Run again with a longer one, or with --shares, which makes a password and splits it.',
  },
  rootPasswordsDiffer: {
    status: 422,
    vi: 'Hai lần gõ mật khẩu không giống nhau; chưa tạo khóa nào.',
    en: 'The password was typed differently the second time; nothing was made.',
    fixVi: 'Chạy lại và gõ cẩn thận; chú ý bộ gõ tiếng Việt và phím Caps Lock.',
    fixEn: 'Run again and type with care; mind the input method and Caps Lock.',
  },
  keyFileExists: {
    status: 409,
    vi: 'Đã có tệp {file}; không tệp khóa nào bị ghi đè và chưa tạo khóa nào.',
    en: 'There is a file {file} already; no key file is overwritten, and nothing was made.',
    fixVi: 'Chọn thư mục trống cho --out, sau khi xem tệp cũ thuộc về khóa nào.',
    fixEn: 'Choose an empty folder for --out, after finding out which key the old file holds.',
  },
  noAuthority: {
    status: 404,
    vi: 'Hệ thống này chưa có cơ quan chứng thực nội bộ.',
    en: 'There is no built-in authority in this installation yet.',
    fixVi: 'Lập bằng lệnh “lienthong authority ceremony”.',
    fixEn: 'Make one with “lienthong authority ceremony”.',
  },
  listWaits: {
    status: 503,
    vi: 'Danh sách thu hồi đầu tiên còn chờ thiết bị giữ khóa của cơ quan chứng thực nội bộ.',
    en: 'The first revocation list still waits for the device that has the built-in authority’s key.',
    fixVi: 'Thử lại sau ít phút. Người giữ máy chủ xem mục authority-token ở /health/ready.',
    fixEn: 'Try again in a few minutes. Whoever keeps the server looks at authority-token in /health/ready.',
  },
  authorityTokenUnavailable: {
    status: 503,
    vi: 'Không dùng được khóa của cơ quan chứng thực nội bộ trong thiết bị “{holder}”: {why}. Chưa có gì thay đổi.',
    en: 'The built-in authority’s key in the device “{holder}” cannot be used: {whyEn}. Nothing was changed.',
    fixVi: 'Người giữ máy chủ cắm lại hoặc bật lại thiết bị, kiểm tra mục “{holder}” trong tệp SIGNING_SERVICES, rồi thử lại; việc đang chờ tự chạy tiếp.',
    fixEn: 'Whoever keeps the server plugs the device in or turns it on, checks “{holder}” in the file of SIGNING_SERVICES, and tries again; what waits goes on by itself.',
  },
});
