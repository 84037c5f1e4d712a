import pg from 'pg';
import { toTsvector } from '#kernel/search-text.ts';
import { randomFrom } from './vietnamese-names.ts';

export type SeedDocuments = {
  /** Connection of the role that owns the tables. */
  ownerUrl: string;
  count: number;
  /** The same number makes the same documents, but for their ids. */
  seed: number;
  onProgress?: (done: number, all: number) => void;
};

const SUMMARIES = 400;
const ROWS_A_STATEMENT = 100_000;
/** Agencies differ in size as those of a province do: the n-th has a share of n^-0.6. */
const SKEW = 0.6;

const verbs = ['triển khai', 'báo cáo', 'rà soát', 'đôn đốc', 'phối hợp', 'hướng dẫn', 'kiểm tra', 'tổng hợp', 'góp ý', 'xin ý kiến', 'công bố', 'đề nghị'];
const things = [
  'công tác cải cách hành chính', 'dự toán ngân sách nhà nước', 'kế hoạch chuyển đổi số', 'hồ sơ đất đai', 'phòng chống thiên tai', 'tuyển dụng viên chức', 'an toàn thông tin', 'giải quyết thủ tục hành chính',
  'xây dựng nông thôn mới', 'đầu tư công trung hạn', 'tiếp công dân', 'số hóa tài liệu lưu trữ', 'bảo vệ môi trường', 'giảm nghèo bền vững', 'tiêm chủng mở rộng', 'trật tự xây dựng',
];
const places = ['trên địa bàn tỉnh', 'tại các xã, phường', 'quý III năm 2026', 'giai đoạn 2026-2030', 'theo chỉ đạo của Ủy ban nhân dân tỉnh', 'sau sắp xếp tổ chức bộ máy', '6 tháng cuối năm'];

/**
 * Fills the inboxes of the agencies that are there with any number of incoming documents, for measuring: 17 years,
 * a tenth still waiting, urgencies, deadlines and words as one meets them. Rows only; they have no files.
 */
export async function seedDocuments(options: SeedDocuments): Promise<void> {
  const client = new pg.Client({ connectionString: options.ownerUrl });
  await client.connect();
  try {
    const lows = await makeSources(client, options);
    for (let from = 0; from < options.count; from += ROWS_A_STATEMENT) {
      const to = Math.min(options.count, from + ROWS_A_STATEMENT);
      await client.query(INSERT, [from + 1, to, options.seed, lows]);
      options.onProgress?.(to, options.count);
    }
    await client.query('analyze incoming_documents.document');
  } finally {
    await client.end();
  }
}

/** Temporary tables: the agencies with their shares (whose lower ends are returned, in order), and the summaries with their words as the product would index them. */
async function makeSources(client: pg.Client, { seed, count }: SeedDocuments): Promise<number[]> {
  const random = randomFrom(seed);
  const pick = (list: readonly string[]): string => list[Math.floor(random() * list.length)] ?? '';
  const summaries = Array.from({ length: SUMMARIES }, () => `V/v ${pick(verbs)} ${pick(things)} ${pick(places)}`);
  await client.query(`
    create temp table seed_agency as
    with ranked as (
      select a.id, n.name, coalesce(c.code, a.id::text) as code, n.abbreviation, row_number() over (order by a.id) as place
        from identity.agency a join identity.agency_name n on n.agency_id = a.id and n.valid_to is null
        left join identity.agency_code c on c.agency_id = a.id and c.scheme = 'qd20' and c.valid_to is null
       where a.closed_on is null),
    shares as (select *, power(place, -${String(SKEW)}) / sum(power(place, -${String(SKEW)})) over () as share from ranked)
    select *, coalesce(sum(share) over (order by place rows between unbounded preceding and 1 preceding), 0) as low, sum(share) over (order by place) as high, count(*) over () as agencies from shares`);
  await client.query('create temp table seed_summary (id int primary key, summary text not null, search tsvector not null)');
  await client.query('insert into seed_summary select * from unnest($1::int[], $2::text[], $3::tsvector[])', [
    summaries.map((_summary, index) => index),
    summaries,
    summaries.map((summary) => toTsvector(`Công văn ${summary}`)),
  ]);
  await client.query('create unique index on seed_agency (place); analyze seed_agency; analyze seed_summary');
  await openRegisters(client, count);
  const { rows } = await client.query<{ low: number }>('select low::float8 as low from seed_agency order by place');
  return rows.map((row) => row.low);
}

