import type { ComboboxOption } from '#ui/controls/combobox.tsx';
import type { SelectOption } from '#ui/controls/select.tsx';
import type { RouteBranch, RouteStation } from '#ui/route/route-line.tsx';

/** Invented rows for the page of components. */

export const now = new Date('2026-03-05T08:40:00Z');

export const agencies: readonly ComboboxOption[] = [
  { value: 'vpub', label: 'Văn phòng UBND tỉnh', group: 'Cơ quan cấp tỉnh', hint: '000.00.01.H56' },
  { value: 'snv', label: 'Sở Nội vụ', group: 'Các sở', hint: '000.00.17.H56', keywords: 'SNV' },
  { value: 'stc', label: 'Sở Tài chính', group: 'Các sở', hint: '000.00.12.H56', keywords: 'STC, Sở Kế hoạch và Đầu tư' },
  { value: 'skhcn', label: 'Sở Khoa học và Công nghệ', group: 'Các sở', hint: '000.00.09.H56', keywords: 'Sở Thông tin và Truyền thông' },
  { value: 'sgddt', label: 'Sở Giáo dục và Đào tạo', group: 'Các sở', hint: '000.00.05.H56' },
  { value: 'syt', label: 'Sở Y tế', group: 'Các sở', hint: '000.00.19.H56' },
  { value: 'nghison', label: 'Ban Quản lý Khu kinh tế Nghi Sơn', group: 'Các sở', hint: '000.00.20.H56' },
  { value: 'ubnd-hacthanh', label: 'UBND phường Hạc Thành', group: 'Xã, phường', keywords: 'thành phố Thanh Hóa' },
  { value: 'ubnd-dongson', label: 'UBND phường Đông Sơn', group: 'Xã, phường' },
  { value: 'ubnd-samson', label: 'UBND phường Sầm Sơn', group: 'Xã, phường' },
  { value: 'ubnd-nghison', label: 'UBND phường Nghi Sơn', group: 'Xã, phường' },
  { value: 'ubnd-muonglat', label: 'UBND xã Mường Lát', group: 'Xã, phường' },
  { value: 'ubnd-thoxuan', label: 'UBND xã Thọ Xuân', group: 'Xã, phường' },
];

const inGroup = (name: string) => agencies.filter(({ group }) => group === name).map(({ value }) => value);

export const agencyGroups: readonly ComboboxOption[] = [
  { value: 'nhom-so', label: 'Các sở, ban, ngành', group: 'Nhóm nơi nhận', members: inGroup('Các sở') },
  { value: 'nhom-xa', label: 'Các xã, phường', group: 'Nhóm nơi nhận', members: inGroup('Xã, phường') },
];

export const documentTypes: readonly SelectOption[] = [
  { value: 'CV', label: 'Công văn' },
  { value: 'QD', label: 'Quyết định' },
  { value: 'TB', label: 'Thông báo' },
  { value: 'CD', label: 'Công điện' },
  { value: 'GM', label: 'Giấy mời' },
];

const person = (name: string, post: string) => ({ name, post });
const hoa = person('Lê Thị Hoa', 'Chuyên viên Văn phòng');
const tuan = person('Nguyễn Anh Tuấn', 'Giám đốc Sở');
const mai = person('Trịnh Thị Mai', 'Văn thư');

function delivery(id: string, label: string, reached: 0 | 1 | 2, at: readonly string[], reason?: string): RouteBranch {
  const labels = ['Đã gửi', 'Đã đến', reason === undefined ? 'Đã tiếp nhận' : 'Từ chối'];
  const stations = labels.map(
    (name, index): RouteStation => ({
      id: `${id}-${String(index)}`,
      label: name,
      state: index < reached ? 'done' : index > reached ? 'future' : reason !== undefined ? 'stopped' : reached === 2 ? 'done' : 'present',
      at: at[index],
      note: index === reached ? reason : undefined,
    }),
  );
  return { id, label, stations };
}

export const issuedRoute: readonly RouteStation[] = [
  { id: 'draft', label: 'Soạn thảo', state: 'done', people: [hoa], at: '2026-03-03T02:10:00Z' },
  { id: 'head', label: 'Trưởng phòng xem', state: 'done', people: [person('Phạm Văn Đức', 'Trưởng phòng Tổ chức biên chế')], at: '2026-03-03T03:05:00Z', note: 'Đề nghị bổ sung căn cứ Nghị quyết 76/2025/UBTVQH15.' },
  { id: 'legal', label: 'Pháp chế xem', state: 'skipped' },
  { id: 'sign', label: 'Ký', state: 'done', people: [{ ...tuan, onBehalfOf: 'Trần Quốc Huy' }], at: '2026-03-05T01:20:00Z' },
  { id: 'number', label: 'Cấp số, đóng dấu', state: 'done', people: [mai], at: '2026-03-05T01:42:00Z' },
  {
    id: 'issue',
    label: 'Phát hành',
    state: 'done',
    people: [mai],
    at: '2026-03-05T01:43:00Z',
    branches: [
      delivery('stc', 'Sở Tài chính', 2, ['2026-03-05T01:43:00Z', '2026-03-05T01:43:00Z', '2026-03-05T02:15:00Z']),
      delivery('dongson', 'UBND phường Đông Sơn', 1, ['2026-03-05T01:43:00Z', '2026-03-05T01:44:00Z']),
      delivery('muonglat', 'UBND xã Mường Lát', 2, ['2026-03-05T01:43:00Z', '2026-03-05T01:50:00Z', '2026-03-05T02:31:00Z'], 'Gửi nhầm: không thuộc địa bàn'),
      delivery('baochi', 'Báo và Phát thanh, Truyền hình Thanh Hóa', 0, ['2026-03-05T01:43:00Z']),
    ],
  },
];

