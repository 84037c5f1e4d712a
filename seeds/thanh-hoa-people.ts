import type { Role, SigningPower } from '#engines/identity/index.ts';

/** A post of the demonstration, its holder invented. `who` names the same person across posts. */
export type SeedPost = {
  agency: string;
  who: string;
  name?: string;
  login?: string;
  title: string;
  unit?: string;
  roles: Role[];
  powers?: SigningPower[];
  order: number;
};

export type SeedUnit = { agency: string; key: string; name: string; abbreviation: string };

export const units: readonly SeedUnit[] = [
  { agency: 'snv', key: 'vp', name: 'Văn phòng Sở', abbreviation: 'VP' },
  { agency: 'snv', key: 'tccc', name: 'Phòng Tổ chức, biên chế và công chức', abbreviation: 'TCBC' },
  { agency: 'snv', key: 'cchc', name: 'Phòng Cải cách hành chính và Văn thư, lưu trữ', abbreviation: 'CCHC' },
  { agency: 'vpubnd', key: 'hctc', name: 'Phòng Hành chính - Tổ chức', abbreviation: 'HCTC' },
  { agency: 'vpubnd', key: 'th', name: 'Phòng Tổng hợp', abbreviation: 'TH' },
  { agency: 'skhcn', key: 'cds', name: 'Phòng Chuyển đổi số', abbreviation: 'CĐS' },
  { agency: 'ttt', key: 'gs', name: 'Phòng Giám sát, kiểm tra và xử lý sau thanh tra', abbreviation: 'GSKT' },
];

/** The people of the story: the Department of Home Affairs in full, the office of the province, the administrators. */
export const namedPosts: readonly SeedPost[] = [
  { agency: 'ubnd', who: 'chutich', name: 'Lê Quang Hùng', login: 'chutich.ubnd', title: 'Chủ tịch', roles: ['leader'], powers: ['TM'], order: 1 },
  { agency: 'ubnd', who: 'phochutich', name: 'Trịnh Thị Minh Hạnh', login: 'phochutich.ubnd', title: 'Phó Chủ tịch', roles: ['leader'], powers: ['TM', 'KT'], order: 2 },
  { agency: 'vpubnd', who: 'chanhvp', name: 'Mai Xuân Thắng', login: 'chanhvanphong.ubnd', title: 'Chánh Văn phòng', roles: ['leader'], order: 1 },
  { agency: 'ubnd', who: 'chanhvp', title: 'Chánh Văn phòng Ủy ban nhân dân tỉnh', roles: ['chief_of_office'], powers: ['TL'], order: 5 },
  { agency: 'vpubnd', who: 'phochanhvp', name: 'Hà Thị Thu Vân', login: 'phochanhvanphong.ubnd', title: 'Phó Chánh Văn phòng', roles: ['leader'], powers: ['KT'], order: 2 },
  { agency: 'ubnd', who: 'vanthuubnd', name: 'Nguyễn Thị Bích Liên', login: 'vanthu.ubnd', title: 'Văn thư', roles: ['clerk'], order: 10 },
  { agency: 'vpubnd', who: 'vanthuubnd', title: 'Văn thư', unit: 'hctc', roles: ['clerk'], order: 11 },
  { agency: 'vpubnd', who: 'tonghop', name: 'Bùi Đức Khánh', login: 'chuyenvien.vpubnd', title: 'Chuyên viên', unit: 'th', roles: ['officer'], order: 20 },

  { agency: 'snv', who: 'giamdocsnv', name: 'Nguyễn Văn Bình', login: 'giamdoc.snv', title: 'Giám đốc', roles: ['leader'], order: 1 },
  { agency: 'snv', who: 'phogiamdocsnv', name: 'Lê Thị Hồng Nhung', login: 'phogiamdoc.snv', title: 'Phó Giám đốc', roles: ['leader'], powers: ['KT'], order: 2 },
  { agency: 'snv', who: 'chanhvpsnv', name: 'Phạm Minh Tuấn', login: 'chanhvanphong.snv', title: 'Chánh Văn phòng', unit: 'vp', roles: ['chief_of_office', 'unit_head'], powers: ['TL'], order: 3 },
  { agency: 'snv', who: 'vanthusnv', name: 'Trần Thị Thu Hà', login: 'vanthu.snv', title: 'Văn thư', unit: 'vp', roles: ['clerk'], order: 10 },
  { agency: 'snv', who: 'vanthu2snv', name: 'Đỗ Thị Thanh Loan', login: 'vanthu2.snv', title: 'Văn thư', unit: 'vp', roles: ['clerk'], order: 11 },
  { agency: 'snv', who: 'truongphongsnv', name: 'Hoàng Hữu Dũng', login: 'truongphong.snv', title: 'Trưởng phòng', unit: 'tccc', roles: ['unit_head', 'officer'], powers: ['TL'], order: 12 },
  { agency: 'snv', who: 'chuyenviensnv', name: 'Vũ Thị Phương Thảo', login: 'chuyenvien.snv', title: 'Chuyên viên', unit: 'tccc', roles: ['officer'], order: 20 },
  { agency: 'snv', who: 'chuyenvien2snv', name: 'Lương Công Đạt', login: 'chuyenvien2.snv', title: 'Chuyên viên', unit: 'cchc', roles: ['officer', 'one_stop_officer'], order: 21 },
  { agency: 'snv', who: 'quantrisnv', name: 'Cao Thế Kiên', login: 'quantri.snv', title: 'Chuyên viên quản trị hệ thống', unit: 'vp', roles: ['agency_admin'], order: 30 },

  { agency: 'skhcn', who: 'quantritinh', name: 'Đinh Trọng Hiếu', login: 'quantri.tinh', title: 'Quản trị hệ thống của tỉnh', unit: 'cds', roles: ['province_admin'], order: 30 },
  { agency: 'ttt', who: 'kiemtoanvien', name: 'Đặng Thị Kim Oanh', login: 'kiemtra.tinh', title: 'Thanh tra viên', unit: 'gs', roles: ['auditor'], order: 20 },

  { agency: 'stc', who: 'giamdocstc', name: 'Trần Anh Quân', login: 'giamdoc.stc', title: 'Giám đốc', roles: ['leader'], order: 1 },
  { agency: 'stc', who: 'vanthustc', name: 'Lê Thị Thùy Dung', login: 'vanthu.stc', title: 'Văn thư', roles: ['clerk'], order: 10 },
  { agency: 'hacthanh', who: 'chutichhacthanh', name: 'Phan Viết Cường', login: 'chutich.hacthanh', title: 'Chủ tịch', roles: ['leader'], powers: ['TM'], order: 1 },
  { agency: 'hacthanh', who: 'vanthuhacthanh', name: 'Ngô Thị Quỳnh Trang', login: 'vanthu.hacthanh', title: 'Văn thư', roles: ['clerk'], order: 10 },
];

