import RefreshCw from 'lucide-react/icons/refresh-cw';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, type ReactNode } from 'react';
import type { z } from 'zod';
import { ApiError, useApi } from '#ui/api-context.tsx';
import { Button } from '#ui/controls/button.tsx';
import { Banner } from '#ui/feedback/banner.tsx';
import { useToasts } from '#ui/feedback/toast.tsx';
import { useT } from '#ui/i18n.ts';
import { Dialog } from '#ui/overlays/dialog.tsx';
import type { AskProgress, askStatusReply } from '../contract.ts';
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
    onError: (error) => toasts.show({ tone: 'danger', text: error instanceof ApiError ? `${error.message} ${error.fix ?? ''}`.trim() : error.message }),
    onSettled: () => void queries.invalidateQueries({ queryKey: ['certificates'] }),
  });
  return (
    <Button icon={RefreshCw} loading={ask.isPending} onClick={() => ask.mutate()}>
      {t('askStatus')}
    </Button>
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
        <Banner tone="danger" title={progress.error.message}>
          {progress.error instanceof ApiError ? progress.error.fix : undefined}
        </Banner>
      )}
    </Dialog>
  );
}
