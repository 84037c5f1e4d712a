import { useQueryClient } from '@tanstack/react-query';
import { useApi } from '#ui/api-context.tsx';
import { problemToast } from '#ui/feedback/problem-toast.ts';
import { useToasts } from '#ui/feedback/toast.tsx';
import { useT } from '#ui/i18n.ts';
import { useMutation } from '#ui/mutation.ts';
import { outcomeOf } from './arrival-outcome.ts';
import { packetMessages } from './packet-messages.ts';
import { ARRIVALS, ARRIVALS_PAGE, reasonOf, type Arrival } from './words.ts';

type Page = { arrivals: Arrival[] };

const LOOKS = 8;
const BETWEEN_LOOKS_MS = 800;

/** Reads an arrival again, waits some seconds for the outcome, and says it. */
export function useRetryArrival(row: Arrival) {
  const t = useT(packetMessages);
  const api = useApi();
  const toasts = useToasts();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async () => {
      await api.post(`${ARRIVALS}/${row.id}/retry`);
      for (let look = 1; look <= LOOKS; look += 1) {
        await new Promise((resolve) => setTimeout(resolve, BETWEEN_LOOKS_MS));
        // The machine's first: what it puts down between the two looks is then found where it waits for a person.
        const { arrivals: working } = await api.get<Page>(ARRIVALS, { query: { partnerId: row.partnerId, state: 'waiting' } });
        const { arrivals: standing } = await api.get<Page>(ARRIVALS, { query: { partnerId: row.partnerId } });
        const outcome = outcomeOf(row, { standing, working, pageSize: ARRIVALS_PAGE });
        if (outcome !== 'open') return { outcome, found: standing.find(({ id }) => id === row.id) };
      }
      return { outcome: 'open' as const, found: undefined };
    },
    onSuccess: ({ outcome, found }) => {
      switch (outcome) {
        case 'done':
          toasts.show({ tone: 'done', text: t('retriedDone') });
          break;
        case 'failed':
          toasts.show({ tone: 'danger', text: t('retriedFailed'), detail: reasonOf(t, found?.problemCode ?? null) });
          break;
        case 'open':
          toasts.show({ tone: 'info', text: t('retried') });
      }
    },
    onError: (error) => toasts.show(problemToast(error)),
    onSettled: () => void queries.invalidateQueries({ queryKey: ['exchange'] }),
  });
}
