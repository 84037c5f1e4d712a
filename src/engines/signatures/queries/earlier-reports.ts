import type { Kernel } from '#kernel/kernel.ts';
import type { Queryable } from '#kernel/database.ts';
import type { StoredReport, Wording } from '../report-words.ts';
import { trustSet } from '../trust.ts';

export type EarlierReport = {
  validatedAt: string;
  indication: StoredReport['indication'];
  /** When the next one was made; null where it is the newest, and what stands now is an older one because what is trusted is as it was then. */
  replacedAt: string | null;
  /** Why another took its place. */
  reasons: Wording[];
  /** What it rested on from outside the file, all of which is kept. */
  materials: { crls: number; ocsps: number; certificates: number };
};

const MOST = 50;
const MOST_NAMED = 5;

type Row = Omit<EarlierReport, 'validatedAt' | 'replacedAt' | 'reasons'> & {
  validatedAt: Date;
  replacedAt: Date | null;
  isSameTrust: boolean | null;
  isWaiting: boolean;
  isOfLostFile: boolean;
  began: string[] | null;
  ended: { name: string; reason: string | null }[] | null;
  revoked: number;
};

/** The reports on a file that no longer stand, the newest first, at most 50: when each was made, and when and why another took its place. */
export async function earlierReports(kernel: Kernel, sha256: string): Promise<{ reports: EarlierReport[]; hasMore: boolean }> {
  const { version } = await trustSet(kernel);
  const { rows } = await kernel.database.pool.query(EARLIER, [sha256, version, MOST + 1, MOST_NAMED]);
  // safe because the statement selects exactly these columns
  const found = rows as Row[];
  return { reports: found.slice(0, MOST).map(shown), hasMore: found.length > MOST };
}

/** The report on a file that was made at an instant, whether it stands or not. */
export async function reportOfThen(q: Queryable, { sha256, validatedAt }: { sha256: string; validatedAt: Date }): Promise<StoredReport | undefined> {
  const { rows } = await q.query(
    `select report from signatures.validation where sha256 = $1 and validated_at = $2
     union all select report from signatures.earlier_validation where sha256 = $1 and validated_at = $2 limit 1`,
    [sha256, validatedAt],
  );
  // safe because only reports are written to these columns
  return rows[0]?.['report'] as StoredReport | undefined;
}

function shown({ validatedAt, replacedAt, indication, materials, ...why }: Row): EarlierReport {
  return { validatedAt: validatedAt.toISOString(), replacedAt: replacedAt?.toISOString() ?? null, indication, materials, reasons: reasonsOf(why) };
}

/** The version of a trust set does not tell what it is made of: what happened between the two reports does. */
function reasonsOf({ isSameTrust, isWaiting, isOfLostFile, began, ended, revoked }: Pick<Row, 'isSameTrust' | 'isWaiting' | 'isOfLostFile' | 'began' | 'ended' | 'revoked'>): Wording[] {
  if (isOfLostFile) return [{ vi: 'Lúc đó không đọc được nội dung của tệp trong kho lưu trữ.', en: 'The bytes of the file could not be read from the store then.' }];
  if (isSameTrust === null) return [{ vi: 'Những gì được tin cậy nay lại như ở lần kiểm tra trước đó.', en: 'What is trusted is again as it was at the check before.' }];
  if (isSameTrust && isWaiting) return [{ vi: 'Lúc đó chưa hỏi được nơi cấp về tình trạng thu hồi.', en: 'The authority could not be asked about revocation then.' }];
  if (isSameTrust) return [{ vi: 'Có thêm danh sách thu hồi của nơi cấp chứng thư.', en: 'A further revocation list of the certificate’s authority came.' }];
  const known = [
    ...(began ?? []).map((name) => ({ vi: `Tin cậy thêm ${name}.`, en: `Trust in ${name} began.` })),
    ...(ended ?? []).map(({ name, reason }) => ({ vi: `Thôi tin cậy ${name}${reason === null ? '' : `: ${reason}`}.`, en: `Trust in ${name} ended${reason === null ? '' : `: ${reason}`}.` })),
    ...(revoked === 0 ? [] : [{ vi: `Cơ quan chứng thực nội bộ thu hồi ${String(revoked)} chứng thư.`, en: `The built-in authority revoked ${String(revoked)} certificate(s).` }]),
  ];
  return known.length > 0 ? known : [{ vi: 'Danh sách tin cậy hoặc quy tắc kiểm tra đã thay đổi.', en: 'The trusted lists or the rules of validation changed.' }];
}

const EARLIER = `
with every as (
  select validated_at, trust_version, indication, report from signatures.validation where sha256 = $1
  union all
  select validated_at, trust_version, report ->> 'indication', report from signatures.earlier_validation where sha256 = $1),
shown as (
  select validated_at, trust_version from signatures.validation where sha256 = $1 order by trust_version = $2 desc, validated_at desc limit 1),
placed as (
  select *, lead(validated_at) over in_time as replaced_at, lead(trust_version) over in_time as next_version from every window in_time as (order by validated_at, trust_version)),
chosen as (
  select p.* from placed p where (p.validated_at, p.trust_version) not in (select validated_at, trust_version from shown) order by p.validated_at desc, p.trust_version desc limit $3)
select validated_at as "validatedAt", replaced_at as "replacedAt", indication, next_version = trust_version as "isSameTrust",
       report @> '{"signatures":[{"subIndication":"TRY_LATER"}]}' as "isWaiting",
       coalesce(report #>> '{problem,code}' in ('files.notStored', 'files.damaged'), false) as "isOfLostFile",
       (select json_agg(a.name) from (select name from signatures.trust_anchor
          where greatest(added_at, valid_from) >= chosen.validated_at and greatest(added_at, valid_from) <= replaced_at order by added_at, name limit $4) a) as began,
       (select json_agg(json_build_object('name', a.name, 'reason', a.end_reason)) from (select name, end_reason from signatures.trust_anchor
          where valid_to >= chosen.validated_at and valid_to <= replaced_at order by valid_to, name limit $4) a) as ended,
       (select count(*)::int from signatures.issued_certificate where revoked_at >= chosen.validated_at and revoked_at <= replaced_at and state = 'revoked') as revoked,
       (select json_build_object('crls', count(*) filter (where m.kind = 'crl'), 'ocsps', count(*) filter (where m.kind = 'ocsp'), 'certificates', count(*) filter (where m.kind = 'certificate'))
          from signatures.validation_evidence e join signatures.validation_material m on m.sha256 = e.material_sha256
         where e.sha256 = $1 and e.validated_at = chosen.validated_at) as materials
  from chosen order by validated_at desc, trust_version desc`;
