import { useQueries } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useApi } from '#ui/api-context.tsx';
import { Button } from '#ui/controls/button.tsx';
import { ErrorState } from '#ui/feedback/error-state.tsx';
import { Skeleton } from '#ui/feedback/skeleton.tsx';
import { formatDate } from '#ui/format.ts';
import { useT } from '#ui/i18n.ts';
import { Section } from '#ui/layout/page.tsx';
import { useAbility, useSession } from '#ui/session-context.tsx';
import type { PersonRow, PostPage } from '../contract.ts';
import './accounts.css';
import { peopleMessages } from './people-messages.ts';
import { postMessages } from './post-messages.ts';

/** What the administrator is about to do with somebody's posts. */
export type PostTask = { kind: 'add' } | { kind: 'change' | 'end'; post: PostPage };

/** The posts that somebody holds now and will hold, each with what may be done about it. */
export function PersonPosts({ person, onTask }: { person: PersonRow; onTask: (task: PostTask) => void }): ReactNode {
  const t = useT(postMessages);
  const api = useApi();
  const posts = useQueries({
    queries: person.posts.map(({ agencyId, postId }) => ({
      queryKey: ['identity', 'post', postId],
      queryFn: ({ signal }: { signal: AbortSignal }) => api.get<PostPage>(`/api/v1/accounts/agencies/${agencyId}/posts/${postId}`, { signal }),
    })),
  });
  const failed = posts.find(({ error }) => error !== null);
  const { person: me } = useSession();
  const keepsDirectory = useAbility('accounts.keep-directory');
  const isOwn = me.id === person.personId && !keepsDirectory;
  return (
    <Section
      title={t('posts')}
      actions={
        isOwn ? undefined : (
          <Button size="small" onClick={() => onTask({ kind: 'add' })}>
            {t('add')}
          </Button>
        )
      }
    >
      {isOwn && <p className="lt-quiet">{t('ownPosts')}</p>}
      {person.posts.length === 0 && <p className="lt-quiet">{t('none')}</p>}
      {failed !== undefined && <ErrorState compact error={failed.error} onRetry={() => posts.forEach((post) => void post.refetch())} />}
      <ul className="lt-accounts-list">
        {posts.map(({ data }, index) => {
          const agencyName = person.posts[index]?.agencyName ?? '';
          return data === undefined ? (
            <li key={person.posts[index]?.postId}>
              <Skeleton shape="text" />
            </li>
          ) : (
            <PostLine key={data.postId} post={data} agencyName={agencyName} onTask={onTask} />
          );
        })}
      </ul>
    </Section>
  );
}

function PostLine({ post, agencyName, onTask }: { post: PostPage; agencyName: string; onTask: (task: PostTask) => void }): ReactNode {
  const t = useT(postMessages);
  const roleNames = useT(peopleMessages);
  const from = formatDate(post.startsOn);
  const powers = post.signingPowers.map((power) => `${power}.`).join(' ');
  return (
    <li>
      <div>
        <strong>{post.title}</strong>
        <p>{post.unitName === null ? agencyName : `${post.unitName}, ${agencyName}`}</p>
        <p className="lt-quiet">{[...post.roles.map((role) => roleNames(role)), ...(powers === '' ? [] : [powers])].join(', ')}</p>
        <p className="lt-quiet">{post.endsOn === null ? t('since', { from }) : t('until', { from, to: formatDate(post.endsOn) })}</p>
      </div>
      <div className="lt-row">
        {post.abilities.includes('change') && (
          <Button size="small" aria-label={t('changeOf', { title: post.title })} onClick={() => onTask({ kind: 'change', post })}>
            {t('change')}
          </Button>
        )}
        {post.abilities.includes('end') && (
          <Button size="small" aria-label={t('endOf', { title: post.title })} onClick={() => onTask({ kind: 'end', post })}>
            {t('end')}
          </Button>
        )}
      </div>
    </li>
  );
}
