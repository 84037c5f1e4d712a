import { defineErrors } from '#kernel/errors.ts';

/** What an operator can mend about backups and restores. */
export const operationsErrors = defineErrors('operations', {
  nothingToBackUp: {
    status: 409,
    vi: 'Không có hệ thống nào để sao lưu: {where} chưa có dữ liệu của Liên Thông.',
    en: 'There is nothing to back up: {where} holds no data of Liên Thông.',
    fixVi: 'Đặt DATA_DIR hoặc DATABASE_URL đúng như khi chạy hệ thống.',
    fixEn: 'Set DATA_DIR or DATABASE_URL as they are where the installation runs.',
  },
  backupExists: {
    status: 409,
    vi: 'Thư mục {folder} đã có; một bản sao lưu không bao giờ ghi đè bản khác.',
    en: 'The folder {folder} exists; a backup never overwrites another.',
    fixVi: 'Chờ một giây rồi chạy lại.',
    fixEn: 'Wait a second and run it again.',
  },
  noBackup: {
    status: 404,
    vi: 'Không tìm thấy bản sao lưu trọn vẹn nào trong {folder} (thiếu manifest.json).',
    en: 'There is no complete backup in {folder} (no manifest.json).',
    fixVi: 'Chỉ tới thư mục đã đưa cho lệnh backup, hoặc một bản trong đó.',
    fixEn: 'Name the folder that was given to the backup command, or one backup in it.',
  },
  backupUnreadable: {
    status: 422,
    vi: 'Không đọc được {file}, hoặc tệp này do phiên bản khác ghi.',
    en: '{file} cannot be read, or another version wrote it.',
    fixVi: 'Dùng một bản sao lưu khác, hoặc phiên bản đã tạo ra nó.',
    fixEn: 'Use another backup, or the version that made this one.',
  },
  backupDamaged: {
    status: 422,
    vi: 'Bản sao lưu bị hỏng: {what}. Chưa có gì được ghi vào cơ sở dữ liệu.',
    en: 'The backup is damaged: {what}. Nothing was written to the database.',
    fixVi: 'Dùng bản sao lưu khác hoặc một bản chép khác của bản này.',
    fixEn: 'Use another backup, or another copy of this one.',
  },
  newerBackup: {
    status: 409,
    vi: 'Bản sao lưu cần bước cập nhật {migration} mà phiên bản này không có hoặc có khác nội dung.',
    en: 'The backup needs the migration {migration}, which this version lacks or has with another text.',
    fixVi: 'Cài phiên bản {version} hoặc mới hơn rồi khôi phục lại.',
    fixEn: 'Install version {version} or newer, then restore again.',
  },
  notEmpty: {
    status: 409,
    vi: 'Cơ sở dữ liệu đích đã có dữ liệu; khôi phục chỉ ghi vào cơ sở dữ liệu trống.',
    en: 'The target database holds data already; a restore writes into an empty one only.',
    fixVi: 'Chọn thư mục mới: DATA_DIR=./data-moi npx lienthong restore …, hoặc tạo cơ sở dữ liệu mới rồi đặt DATABASE_URL tới đó. Dữ liệu cũ vẫn còn nguyên.',
    fixEn: 'Choose a new folder: DATA_DIR=./data-new npx lienthong restore …, or create a new database and point DATABASE_URL to it. What is there stays untouched.',
  },
  otherSecret: {
    status: 409,
    vi: 'Ở đích đã có khóa bí mật "{name}" khác với khóa trong bản sao lưu; khôi phục không ghi đè khóa bí mật.',
    en: 'The target has another secret "{name}" than the backup; a restore never overwrites a secret.',
    fixVi: 'Chọn DATA_DIR mới, hoặc bỏ biến APP_SECRET, hoặc tự cất khóa cũ đi nơi khác nếu chắc chắn không cần nữa ({place}).',
    fixEn: 'Choose a new DATA_DIR, or leave APP_SECRET out, or move the old secret away if nothing needs it any more ({place}).',
  },
});
