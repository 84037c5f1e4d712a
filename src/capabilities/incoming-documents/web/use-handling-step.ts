import { useQueryClient, type UseMutationResult } from '@tanstack/react-query';
import { useApi } from '#ui/api-context.tsx';
import { useToasts } from '#ui/feedback/toast.tsx';
import { useMutation } from '#ui/mutation.ts';
import type { IncomingDetail } from '../contract.ts';

export type HandlingStep = { documentId: string; step: string; done: (reply: IncomingDetail) => string; onDone: () => void };

/** One step of the handling: sends it, says what happened, and lets every list ask anew. */
export function useHandlingStep({ documentId, step, done, onDone }: HandlingStep): UseMutationResult<IncomingDetail, Error, object> {
  const api = useApi();
  const toasts = useToasts();
  const queries = useQueryClient();
  return useMutation<IncomingDetail, Error, object>({
    mutationFn: (body) => api.post<IncomingDetail>(`/api/v1/incoming-documents/${documentId}/${step}`, body),
    onSuccess: (reply) => {
      toasts.show({ tone: 'done', text: done(reply) });
      onDone();
    },
    onSettled: () => void queries.invalidateQueries({ queryKey: ['incoming-documents'] }),
  });
}
