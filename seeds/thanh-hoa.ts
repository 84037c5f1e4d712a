import { systemActor } from '#kernel/actor.ts';
import { run, type CommandContext } from '#kernel/command.ts';
import { newId } from '#kernel/ids.ts';
import type { Kernel } from '#kernel/kernel.ts';
import { addDays, parseCalendarDay, vietnamDay, type CalendarDay } from '#kernel/time.ts';
import {
  createAgency,
  createUnit,
  delegate,
  hashPassword,
  identityErrors,
  importDirectory,
  mergeAgencies,
  renameAgency,
  type AgencyId,
  type ImportedPost,
  type PersonId,
  type PostId,
  type UnitId,
} from '#engines/identity/index.ts';
import { DEMO_PASSWORD } from './demo-accounts.ts';
import { agencies, earlierNames, predecessors, type SeedAgency } from './thanh-hoa-agencies.ts';
import { namedPosts, units, usualPosts, type SeedPost } from './thanh-hoa-people.ts';
import { seedPlan, type SeedPlan } from './seed-plan.ts';
import { inventName, randomFrom } from './vietnamese-names.ts';

const INVENTED_CODE = 'Mã giả định cho dữ liệu mẫu';
const SEED = 20_250_701;

type Places = { agencies: Map<string, AgencyId>; units: Map<string, UnitId> };

/**
 * Fills an empty database with the small province: Thanh Hóa after 01/7/2025, its people invented. All in one transaction.
 * @returns whom to give signing credentials.
 * @throws identity.notEmpty when the directory holds any agency
 */
export async function seedThanhHoa(kernel: Kernel): Promise<SeedPlan> {
  const passwordHash = await hashPassword(DEMO_PASSWORD);
  await run(kernel, fillThanhHoa, { passwordHash }, { actor: systemActor('seeds') });
  return seedPlan(kernel);
}

async function fillThanhHoa(ctx: CommandContext, input: { passwordHash: string }): Promise<void> {
  await assertEmpty(ctx);
  const places: Places = { agencies: new Map(), units: new Map() };
  for (const agency of [...agencies, ...predecessors]) await addAgency(ctx, places, agency);
  for (const unit of units) {
    const id = await createUnit(ctx, { agencyId: place(places, unit.agency), name: unit.name, abbreviation: unit.abbreviation, from: day('2025-07-01') });
    places.units.set(`${unit.agency}/${unit.key}`, id);
  }
  await endPredecessors(ctx, places);
  const posts = await addPeople(ctx, places, input.passwordHash);
  await addDelegation(ctx, places, posts);
}

async function assertEmpty(ctx: CommandContext): Promise<void> {
  await ctx.query(`select pg_advisory_xact_lock(hashtext('seeds'))`);
  const { rows } = await ctx.query('select 1 from identity.agency limit 1');
  if (rows.length > 0) throw identityErrors.notEmpty();
}

async function addAgency(ctx: CommandContext, places: Places, agency: SeedAgency): Promise<void> {
  const earlier = earlierNames.find((name) => name.key === agency.key);
  const isProvince = agency.key === 'ubnd';
  const note = isProvince ? {} : { note: INVENTED_CODE };
  const id = await createAgency(ctx, {
    kind: agency.kind,
    level: agency.level,
    parentId: agency.parent === undefined ? null : place(places, agency.parent),
    hosting: agency.hosting ?? 'local',
    establishedOn: day(agency.establishedOn),
    name: earlier?.name ?? agency.name,
    abbreviation: earlier?.abbreviation ?? agency.abbreviation,
    note: 'Dữ liệu mẫu; ngày thành lập và mã có thể là giả định',
    codes: [
      ...(agency.qd20 === undefined ? [] : [{ scheme: 'qd20' as const, code: agency.qd20, ...note }]),
      ...(agency.qcvn102 === undefined ? [] : [{ scheme: 'qcvn102' as const, code: agency.qcvn102, ...note }]),
    ],
  });
  places.agencies.set(agency.key, id);
  if (earlier === undefined) return;
  await renameAgency(ctx, { agencyId: id, from: day(earlier.renamedOn), name: agency.name, abbreviation: agency.abbreviation, legalBasis: 'Sắp xếp các cơ quan chuyên môn năm 2025' });
}

