import type { CommandContext } from '#kernel/command.ts';
import type { Id } from '#kernel/ids.ts';
import { vietnamDay } from '#kernel/time.ts';
import { transition } from '#engines/cases/index.ts';
import { getPost, type Post, type PostId } from '#engines/identity/index.ts';
import { agencyOf, lockDocument } from '../document-store.ts';
import { lifecycle } from '../lifecycle.ts';
import { giveBack } from './return-document.ts';

/** The post that a document waits for, to be initialled or signed. */
const WAITED_FOR = `case state when 'initialling' then initials_post_id else approver_post_id end`;
const BATCH = 500;

/**
 * What waits for the initials or the signature of a post that has ended goes back to its drafter, who submits it to somebody else; where the
 * drafter has left as well, to the clerk. A post's last day is still a day in the post. Its successor is not guessed.
 * @returns how many were returned, at most 500 a run.
 */
export async function returnFromEndedPosts(ctx: CommandContext): Promise<number> {
  const { rows } = await ctx.query(
    `select distinct agency_id as "agencyId", ${WAITED_FOR} as "postId" from outgoing_documents.document where state in ('initialling', 'submitted')`,
  );
  // safe because the columns hold ids of agencies and posts, and a document in these states names its post
  const waitedFor = rows as { agencyId: Id<'agency'>; postId: PostId }[];
  let returned = 0;
  for (const { agencyId, postId } of waitedFor) {
    const post = await getPost(ctx, agencyId, postId);
    if (hasEnded(post, ctx.now) && returned < BATCH) returned += await returnFrom(ctx, post, BATCH - returned);
  }
  return returned;
}

function hasEnded({ endsOn }: Post, now: Date): boolean {
  return endsOn !== null && endsOn < vietnamDay(now);
}

async function returnFrom(ctx: CommandContext, { agencyId, postId, name, title }: Post, most: number): Promise<number> {
  const { rows } = await ctx.query(
    `select id from outgoing_documents.document where agency_id = $1 and state in ('initialling', 'submitted') and ${WAITED_FOR} = $2 order by id limit $3`,
    [agencyId, postId, most],
  );
  let returned = 0;
  for (const { id } of rows) {
    const document = await lockDocument(ctx, agencyId, String(id));
    // Somebody withdrew or signed it while this waited for the lock.
    if (document === undefined || !(document.state === 'initialling' || document.state === 'submitted')) continue;
    // safe because the column holds ids of posts
    const drafter = await getPost(ctx, agencyOf(document), document.drafter_post_id as PostId);
    await giveBack(ctx, document, {
      next: transition(lifecycle, document.state, 'return'),
      reason: `${title} ${name} đã thôi giữ chức vụ; hãy trình người khác.`,
      to: hasEnded(drafter, ctx.now) ? { role: 'clerk' } : { postId: drafter.postId },
    });
    returned += 1;
  }
  return returned;
}
