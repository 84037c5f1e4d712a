import { defineErrors } from '#kernel/errors.ts';

export const auditErrors = defineErrors('audit', {
  entryNotFound: {
    status: 404,
    vi: 'Không có bản ghi nhật ký này trong phạm vi bạn được xem.',
    en: 'There is no such audit entry among those that you may see.',
    fixVi: 'Kiểm tra lại mã bản ghi.',
    fixEn: 'Check the entry’s id.',
  },
  notSealedYet: {
    status: 409,
    vi: 'Bản ghi này chưa được niêm phong vào cây băm; việc này diễn ra vài giây một lần.',
    en: 'This entry has not been sealed into the tree yet; that happens every few seconds.',
    fixVi: 'Chờ vài giây rồi thử lại.',
    fixEn: 'Wait a few seconds and try again.',
  },
  noTreeHead: {
    status: 404,
    vi: 'Nhật ký chưa có lần niêm phong nào ở kích thước này.',
    en: 'The record has no signed tree of this size.',
    fixVi: 'Dùng kích thước của một lần niêm phong đã công bố, hoặc chờ lần đầu tiên.',
    fixEn: 'Use the size of a published tree head, or wait for the first one.',
  },
  keyDamaged: {
    status: 500,
    vi: 'Khóa ký nhật ký trong thư mục secrets không đọc được.',
    en: 'The audit signing key in the secrets folder cannot be read.',
    fixVi: 'Khôi phục tệp audit-ed25519.pem từ bản sao lưu, hoặc chuyển nó đi nơi khác để hệ thống tạo khóa mới.',
    fixEn: 'Restore audit-ed25519.pem from the backup, or move it away so that a new key is made.',
  },
  treeRewritten: {
    status: 500,
    vi: 'Cây nhật ký trong cơ sở dữ liệu không còn là cây mà hệ thống này đã ký lần cuối, nên không niêm phong tiếp.',
    en: 'The tree of the record in the database is no longer the one that this installation signed last, so nothing more is sealed.',
    fixVi: 'Nếu vừa đưa tệp khóa cũ audit-ed25519.pem trở lại: chuyển nó đi để hệ thống lập khóa mới. Nếu không, có người đã sửa cơ sở dữ liệu: giữ nguyên hiện trạng, chạy npx lienthong doctor để biết chỗ sửa, khôi phục từ bản sao lưu.',
    fixEn: 'If an older audit-ed25519.pem was just put back, move it away so that a new key is made. If not, somebody changed the database: leave everything as it is, run npx lienthong doctor to learn where, restore from the backup.',
  },
  holdUnbounded: {
    status: 422,
    vi: 'Lệnh giữ lại phải nêu ít nhất một phạm vi: cơ quan, đối tượng, người hoặc thời gian.',
    en: 'A hold needs a bound: an agency, a subject, a person or a span of time.',
    fixVi: 'Chọn phạm vi cần giữ rồi lưu lại.',
    fixEn: 'Choose what to keep and save again.',
  },
  holdNotFound: {
    status: 404,
    vi: 'Không có lệnh giữ lại nào đang có hiệu lực với mã này.',
    en: 'There is no such hold in force.',
    fixVi: 'Tải lại danh sách.',
    fixEn: 'Reload the list.',
  },
});