async function endPredecessors(ctx: CommandContext, places: Places): Promise<void> {
  const inOrder = [...predecessors].sort((a, b) => a.lastDay.localeCompare(b.lastDay));
  for (const ended of inOrder) {
    await mergeAgencies(ctx, {
      predecessorIds: [place(places, ended.key)],
      successorIds: ended.successors.map((key) => place(places, key)),
      kind: ended.succession,
      lastDay: day(ended.lastDay),
      legalBasis: ended.legalBasis,
    });
  }
}

/** The named posts, and in every other agency the usual ones with invented holders. */
function allPosts(): SeedPost[] {
  const usual = agencies
    .filter((agency) => agency.hosting !== 'external')
    .flatMap((agency) => {
      const named = new Set(namedPosts.filter((post) => post.agency === agency.key).map((post) => post.title));
      return usualPosts[patternOf(agency)]
        .filter((pattern) => !named.has(pattern.title) && !['ubnd', 'vpubnd', 'snv'].includes(agency.key))
        .map((pattern) => ({
          agency: agency.key,
          who: `${pattern.suffix}.${agency.key}`,
          login: `${pattern.suffix}.${agency.login}`,
          title: pattern.title,
          roles: pattern.roles,
          ...(pattern.powers === undefined ? {} : { powers: pattern.powers }),
          order: pattern.order,
        }));
    });
  return [...namedPosts, ...usual];
}

function patternOf(agency: SeedAgency): keyof typeof usualPosts {
  if (agency.key === 'ttt') return 'inspectorate';
  if (agency.key === 'nghison') return 'board';
  return agency.kind === 'commune' || agency.kind === 'party_body' ? agency.kind : 'department';
}

async function addPeople(ctx: CommandContext, places: Places, passwordHash: string): Promise<Map<string, PostId>> {
  const random = randomFrom(SEED);
  const people = new Map<string, { personId: PersonId; fullName: string }>();
  const taken = new Set(namedPosts.map((post) => post.name));
  const freshName = (): string => {
    const name = inventName(random);
    if (taken.has(name)) return freshName();
    taken.add(name);
    return name;
  };
  const posts = allPosts().map((post): ImportedPost => {
    const known = people.get(post.who);
    const person = known ?? { personId: newId<'person'>(), fullName: post.name ?? freshName() };
    people.set(post.who, person);
    return {
      ...person,
      postId: newId<'post'>(),
      agencyId: place(places, post.agency),
      unitId: post.unit === undefined ? null : (places.units.get(`${post.agency}/${post.unit}`) ?? null),
      login: known === undefined ? (post.login ?? null) : null,
      title: post.title,
      roles: post.roles,
      signingPowers: post.powers ?? [],
      sortOrder: post.order,
    };
  });
  await importDirectory(ctx, { agencies: [], posts, note: INVENTED_CODE, startsOn: day('2025-07-01'), passwordHash, isDemo: true });
  return new Map(posts.flatMap((post) => (post.login === null ? [] : [[post.login, post.postId] as const])));
}

/** The director authorises the chief of office, so that acting for another can be tried at once. */
async function addDelegation(ctx: CommandContext, places: Places, posts: ReadonlyMap<string, PostId>): Promise<void> {
  const from = posts.get('giamdoc.snv');
  const to = posts.get('chanhvanphong.snv');
  if (from === undefined || to === undefined) throw new Error('the seed lacks the posts of its own delegation');
  const today = vietnamDay(ctx.now);
  await delegate(ctx, {
    agencyId: place(places, 'snv'),
    delegatorPostId: from,
    delegateAgencyId: place(places, 'snv'),
    delegatePostId: to,
    roles: ['leader'],
    content: 'Ký giấy mời, giấy giới thiệu và công văn đôn đốc trong thời gian Giám đốc đi công tác',
    documentReference: 'Văn bản ủy quyền số 12/UQ-SNV (mẫu)',
    startsOn: today,
    endsOn: addDays(today, 90),
  });
}

function place(places: Places, key: string): AgencyId {
  const id = places.agencies.get(key);
  if (id === undefined) throw new Error(`the seed names ${key} before it is made`);
  return id;
}

function day(text: string): CalendarDay {
  const parsed = parseCalendarDay(text);
  if (parsed === undefined) throw new Error(`${text} is no day`);
  return parsed;
}
