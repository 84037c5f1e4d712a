import { useQueryClient } from '@tanstack/react-query';
import type { TroubledDelivery } from '#engines/exchange/contract.ts';
import { useApi } from '#ui/api-context.tsx';
import { problemToast } from '#ui/feedback/problem-toast.ts';
import { useToasts } from '#ui/feedback/toast.tsx';
import { useT } from '#ui/i18n.ts';
import { useMutation } from '#ui/mutation.ts';
import { messages } from './messages.ts';
import { keyOf, outcomeOf, troubleUrl, type Troubles } from './trouble.ts';

const LOOKS = 6;
const BETWEEN_LOOKS_MS = 1_000;

/** Tries some deliveries again, one after another, and says how many; what comes of it the list itself shows. */
export function useRetryChosen() {
  const t = useT(messages);
  const api = useApi();
  const toasts = useToasts();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async (items: readonly TroubledDelivery[]) => {
      let failed: unknown;
      let failures = 0;
      for (const item of items) {
        try {
          await api.post(retryUrl(item));
        } catch (error) {
          failed = error;
          failures += 1;
        }
      }
      return { tried: items.length - failures, failures, failed };
    },
    onSuccess: ({ tried, failures, failed }) => {
      if (tried > 0) toasts.show({ tone: 'info', text: t('retriedChosen', { count: tried }) });
      if (failures > 0) toasts.show({ ...problemToast(failed), text: t('notRetried', { count: failures }), detail: problemToast(failed).text });
    },
    onSettled: () => void queries.invalidateQueries({ queryKey: ['exchange'] }),
  });
}

const retryUrl = (item: TroubledDelivery): string => `/api/v1/exchange/envelopes/${item.envelopeId}/deliveries/${item.recipientAgencyId}/retry`;

/** Tries a delivery again, waits some seconds for the outcome, and says it. */
export function useRetry() {
  const t = useT(messages);
  const api = useApi();
  const toasts = useToasts();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async (item: TroubledDelivery) => {
      await api.post(retryUrl(item));
      for (let look = 1; look <= LOOKS; look += 1) {
        await new Promise((resolve) => setTimeout(resolve, BETWEEN_LOOKS_MS));
        const { items } = await api.get<Troubles>(troubleUrl);
        const outcome = outcomeOf(item, items, new Date());
        if (outcome !== 'open') return outcome;
        if (look === LOOKS && items.some((each) => keyOf(each) === keyOf(item) && each.trouble === 'no_route')) return 'no_route';
      }
      return 'open';
    },
    onSuccess: (outcome, { recipientName: name }) => {
      switch (outcome) {
        case 'sent':
          toasts.show({ tone: 'done', text: t('sentToast', { name }) });
          break;
        case 'failed':
          toasts.show({ tone: 'danger', text: t('failedToast', { name }), detail: t('reason.stuck') });
          break;
        case 'no_route':
          toasts.show({ tone: 'info', text: t('noRouteToast', { name }), detail: t('reason.no_route') });
          break;
        case 'open':
          toasts.show({ tone: 'info', text: t('openToast', { name }) });
      }
    },
    onError: (error) => toasts.show(problemToast(error)),
    onSettled: () => void queries.invalidateQueries({ predicate: ({ queryKey, meta }) => queryKey[0] === 'exchange' || (Array.isArray(meta?.['topics']) && meta['topics'].includes('exchange')) }),
  });
}
