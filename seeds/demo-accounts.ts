/** One password for all demonstration accounts. It is public: an installation with real documents has none of these accounts. */
export const DEMO_PASSWORD = 'LienThong@2026';

export type DemoAccount = { login: string; password: string; who: string; tryThis: string };

const account = (login: string, who: string, tryThis: string): DemoAccount => ({ login, password: DEMO_PASSWORD, who, tryThis });

/** The accounts that are printed at the first start. The people are invented. */
export const demoAccounts: readonly DemoAccount[] = [
  account('vanthu.snv', 'Trần Thị Thu Hà, Văn thư Sở Nội vụ', 'Tải lên một công văn, cấp số, đóng dấu và phát hành'),
  account('giamdoc.snv', 'Nguyễn Văn Bình, Giám đốc Sở Nội vụ', 'Đọc và ký số văn bản đang trình'),
  account('chuyenvien.snv', 'Vũ Thị Phương Thảo, Chuyên viên Sở Nội vụ', 'Soạn văn bản và trình lãnh đạo'),
  account('chanhvanphong.snv', 'Phạm Minh Tuấn, Chánh Văn phòng Sở Nội vụ', 'Ký theo ủy quyền của Giám đốc: chuyển chức danh ở góc trên'),
  account('vanthu.stc', 'Lê Thị Thùy Dung, Văn thư Sở Tài chính', 'Nhận văn bản đến, xem chữ ký số, vào sổ'),
  account('vanthu.hacthanh', 'Ngô Thị Quỳnh Trang, Văn thư UBND phường Hạc Thành', 'Nhận văn bản đến ở cấp phường'),
  account('vanthu.ubnd', 'Nguyễn Thị Bích Liên, Văn thư UBND tỉnh và Văn phòng UBND tỉnh', 'Giữ hai chức danh: chuyển qua lại không cần đăng nhập lại'),
  account('quantri.snv', 'Cao Thế Kiên, Quản trị viên Sở Nội vụ', 'Đăng nhập hai yếu tố bắt buộc; quản lý người dùng của Sở'),
  account('quantri.tinh', 'Đinh Trọng Hiếu, Quản trị hệ thống của tỉnh', 'Đăng nhập hai yếu tố bắt buộc; sửa danh bạ, sáp nhập cơ quan'),
  account('kiemtra.tinh', 'Đặng Thị Kim Oanh, Thanh tra viên', 'Xem nhật ký và bằng chứng'),
];