export const waitingRoute: readonly RouteStation[] = [
  { id: 'draft', label: 'Soạn thảo', state: 'done', people: [hoa], at: '2026-03-05T01:00:00Z' },
  { id: 'head', label: 'Trưởng phòng xem', state: 'done', people: [person('Phạm Văn Đức', 'Trưởng phòng')], at: '2026-03-05T01:12:00Z' },
  { id: 'sign', label: 'Ký', state: 'present', people: [tuan], at: '2026-03-05T05:30:00Z', due: '2026-03-05T10:00:00Z' },
  { id: 'number', label: 'Cấp số, đóng dấu', state: 'future', people: [mai] },
  { id: 'issue', label: 'Phát hành', state: 'future' },
];

export const returnedRoute: readonly RouteStation[] = [
  { id: 'draft', label: 'Soạn thảo', state: 'done', people: [hoa], at: '2026-03-02T01:00:00Z' },
  { id: 'sign', label: 'Ký', state: 'stopped', people: [tuan], at: '2026-03-04T09:00:00Z', note: 'Sai thẩm quyền ký. Chuyển Phó Giám đốc phụ trách ký thay.' },
  { id: 'number', label: 'Cấp số, đóng dấu', state: 'future' },
];

export const manyBranches: readonly RouteStation[] = [
  {
    id: 'issue',
    label: 'Phát hành',
    state: 'done',
    people: [mai],
    at: '2026-03-05T01:43:00Z',
    branches: Array.from({ length: 24 }, (_, index) => delivery(`x${String(index)}`, `UBND xã số ${String(index + 1)}`, index % 5 === 0 ? 1 : 2, ['2026-03-05T01:43:00Z', '2026-03-05T01:44:00Z', '2026-03-05T02:00:00Z'])),
  },
];

export type LetterRow = {
  id: string;
  number: string;
  sender: string;
  summary: string;
  arrivedAt: string;
  due: string | undefined;
  state: { kind: 'ahead' | 'present' | 'done' | 'stopped' | 'quiet'; label: string };
  urgent: boolean;
  unread: boolean;
  route: readonly RouteStation[];
};

export const letters: readonly LetterRow[] = [
  { id: '1', number: '1285/UBND-THKH', sender: 'UBND tỉnh Thanh Hóa', summary: 'Về việc đẩy nhanh tiến độ giải ngân vốn đầu tư công năm 2026 trên địa bàn tỉnh', arrivedAt: '2026-03-05T08:12:00Z', due: '2026-03-05T10:00:00Z', state: { kind: 'present', label: 'Chờ vào sổ' }, urgent: true, unread: true, route: waitingRoute },
  { id: '2', number: '77/GM-STC', sender: 'Sở Tài chính', summary: 'Họp thẩm định dự toán ngân sách các xã, phường', arrivedAt: '2026-03-05T07:55:00Z', due: undefined, state: { kind: 'present', label: 'Chờ vào sổ' }, urgent: false, unread: true, route: issuedRoute },
  { id: '3', number: '412/SYT-NVY', sender: 'Sở Y tế', summary: 'Báo cáo công tác phòng, chống dịch bệnh tháng 02 năm 2026', arrivedAt: '2026-03-04T03:20:00Z', due: '2026-03-04', state: { kind: 'present', label: 'Đang xử lý' }, urgent: false, unread: false, route: waitingRoute },
  { id: '4', number: '09/TTr-UBND', sender: 'UBND phường Đông Sơn', summary: 'Tờ trình đề nghị phê duyệt vị trí việc làm và cơ cấu ngạch công chức', arrivedAt: '2026-03-03T09:41:00Z', due: '2026-03-20', state: { kind: 'done', label: 'Đã trả lời' }, urgent: false, unread: false, route: issuedRoute },
  { id: '5', number: '15/BC-UBND', sender: 'UBND xã Mường Lát', summary: 'Báo cáo kết quả cải cách hành chính quý I', arrivedAt: '2026-03-02T01:05:00Z', due: '2026-03-10', state: { kind: 'stopped', label: 'Trả lại' }, urgent: false, unread: false, route: returnedRoute },
];
