import type { PersonActor } from '#kernel/actor.ts';
import { newId, type Id } from '#kernel/ids.ts';
import { vietnamDay } from '#kernel/time.ts';
import type { SendEnvelope } from '#engines/exchange/index.ts';
import { seedTraVinh } from '#seeds/tra-vinh.ts';
import type { House } from './house.ts';

type AgencyId = Id<'agency'>;

/** What the city of Thanh Hóa reported for 2023. */
export const CITY_YEAR = { incoming: 215_558, outgoing: 127_000, all: 342_558 } as const;
/** Offices and wards of the city; everybody else of the province writes to them and hears from them. */
const CITY_AGENCIES = 40;

type Agency = { id: AgencyId; name: string; code: string };
/** One document on its way, before anything of it is written. */
export type Post = { from: Agency; to: Agency };
export type City = { /** The next documents of the year, the same in every run. */ next(count: number): Post[] };

/** A generated province in which a city exchanges documents; large agencies write and receive more, as they do in life. */
export async function makeCity(house: House): Promise<City> {
  await seedTraVinh(house.kernel, { seed: 1 });
  const agencies = await house.sql<Agency>(
    `select a.id, n.name, coalesce((select max(c.code) from identity.agency_code c where c.agency_id = a.id), '') as code
       from identity.agency a join identity.agency_name n on n.agency_id = a.id and n.valid_to is null where a.hosting = 'local' order by a.id`,
  );
  const city = agencies.slice(0, CITY_AGENCIES);
  const others = agencies.slice(CITY_AGENCIES);
  const random = randomFrom(20_231_231);
  return {
    next: (count) =>
      Array.from({ length: count }, () => {
        const [inside, outside] = [bySize(city, random()), bySize(others, random())];
        return random() < CITY_YEAR.incoming / CITY_YEAR.all ? { from: outside, to: inside } : { from: inside, to: outside };
      }),
  };
}

/** The first of the list get the most: the square of an even number lies near zero. */
function bySize(agencies: readonly Agency[], random: number): Agency {
  const chosen = agencies[Math.floor(random * random * agencies.length)];
  if (chosen === undefined) throw new Error('there is no agency');
  return chosen;
}

/** xorshift32 */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

let number = 0;

/** A complete letter, as the sender's own module hands it to the exchange. */
export function letterOf({ from, to }: Post, file: SendEnvelope['files'][number]): SendEnvelope {
  number += 1;
  return {
    agencyId: from.id,
    subject: { type: 'benchmark-letter', id: newId() },
    recipients: [to.id],
    files: [file],
    document: {
      code: `${from.code}.${new Date().getFullYear()}.${number}`,
      number: String(number),
      notation: 'UBND-VP',
      issuedOn: vietnamDay(new Date()),
      documentType: 'cong-van',
      typeName: 'Công văn',
      summary: `V/v phối hợp rà soát, cập nhật dữ liệu dân cư và hộ tịch trên địa bàn quý ${1 + (number % 4)}`,
      urgency: 'normal',
      answerDue: null,
      signerName: 'Nguyễn Thị Hạnh',
      signerTitle: 'Chủ tịch',
      senderName: from.name,
      senderCode: from.code,
      pageCount: 2,
    },
  };
}

const ids = new Map<AgencyId, PersonActor>();

/** The clerk of an agency, the same person each time. */
export function clerkOf(agencyId: AgencyId): PersonActor {
  const known = ids.get(agencyId);
  if (known !== undefined) return known;
  const clerk: PersonActor = {
    kind: 'person',
    personId: newId<'person'>(),
    name: 'Lê Thị Hoa',
    agencyId,
    unitId: null,
    postId: newId<'post'>(),
    postTitle: 'Văn thư',
    roles: ['clerk'],
    sessionId: newId(),
  };
  ids.set(agencyId, clerk);
  return clerk;
}
