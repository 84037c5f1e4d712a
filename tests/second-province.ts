import { systemActor } from '#kernel/actor.ts';
import { run } from '#kernel/command.ts';
import { newId } from '#kernel/ids.ts';
import type { Kernel } from '#kernel/kernel.ts';
import { parseCalendarDay } from '#kernel/time.ts';
import { hashPassword, importDirectory, type ImportedAgency, type ImportedPost } from '#engines/identity/index.ts';
import { DEMO_PASSWORD } from '#seeds/demo-accounts.ts';
import { seedPlan, type SeedPlan } from '#seeds/seed-plan.ts';
import type { Province } from './office.ts';

type Person = [fullName: string, login: string, title: string, roles: ImportedPost['roles']];
type Agency = Pick<ImportedAgency, 'name' | 'abbreviation' | 'kind' | 'level'> & { code: string; people: readonly Person[] };

/** Nghệ An, with the people of two departments: another province beside the one of the samples. Its people and inner codes are invented. */
const agencies: readonly Agency[] = [
  { name: 'Ủy ban nhân dân tỉnh Nghệ An', abbreviation: 'UBND', kind: 'province', level: 'province', code: 'H41', people: [] },
  {
    name: 'Sở Nội vụ tỉnh Nghệ An',
    abbreviation: 'SNV',
    kind: 'department',
    level: 'province',
    code: 'H41.02',
    people: [
      ['Hồ Sỹ Nguyên', 'giamdoc.snv', 'Giám đốc', ['leader']],
      ['Cao Thị Diệu Linh', 'vanthu.snv', 'Văn thư', ['clerk']],
      ['Phan Văn Thìn', 'chuyenvien.snv', 'Chuyên viên', ['officer']],
    ],
  },
  {
    name: 'Sở Tài chính tỉnh Nghệ An',
    abbreviation: 'STC',
    kind: 'department',
    level: 'province',
    code: 'H41.03',
    people: [
      ['Nguyễn Khắc Trung', 'giamdoc.stc', 'Giám đốc', ['leader']],
      ['Võ Thị Hoài Thu', 'vanthu.stc', 'Văn thư', ['clerk']],
    ],
  },
  { name: 'Sở Khoa học và Công nghệ tỉnh Nghệ An', abbreviation: 'SKHCN', kind: 'department', level: 'province', code: 'H41.07', people: [['Thái Bá Sơn', 'quantri.tinh', 'Quản trị hệ thống của tỉnh', ['province_admin']]] },
  { name: 'Ủy ban nhân dân phường Trường Vinh, tỉnh Nghệ An', abbreviation: 'UBND', kind: 'commune', level: 'commune', code: 'H41.41', people: [['Lê Thị Bích Ngọc', 'vanthu.truongvinh', 'Văn thư', ['clerk']]] },
];

export const NGHE_AN: Province = { name: 'nghe-an', seed: seedNgheAn };

const FIRST_DAY = parseCalendarDay('2025-07-01');

async function seedNgheAn(kernel: Kernel): Promise<SeedPlan> {
  if (FIRST_DAY === undefined) throw new Error('the first day is a day');
  const [province, ...others] = agencies.map((agency) => ({ ...agency, id: newId<'agency'>(), establishedOn: FIRST_DAY }));
  if (province === undefined) throw new Error('there is a province');
  const posts = [province, ...others].flatMap(({ id, people }) =>
    people.map(([fullName, login, title, roles], place): ImportedPost => ({ postId: newId<'post'>(), personId: newId<'person'>(), agencyId: id, unitId: null, fullName, login, title, roles, signingPowers: [], sortOrder: place + 1 })),
  );
  const imported = [province, ...others].map(({ id, name, abbreviation, kind, level, code, establishedOn }): ImportedAgency => ({ id, name, abbreviation, kind, level, code, establishedOn, parentId: id === province.id ? null : province.id }));
  const directory = { agencies: imported, posts, note: 'Mã và người giả định (invented)', startsOn: FIRST_DAY, passwordHash: await hashPassword(DEMO_PASSWORD), isDemo: true };
  await run(kernel, importDirectory, directory, { actor: systemActor('tests') });
  return seedPlan(kernel);
}
