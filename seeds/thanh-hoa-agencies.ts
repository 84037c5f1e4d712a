import type { AgencyKind, AgencyLevel, SuccessionKind } from '#engines/identity/index.ts';

/**
 * Agencies of Thanh Hóa. Names of the communes and wards: NQ 1686/NQ-UBTVQH15, in force from 01/7/2025. The code H56 is
 * the province's own; every other code is invented and says so in its note.
 */
export type SeedAgency = {
  key: string;
  name: string;
  abbreviation: string;
  kind: AgencyKind;
  level: AgencyLevel;
  parent?: string;
  establishedOn: string;
  hosting?: 'external';
  qd20?: string;
  qcvn102?: string;
  /** The abbreviation inside logins. */
  login: string;
};

const REORGANISED = '2025-03-01';
const NEW_COMMUNES = '2025-07-01';
const BEFORE = '2010-01-01';

const department = (key: string, name: string, abbreviation: string, number: string, establishedOn = BEFORE): SeedAgency => ({
  key,
  name: `${name} tỉnh Thanh Hóa`,
  abbreviation,
  kind: 'department',
  level: 'province',
  parent: 'ubnd',
  establishedOn,
  qd20: `H56.${number}`,
  qcvn102: `000.00.${number}.H56`,
  login: key,
});

const commune = (key: string, name: string, number: number): SeedAgency => ({
  key,
  name: `Ủy ban nhân dân ${name}, tỉnh Thanh Hóa`,
  abbreviation: 'UBND',
  kind: 'commune',
  level: 'commune',
  parent: 'ubnd',
  establishedOn: NEW_COMMUNES,
  qd20: `H56.${String(number)}`,
  login: key,
});

export const agencies: readonly SeedAgency[] = [
  { key: 'ubnd', name: 'Ủy ban nhân dân tỉnh Thanh Hóa', abbreviation: 'UBND', kind: 'province', level: 'province', establishedOn: BEFORE, qd20: 'H56', qcvn102: '000.00.00.H56', login: 'ubnd' },
  department('vpubnd', 'Văn phòng Ủy ban nhân dân', 'VP', '01'),
  department('snv', 'Sở Nội vụ', 'SNV', '02'),
  department('stc', 'Sở Tài chính', 'STC', '03'),
  department('snnmt', 'Sở Nông nghiệp và Môi trường', 'SNNMT', '04', REORGANISED),
  department('sxd', 'Sở Xây dựng', 'SXD', '05'),
  department('sct', 'Sở Công Thương', 'SCT', '06'),
  department('skhcn', 'Sở Khoa học và Công nghệ', 'SKHCN', '07'),
  department('sgddt', 'Sở Giáo dục và Đào tạo', 'SGDĐT', '08'),
  department('syt', 'Sở Y tế', 'SYT', '09'),
  department('stp', 'Sở Tư pháp', 'STP', '10'),
  department('svhttdl', 'Sở Văn hóa, Thể thao và Du lịch', 'SVHTTDL', '11'),
  department('sdttg', 'Sở Dân tộc và Tôn giáo', 'SDTTG', '12'),
  department('ttt', 'Thanh tra', 'TTT', '13'),
  department('nghison', 'Ban Quản lý Khu kinh tế Nghi Sơn và các khu công nghiệp', 'BQLKKTNS', '14'),
  commune('hacthanh', 'phường Hạc Thành', 41),
  commune('quangphu', 'phường Quảng Phú', 42),
  commune('dongquang', 'phường Đông Quang', 43),
  commune('dongson', 'phường Đông Sơn', 44),
  commune('dongtien', 'phường Đông Tiến', 45),
  commune('hamrong', 'phường Hàm Rồng', 46),
  commune('nguyetvien', 'phường Nguyệt Viên', 47),
  commune('samson', 'phường Sầm Sơn', 48),
  commune('bimson', 'phường Bỉm Sơn', 49),
  commune('pnghison', 'phường Nghi Sơn', 50),
  commune('hoanghoa', 'xã Hoằng Hóa', 51),
  commune('thoxuan', 'xã Thọ Xuân', 52),
  { key: 'vptu', name: 'Văn phòng Tỉnh ủy Thanh Hóa', abbreviation: 'VPTU', kind: 'party_body', level: 'province', establishedOn: BEFORE, qd20: 'A56.01', qcvn102: '000.00.01.A56', login: 'vptu' },
  { key: 'bao', name: 'Báo và Phát thanh, Truyền hình Thanh Hóa', abbreviation: 'BPTTH', kind: 'press_office', level: 'province', parent: 'vptu', establishedOn: NEW_COMMUNES, hosting: 'external', qd20: 'A56.21', login: 'bao' },
];

export type SeedPredecessor = SeedAgency & { lastDay: string; legalBasis: string; kind: AgencyKind; succession: SuccessionKind; successors: readonly string[] };

const formerDepartment = (key: string, name: string, abbreviation: string, number: string, successors: readonly string[]): SeedPredecessor => ({
  ...department(key, name, abbreviation, number),
  lastDay: '2025-02-28',
  legalBasis: 'Sắp xếp các cơ quan chuyên môn năm 2025',
  succession: 'merged',
  successors,
});

/** Those that ended, with who took over: the departments merged on 01/3/2025, and the city of Thanh Hóa on 01/7/2025. */
export const predecessors: readonly SeedPredecessor[] = [
  formerDepartment('sldtbxh', 'Sở Lao động - Thương binh và Xã hội', 'SLĐTBXH', '22', ['snv']),
  formerDepartment('skhdt', 'Sở Kế hoạch và Đầu tư', 'SKHĐT', '23', ['stc']),
  formerDepartment('sgtvt', 'Sở Giao thông vận tải', 'SGTVT', '24', ['sxd']),
  formerDepartment('stttt', 'Sở Thông tin và Truyền thông', 'STTTT', '25', ['skhcn']),
  formerDepartment('snnptnt', 'Sở Nông nghiệp và Phát triển nông thôn', 'SNN&PTNT', '26', ['snnmt']),
  formerDepartment('stnmt', 'Sở Tài nguyên và Môi trường', 'STNMT', '27', ['snnmt']),
  {
    key: 'tpth',
    name: 'Ủy ban nhân dân thành phố Thanh Hóa',
    abbreviation: 'UBND',
    kind: 'district',
    level: 'district',
    parent: 'ubnd',
    establishedOn: '1994-05-01',
    qd20: 'H56.31',
    qcvn102: '000.00.31.H56',
    login: 'tpth',
    lastDay: '2025-06-30',
    legalBasis: 'Nghị quyết số 1686/NQ-UBTVQH15',
    succession: 'split',
    successors: ['hacthanh', 'quangphu', 'dongquang', 'dongson', 'dongtien', 'hamrong', 'nguyetvien'],
  },
  {
    key: 'hdongson',
    name: 'Ủy ban nhân dân huyện Đông Sơn',
    abbreviation: 'UBND',
    kind: 'district',
    level: 'district',
    parent: 'ubnd',
    establishedOn: BEFORE,
    qd20: 'H56.32',
    qcvn102: '000.00.32.H56',
    login: 'hdongson',
    lastDay: '2024-12-31',
    legalBasis: 'Nghị quyết số 1238/NQ-UBTVQH15',
    succession: 'merged',
    successors: ['tpth'],
  },
];

/** An agency that lived on under another name. */
export const earlierNames: readonly { key: string; name: string; abbreviation: string; renamedOn: string }[] = [
  { key: 'sdttg', name: 'Ban Dân tộc tỉnh Thanh Hóa', abbreviation: 'BDT', renamedOn: REORGANISED },
];
