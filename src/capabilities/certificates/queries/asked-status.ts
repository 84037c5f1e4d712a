import type { PersonActor } from '#kernel/actor.ts';
import type { Kernel } from '#kernel/kernel.ts';
import type { SpecialReply } from '#kernel/route.ts';
import { readStatusAnswer } from '#engines/signatures/index.ts';
import { getCertificate } from '../certificate-store.ts';
import type { AskProgress } from '../contract.ts';
import { errors } from '../errors.ts';

/** How far the questions are that a person asked since an instant: the newest question about each certificate counts. */
export async function askedSince(kernel: Kernel, actor: PersonActor, since: Date): Promise<AskProgress> {
  const { rows } = await kernel.database.pool.query(
    `select count(*)::int as asked, count(*) filter (where is_waiting)::int as waiting,
            count(*) filter (where not is_waiting and status <> 'active')::int as withdrawn,
            count(*) filter (where not is_waiting and ask_problem is not null)::int as unanswered
       from (select status, ask_problem, answered_at is null or answered_at < asked_at as is_waiting from certificates.certificate where asked_by = $1 and asked_at >= $2) asked`,
    [actor.personId, since],
  );
  // safe because the statement selects exactly these columns, in one row
  return rows[0] as AskProgress;
}

/** The kept answer of an authority, as a file. @throws certificates.notFound · noAnswerKept */
export async function statusAnswer(kernel: Kernel, actor: PersonActor, key: { agencyId: string; id: string }): Promise<SpecialReply> {
  const certificate = await getCertificate(kernel.database.pool, actor, key);
  const answer = certificate.status_answer === null ? undefined : await readStatusAnswer(kernel.database.pool, certificate.status_answer);
  if (answer === undefined) throw errors.noAnswerKept();
  const [extension, contentType] = answer.kind === 'crl' ? ['crl', 'application/pkix-crl'] : ['ors', 'application/ocsp-response'];
  return { special: 'bytes', body: answer.content, contentType, fileName: `${certificate.serial}.${extension}`, sizeBytes: answer.content.length };
}
