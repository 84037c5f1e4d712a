/**
 * What is wrong between the registers of an installation and the documents that have their numbers: each number that a register gave stands on
 * exactly one document or copy, and every message whose sender was told “đã tiếp nhận” (03) has its arrival number in the inbox, and no other has one.
 * Empty when all agree; nothing is sampled.
 */
export async function numberProblems(sql: (text: string) => Promise<Record<string, unknown>[]>): Promise<string[]> {
  const [series, messages] = [await sql(SERIES), await sql(TOLD)];
  return [
    ...series.map((row) => `${String(row['kind'])} register ${String(row['register'])} of ${String(row['year'])}: gave ${String(row['given'])} numbers, ${String(row['held'])} stand on documents, the highest is ${String(row['highest'])}`),
    ...messages.map((row) => `message ${String(row['message'])}: ${row['told'] === true ? 'told as registered, without an arrival number' : `arrival number ${String(row['number'])}, and nobody was told`}`),
  ];
}

// Twins cannot stand in the tables; a gap shows as fewer documents than numbers.
const SERIES = `
with held as (
  select agency_id, register_id, year, number, 'outgoing' as kind from outgoing_documents.document where number is not null
  union all select agency_id, register_id, arrival_year, arrival_number, 'incoming' from incoming_documents.document where arrival_number is not null
  union all select agency_id, register_id, year, number, 'copy' from incoming_documents.copy where number is not null),
series as (select agency_id, register_id, year, kind, count(distinct number)::int as held, count(*)::int as documents, max(number) as highest from held group by 1, 2, 3, 4),
compared as (
  select agency_id, register_id, year, s.kind, c.last_number as given, s.held, s.documents, s.highest
    from series s full join registers.counter c using (agency_id, register_id, year))
select coalesce(d.kind, r.kind) as kind, d.agency_id || '/' || d.register_id as register, d.year, coalesce(d.given, 0) as given, coalesce(d.documents, 0) as held, coalesce(d.highest, 0) as highest
  from compared d left join registers.register r on r.agency_id = d.agency_id and r.id = d.register_id
 where d.given is distinct from d.held or d.given is distinct from d.documents or d.given is distinct from d.highest or d.kind is distinct from r.kind`;

const TOLD = `
select m.id as message, d.arrival_number as number, a.told
  from exchange.message m left join incoming_documents.document d on d.agency_id = m.agency_id and d.message_id = m.id
 cross join lateral (select exists (select from exchange.message_answer where agency_id = m.agency_id and message_id = m.id and status = '03') as told) a
 where m.kind in ('new', 'replace') and a.told <> (d.arrival_number is not null)`;
