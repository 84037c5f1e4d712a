import { systemActor } from '#kernel/actor.ts';
import { run } from '#kernel/command.ts';
import type { Id } from '#kernel/ids.ts';
import type { Kernel } from '#kernel/kernel.ts';
import { parseCalendarDay, type CalendarDay } from '#kernel/time.ts';
import {
  hashPassword,
  identityErrors,
  importDirectory,
  type AgencyKind,
  type AgencyLevel,
  type DirectoryImport,
  type ImportedAgency,
  type ImportedPost,
} from '#engines/identity/index.ts';
import { DEMO_PASSWORD } from './demo-accounts.ts';
import { formerDistricts } from './tra-vinh-communes.ts';
import { inventName, randomFrom } from './vietnamese-names.ts';

/** The size of a whole province for measuring: 139 agencies of the province and its districts, 332 units, 106 communes; 7,320 users. */
export const traVinhSize = { provincial: 139, units: 332, communes: 106, agencies: 577, users: 7320 } as const;

const NOTE = 'Dữ liệu đo tải, mã và người giả định (invented)';
const FOUNDED = '2010-01-01';
const FIRST_DAY = '2024-01-01';

const departments = [
  'Văn phòng Ủy ban nhân dân', 'Sở Nội vụ', 'Sở Tài chính', 'Sở Kế hoạch và Đầu tư', 'Sở Nông nghiệp và Phát triển nông thôn', 'Sở Tài nguyên và Môi trường', 'Sở Xây dựng',
  'Sở Giao thông vận tải', 'Sở Công Thương', 'Sở Khoa học và Công nghệ', 'Sở Thông tin và Truyền thông', 'Sở Giáo dục và Đào tạo', 'Sở Y tế', 'Sở Tư pháp', 'Sở Lao động - Thương binh và Xã hội',
  'Sở Văn hóa, Thể thao và Du lịch', 'Sở Ngoại vụ', 'Ban Dân tộc', 'Thanh tra', 'Ban Quản lý Khu kinh tế',
];
const divisions = [
  'Văn phòng Hội đồng nhân dân và Ủy ban nhân dân', 'Phòng Nội vụ', 'Phòng Tài chính - Kế hoạch', 'Phòng Tư pháp', 'Phòng Tài nguyên và Môi trường', 'Phòng Lao động - Thương binh và Xã hội',
  'Phòng Văn hóa và Thông tin', 'Phòng Giáo dục và Đào tạo', 'Phòng Y tế', 'Phòng Nông nghiệp và Phát triển nông thôn', 'Phòng Kinh tế và Hạ tầng', 'Thanh tra',
];
const provincialUnits = ['Bệnh viện Đa khoa', 'Trung tâm Kiểm soát bệnh tật', 'Trung tâm Phục vụ hành chính công', 'Trung tâm Công nghệ thông tin và Truyền thông', 'Thư viện'];
const communeUnits = ['Trường Tiểu học', 'Trường Mầm non', 'Trạm Y tế'];

/**
 * Fills an empty database with a whole province in a handful of statements. The same seed number makes the same province, ids included.
 * @throws identity.notEmpty when the directory holds any agency
 */
export async function seedTraVinh(kernel: Kernel, options: { seed?: number } = {}): Promise<{ agencies: number; users: number }> {
  const { rowCount } = await kernel.database.pool.query('select 1 from identity.agency limit 1');
  if (rowCount !== 0) throw identityErrors.notEmpty();
  const directory = traVinhDirectory(options.seed ?? 1, await hashPassword(DEMO_PASSWORD));
  await run(kernel, importDirectory, directory, { actor: systemActor('seeds') });
  return { agencies: directory.agencies.length, users: directory.posts.length };
}

/** The whole province as data. */
export function traVinhDirectory(seed: number, passwordHash: string): DirectoryImport {
  const random = randomFrom(seed);
  const agencies = listAgencies(random);
  return { agencies, posts: listPosts(random, agencies), note: NOTE, startsOn: day(FIRST_DAY), passwordHash, isDemo: true };
}

type Plan = { name: string; abbreviation: string; kind: AgencyKind; level: AgencyLevel; parent: ImportedAgency | null; code: string };

function listAgencies(random: () => number): ImportedAgency[] {
  const made: ImportedAgency[] = [];
  const add = (plan: Plan): ImportedAgency => {
    const { parent, ...rest } = plan;
    const agency = { ...rest, id: seededId<'agency'>(random, made.length), parentId: parent?.id ?? null, establishedOn: day(FOUNDED) };
    made.push(agency);
    return agency;
  };
  const province = add({ name: 'Ủy ban nhân dân tỉnh Trà Vinh', abbreviation: 'UBND', kind: 'province', level: 'province', parent: null, code: 'H59' });
  add({ name: 'Văn phòng Tỉnh ủy Trà Vinh', abbreviation: 'VPTU', kind: 'party_body', level: 'province', parent: null, code: 'A59.01' });
  for (const [index, name] of departments.entries()) {
    add({ name: `${name} tỉnh Trà Vinh`, abbreviation: initials(name), kind: 'department', level: 'province', parent: province, code: `H59.${two(index + 1)}` });
  }
  for (const [index, name] of provincialUnits.entries()) {
    add({ name: `${name} tỉnh Trà Vinh`, abbreviation: initials(name), kind: 'public_unit', level: 'province', parent: province, code: `H59.${two(index + 60)}` });
  }
  for (const [index, entry] of formerDistricts.entries()) addDistrict(add, province, { ...entry, code: `H59.${two(index + 31)}` });
  return made;
}

