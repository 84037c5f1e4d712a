import { useQueryClient } from '@tanstack/react-query';
import type { z } from 'zod';
import { ApiError, useApi } from '#ui/api-context.tsx';
import { problemToast } from '#ui/feedback/problem-toast.ts';
import { useToasts } from '#ui/feedback/toast.tsx';
import { useT } from '#ui/i18n.ts';
import { useMutation } from '#ui/mutation.ts';
import { useNavigation } from '#ui/navigation.tsx';
import type { incomingList, IncomingRow, registeredReply } from '../contract.ts';
import { messages } from './messages.ts';

/** Registers a document, says its arrival number, and offers the next one that waits, or says that none does. */
export function useRegister() {
  const t = useT(messages);
  const api = useApi();
  const toasts = useToasts();
  const queries = useQueryClient();
  const { navigate, search } = useNavigation();
  const query = new URLSearchParams(search).toString();
  return useMutation({
    mutationFn: async ({ id, arrivedAt }: Pick<IncomingRow, 'id' | 'arrivedAt'>) => {
      const { arrivalNumber } = await api.post<z.infer<typeof registeredReply>>(`/api/v1/incoming-documents/${id}/register`, {}, { idempotencyKey: `register-${id}` });
      const waiting = await api.get<z.infer<typeof incomingList>>('/api/v1/incoming-documents', { query: { state: 'arrived' } }).catch((error: unknown) => {
        if (error instanceof ApiError) return undefined; // it is registered all the same
        throw error;
      });
      const rows = waiting?.rows.filter((row) => row.id !== id);
      return { arrivalNumber, none: rows?.length === 0, next: rows?.find((row) => row.arrivedAt <= arrivedAt) ?? rows?.[0] };
    },
    onSuccess: ({ arrivalNumber, none, next }) =>
      toasts.show({
        tone: 'done',
        text: t('registeredToast', { number: String(arrivalNumber) }),
        ...(none ? { detail: t('lastOne') } : {}),
        ...(next === undefined ? {} : { action: { label: t('next'), run: () => navigate(`/van-ban-den/${next.id}${query === '' ? '' : `?${query}`}`) } }),
      }),
    onError: (error) => toasts.show(problemToast(error)),
    onSettled: () => void queries.invalidateQueries({ queryKey: ['incoming-documents'] }),
  });
}
