import type { CommandContext } from '#kernel/command.ts';
import type { Id } from '#kernel/ids.ts';
import { vietnamDay } from '#kernel/time.ts';
import type { NewTask } from '#engines/cases/index.ts';
import { postsOfPerson, type PersonId } from '#engines/identity/index.ts';
import { RENEWAL } from './policy.ts';

const WEEK_MS = 7 * 86_400_000;

export type Ending = { agency_id: Id<'agency'>; id: string; holder_name: string; person_id: string | null; valid_to: Date };

/** What is to be done about a certificate that ends: by whoever keeps the agency's certificates, and by the holder; urgent in its last week. */
export async function renewalTasks(ctx: CommandContext, certificate: Ending): Promise<NewTask[]> {
  const task = (assignee: NewTask['assignee']): NewTask => ({
    agencyId: certificate.agency_id,
    subject: { type: 'certificate', id: certificate.id },
    kind: RENEWAL,
    assignee,
    title: certificate.holder_name,
    dueAt: certificate.valid_to,
    urgency: certificate.valid_to.getTime() - ctx.now.getTime() < WEEK_MS ? 'urgent' : 'normal',
    href: `/app/chung-thu-so/${certificate.agency_id}.${certificate.id}`,
  });
  // safe because the column holds ids of people only
  const posts = certificate.person_id === null ? [] : await postsOfPerson(ctx, certificate.person_id as PersonId, vietnamDay(ctx.now));
  const own = posts.filter((post) => post.agencyId === certificate.agency_id).slice(0, 1);
  return [task({ role: 'agency_admin' }), ...own.map((post) => task({ postId: post.postId }))];
}