type Pattern = { suffix: string; title: string; roles: Role[]; powers?: SigningPower[]; order: number };

const clerk: Pattern = { suffix: 'vanthu', title: 'Văn thư', roles: ['clerk'], order: 10 };
const officer: Pattern = { suffix: 'chuyenvien', title: 'Chuyên viên', roles: ['officer'], order: 20 };

/** The posts that every agency of a kind has. */
export const usualPosts: Record<'department' | 'commune' | 'inspectorate' | 'board' | 'party_body', readonly Pattern[]> = {
  department: [
    { suffix: 'giamdoc', title: 'Giám đốc', roles: ['leader'], order: 1 },
    { suffix: 'phogiamdoc', title: 'Phó Giám đốc', roles: ['leader'], powers: ['KT'], order: 2 },
    clerk,
    officer,
  ],
  commune: [
    { suffix: 'chutich', title: 'Chủ tịch', roles: ['leader'], powers: ['TM'], order: 1 },
    { suffix: 'phochutich', title: 'Phó Chủ tịch', roles: ['leader'], powers: ['TM', 'KT'], order: 2 },
    clerk,
    { suffix: 'motcua', title: 'Công chức tại Trung tâm Phục vụ hành chính công', roles: ['one_stop_officer', 'officer'], order: 20 },
  ],
  inspectorate: [
    { suffix: 'chanhthanhtra', title: 'Chánh Thanh tra', roles: ['leader'], order: 1 },
    { suffix: 'phochanhthanhtra', title: 'Phó Chánh Thanh tra', roles: ['leader'], powers: ['KT'], order: 2 },
    clerk,
  ],
  board: [
    { suffix: 'truongban', title: 'Trưởng ban', roles: ['leader'], order: 1 },
    { suffix: 'phoban', title: 'Phó Trưởng ban', roles: ['leader'], powers: ['KT'], order: 2 },
    clerk,
    officer,
  ],
  party_body: [{ suffix: 'chanhvanphong', title: 'Chánh Văn phòng', roles: ['leader'], order: 1 }, clerk],
};