/** A register for every agency, its counters set behind the numbers that the seeds give, so that real registrations go on from there. */
async function openRegisters(client: pg.Client, count: number): Promise<void> {
  await client.query(`
    insert into registers.register (agency_id, id, kind, name, is_default, opened_on)
    select id, gen_random_uuid(), 'incoming', 'Sổ đăng ký văn bản đến', true, date '2009-01-01' from seed_agency
    on conflict (agency_id, kind) where is_default and closed_on is null do nothing`);
  await client.query(`alter table seed_agency add register_id uuid`);
  await client.query(`
    update seed_agency s set register_id = r.id from registers.register r
     where r.agency_id = s.id and r.kind = 'incoming' and r.is_default and r.closed_on is null`);
  await client.query(
    `insert into registers.counter (agency_id, register_id, year, last_number)
     select s.id, s.register_id, y, greatest($1::int, 1) from seed_agency s cross join generate_series(2009, 2027) y
     on conflict (agency_id, register_id, year) do update set last_number = greatest(registers.counter.last_number, excluded.last_number)`,
    [count],
  );
}

/** A number between 0 and 1 that follows from the row, the seed and a purpose, so that the same seed makes the same province. */
const chance = (salt: string): string => `(hashtextextended(n::text || '${salt}', $3) & 2147483647)::float8 / 2147483648`;

const INSERT = `
with drawn as (
  select n, ${chance('to')} as r_to, ${chance('from')} as r_from, ${chance('what')} as r_what, ${chance('when')} as r_when, ${chance('state')} as r_state, ${chance('urgency')} as r_urgency
    from generate_series($1::int, $2::int) n),
placed as (
  select d.*, t.id as to_id, t.register_id, s.id as from_id, s.name as from_name, s.code as from_code, s.abbreviation as from_short,
         timestamptz '2009-12-01 00:00+07' + r_when * interval '6200 days' as at
    from drawn d
    join seed_agency t on t.place = width_bucket(d.r_to, $4::float8[])
    join seed_agency s on s.place = width_bucket(d.r_from, $4::float8[]))
insert into incoming_documents.document
  (agency_id, id, state, message_id, sender_agency_id, sender_name, sender_code, document_code, number, notation, issued_on, type_code, type_name, summary, urgency, answer_due,
   signer_name, signer_title, verdict, files, search, arrived_at, register_id, arrival_year, arrival_number, registered_at, registered_by)
select p.to_id, gen_random_uuid(), case when r_state < 0.9 then 'registered' else 'arrived' end, gen_random_uuid(), p.from_id, p.from_name, p.from_code, p.from_code || '.' || n,
       (1 + n % 9000)::text, p.from_short || '-VP', (p.at at time zone 'Asia/Ho_Chi_Minh')::date, 'cong-van', 'Công văn', w.summary,
       case when r_urgency < 0.9 then 'normal' when r_urgency < 0.97 then 'urgent' when r_urgency < 0.99 then 'very_urgent' else 'flash' end,
       case when r_what > 0.7 then (p.at at time zone 'Asia/Ho_Chi_Minh')::date + 10 end,
       'Người ký mẫu', 'Giám đốc', 'TOTAL-PASSED', '[]', w.search || ('''#' || (1 + n % 9000) || '/' || lower(p.from_short) || '-vp''')::tsvector, p.at,
       case when r_state < 0.9 then p.register_id end, case when r_state < 0.9 then extract(year from p.at at time zone 'Asia/Ho_Chi_Minh') end,
       case when r_state < 0.9 then n end, case when r_state < 0.9 then p.at end, case when r_state < 0.9 then 'Văn thư mẫu' end
  from placed p join seed_summary w on w.id = floor(p.r_what * ${String(SUMMARIES)})::int`;
