import RefreshCw from 'lucide-react/icons/refresh-cw';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, type ReactNode } from 'react';
import type { z } from 'zod';
import { useApi } from '#ui/api-context.tsx';
import { Button } from '#ui/controls/button.tsx';
import { loadRows, type LoadingPages } from '#ui/data/load-rows.ts';
import { Banner } from '#ui/feedback/banner.tsx';
import { ProblemBanner } from '#ui/feedback/problem-banner.tsx';
import { problemToast } from '#ui/feedback/problem-toast.ts';
import { useToasts } from '#ui/feedback/toast.tsx';
import { useT } from '#ui/i18n.ts';
import { useMutation } from '#ui/mutation.ts';
import { useNextButton } from '#ui/next-button.ts';
import { Dialog } from '#ui/overlays/dialog.tsx';
import { MOST_ASKED, type AskProgress, type askStatusReply } from '../contract.ts';
import { messages } from './messages.ts';
import './ask-status.css';

/** Has the authorities of some certificates asked again. `ids` are `agency.certificate`, as in addresses. */
export function AskAgain({ ids, onAsked }: { ids: readonly string[]; onAsked: (since: string) => void }): ReactNode {
  const t = useT(messages);
  const api = useApi();
  const toasts = useToasts();
  const queries = useQueryClient();
  const ask = useMutation({
    mutationFn: () => {
      const certificates = ids.map((each) => ({ agencyId: each.slice(0, each.indexOf('.')), id: each.slice(each.indexOf('.') + 1) }));
      return api.post<z.infer<typeof askStatusReply>>('/api/v1/certificates/ask-status', { certificates });
    },
    onSuccess: ({ askedAt }) => onAsked(askedAt),
    onError: (error) => toasts.show(problemToast(error)),
    onSettled: () => void queries.invalidateQueries({ queryKey: ['certificates'] }),
  });
  return (
    <Button icon={RefreshCw} disabled={ids.length > MOST_ASKED} loading={ask.isPending} onClick={() => ask.mutate()}>
      {t('askStatus')}
    </Button>
  );
}

type AskChosenProps = {
  ids: readonly string[];
  /** The list that they were chosen in. */
  pages: LoadingPages<{ rows: readonly { id: string }[] }>;
  onSelect: (ids: ReadonlySet<string>) => void;
  onAsked: (since: string) => void;
};

/** The same for those that are chosen in a list; once all that are shown are chosen, all that match can be, as many as one question takes. */
export function AskChosen({ ids, pages, onSelect, onAsked }: AskChosenProps): ReactNode {
  const t = useT(messages);
  const actions = useRef<HTMLSpanElement>(null);
  const shown = pages.data?.pages.flatMap(({ rows }) => rows) ?? [];
  const hasMore = pages.hasNextPage || shown.length > MOST_ASKED;
  const offersMatching = hasMore && ids.length < MOST_ASKED && shown.every(({ id }) => ids.includes(id));
  const goOn = useNextButton(actions, offersMatching);
  const selectMatching = useMutation({
    mutationFn: () => loadRows(pages, ({ rows }) => rows, MOST_ASKED),
    onMutate: () => goOn(true),
    onError: () => goOn(false),
    onSuccess: (found) => {
      if (found === undefined) goOn(false);
      else onSelect(new Set(found.rows.map(({ id }) => id)));
    },
  });
  return (
    <span ref={actions} className="lt-row">
      {ids.length > MOST_ASKED && <span>{t('tooManyToAsk', { most: MOST_ASKED })}</span>}
      {hasMore && ids.length === MOST_ASKED && <span>{t('mostToAsk')}</span>}
      {offersMatching && (
        <Button variant="plain" size="small" loading={selectMatching.isPending} onClick={() => selectMatching.mutate()}>
          {t('selectMatching', { most: MOST_ASKED })}
        </Button>
      )}
      <AskAgain ids={ids} onAsked={onAsked} />
    </span>
  );
}

/** How often one looks whether answers have come. */
const LOOK_MS = 1000;

/** How far the questions are. It can be closed at any time: the answers come all the same. */
export function AskProgressDialog({ since, onClose }: { since: string; onClose: () => void }): ReactNode {
  const t = useT(messages);
  const api = useApi();
  const queries = useQueryClient();
  const progress = useQuery({
    queryKey: ['certificate-questions', since],
    queryFn: ({ signal }) => api.get<AskProgress>('/api/v1/certificates/ask-status', { signal, query: { since } }),
    refetchInterval: ({ state }) => (state.data?.waiting === 0 ? false : LOOK_MS),
  });
  const { asked = 0, waiting = 0, withdrawn = 0, unanswered = 0 } = progress.data ?? {};
  const done = asked - waiting;
  useEffect(() => {
    void queries.invalidateQueries({ queryKey: ['certificates'] });
  }, [done, queries]);
  const isOver = progress.data !== undefined && waiting === 0;
  return (
    <Dialog open onClose={onClose} title={t('askTitle')} description={t('askText')} actions={<Button onClick={onClose}>{t('close')}</Button>}>
      {progress.error === null ? (
        <div className="lt-ask" role="status">
          <progress className="lt-ask__bar" aria-label={t('askBar')} max={Math.max(asked, 1)} value={done} />
          <p>{t('askDone', { done, total: asked })}</p>
          {withdrawn > 0 && <Banner tone="danger">{t('askWithdrawn', { count: withdrawn })}</Banner>}
          {unanswered > 0 && <Banner tone="warn">{t('askUnanswered', { count: unanswered })}</Banner>}
          {isOver && withdrawn === 0 && unanswered === 0 && <p>{t('askAllGood')}</p>}
        </div>
      ) : (
        <ProblemBanner error={progress.error} />
      )}
    </Dialog>
  );
}