function addDistrict(add: (plan: Plan) => ImportedAgency, province: ImportedAgency, entry: { district: string; communes: readonly string[]; code: string }): void {
  const { district, code } = entry;
  const committee = add({ name: `Ủy ban nhân dân ${district}, tỉnh Trà Vinh`, abbreviation: 'UBND', kind: 'district', level: 'district', parent: province, code });
  for (const [index, name] of divisions.entries()) {
    add({ name: `${name} ${district}, tỉnh Trà Vinh`, abbreviation: initials(name), kind: 'department', level: 'district', parent: committee, code: `${code}.${two(index + 1)}` });
  }
  add({ name: `Trung tâm Y tế ${district}, tỉnh Trà Vinh`, abbreviation: 'TTYT', kind: 'public_unit', level: 'district', parent: committee, code: `${code}.20` });
  for (const [index, name] of entry.communes.entries()) {
    const communeCode = `${code}.${two(index + 30)}`;
    const commune = add({ name: `Ủy ban nhân dân ${name}, ${district}, tỉnh Trà Vinh`, abbreviation: 'UBND', kind: 'commune', level: 'commune', parent: committee, code: communeCode });
    for (const [unit, unitName] of communeUnits.entries()) {
      add({ name: `${unitName} ${name}, ${district}`, abbreviation: initials(unitName), kind: 'public_unit', level: 'commune', parent: commune, code: `${communeCode}.${two(unit + 1)}` });
    }
  }
}

const WEIGHTS: Record<string, number> = { province: 4, district: 2, department: 1.4, party_body: 2, commune: 1.3, public_unit: 0.55 };

function listPosts(random: () => number, agencies: readonly ImportedAgency[]): ImportedPost[] {
  const weights = agencies.map((agency) => (WEIGHTS[agency.kind] ?? 1) * (0.5 + random()));
  const sizes = shareOut(traVinhSize.users, weights, 2);
  let serial = 0;
  return agencies.flatMap((agency, index) =>
    Array.from({ length: sizes[index] ?? 0 }, (_, place): ImportedPost => {
      serial += 1;
      return {
        postId: seededId<'post'>(random, serial),
        personId: seededId<'person'>(random, serial),
        agencyId: agency.id,
        unitId: null,
        fullName: inventName(random),
        login: `tv${String(index + 1).padStart(3, '0')}.${two(place + 1)}`,
        ...postAt(agency, place),
      };
    }),
  );
}

/** The head, the clerk, then the deputy, the head of a division, and officers. */
function postAt(agency: ImportedAgency, place: number): Pick<ImportedPost, 'title' | 'roles' | 'signingPowers' | 'sortOrder'> {
  const isCommittee = agency.kind === 'province' || agency.kind === 'district' || agency.kind === 'commune';
  switch (place) {
    case 0:
      return { title: isCommittee ? 'Chủ tịch' : 'Thủ trưởng', roles: ['leader'], signingPowers: isCommittee ? ['TM'] : [], sortOrder: 1 };
    case 1:
      return { title: 'Văn thư', roles: ['clerk'], signingPowers: [], sortOrder: 10 };
    case 2:
      return { title: isCommittee ? 'Phó Chủ tịch' : 'Phó Thủ trưởng', roles: ['leader'], signingPowers: isCommittee ? ['TM', 'KT'] : ['KT'], sortOrder: 2 };
    case 3:
      return { title: 'Trưởng phòng', roles: ['unit_head', 'officer'], signingPowers: ['TL'], sortOrder: 12 };
    default:
      return { title: 'Chuyên viên', roles: ['officer'], signingPowers: [], sortOrder: 20 };
  }
}

/** Shares a number out by weights, at least so many each, to the last one exactly (largest remainder). */
export function shareOut(total: number, weights: readonly number[], least: number): number[] {
  const spare = total - least * weights.length;
  const sum = weights.reduce((all, weight) => all + weight, 0);
  const exact = weights.map((weight) => (spare * weight) / sum);
  const shares = exact.map((share) => least + Math.floor(share));
  const missing = total - shares.reduce((all, share) => all + share, 0);
  const byRemainder = exact.map((share, index) => ({ index, remainder: share - Math.floor(share) })).sort((a, b) => b.remainder - a.remainder || a.index - b.index);
  for (const { index } of byRemainder.slice(0, missing)) shares[index] = (shares[index] ?? 0) + 1;
  return shares;
}

const two = (number: number): string => String(number).padStart(2, '0');

function initials(name: string): string {
  return name.split(/[\s,-]+/).map((word) => word.slice(0, 1)).join('').toUpperCase().slice(0, 12);
}

/** A UUID version 7 of the year 2024 that follows from the seed. */
function seededId<Kind extends string>(random: () => number, serial: number): Id<Kind> {
  const hex = (digits: number): string => Array.from({ length: digits }, () => Math.floor(random() * 16).toString(16)).join('');
  const at = (Date.UTC(2024, 0, 1) + serial).toString(16).padStart(12, '0');
  // safe because the text is a UUID in its canonical form, made for this kind only
  return `${at.slice(0, 8)}-${at.slice(8)}-7${hex(3)}-8${hex(3)}-${hex(12)}` as Id<Kind>;
}

function day(text: string): CalendarDay {
  const parsed = parseCalendarDay(text);
  if (parsed === undefined) throw new Error(`${text} is no day`);
  return parsed;
}

