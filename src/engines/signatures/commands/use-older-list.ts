import type { CommandContext } from '#kernel/command.ts';
import { formatInstant } from '#kernel/time.ts';
import { signatureErrors } from '../errors.ts';
import { installation } from '../events.ts';
import type { OlderIssue } from '../trust-folder.ts';

/**
 * Takes back the memory of a newer issue of a trusted list, so that the older one counts which lies in its place: an operator may have issued a
 * wrong list. Other processes follow within a minute; a newer issue that is put there later counts again by itself.
 * @throws signatures.olderListNotThere where the older issue counts already
 */
export async function useOlderList(ctx: CommandContext, { name, territory, operator, sequenceNumber, issuedAt, reason }: OlderIssue & { reason: string }): Promise<void> {
  const { rows } = await ctx.query(
    `with before as (select * from signatures.trusted_list where territory = $1 and operator = $2 for update)
     update signatures.trusted_list as l set sequence_number = $3, issued_at = $4, read_at = $5 from before
      where l.territory = before.territory and l.operator = before.operator and (before.sequence_number, before.issued_at) > ($3::bigint, $4::timestamptz)
     returning before.sequence_number::float8 as "sequenceNumber", before.issued_at as "issuedAt"`,
    [territory, operator, sequenceNumber, issuedAt, ctx.now],
  );
  // safe because the statement returns exactly these columns, which are never null
  const [newer] = rows as { sequenceNumber: number; issuedAt: Date }[];
  if (newer === undefined) throw signatureErrors.olderListNotThere();
  ctx.record({
    type: 'signatures.trusted-list-reinstated',
    agencyId: installation,
    subject: { type: 'trusted-list', id: installation },
    data: { file: name, operator, territory, number: sequenceNumber, issuedAt: formatInstant(issuedAt), newerNumber: newer.sequenceNumber, newerIssuedAt: formatInstant(newer.issuedAt), reason },
  });
}
