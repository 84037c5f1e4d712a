import { useQueryClient, type UseMutationResult } from '@tanstack/react-query';
import { useApi } from '#ui/api-context.tsx';
import { useToasts } from '#ui/feedback/toast.tsx';
import { useMutation } from '#ui/mutation.ts';

/** What tells the rest of the page that a step of this document is being sent. */
export const stepKey = (documentId: string): readonly string[] => ['outgoing-documents', 'step', documentId];

/**
 * One step of a document: sends it, says what happened, and lets every list ask anew. A repeated press of the same
 * button carries the same key, so the step happens once.
 */
export function useDocumentAction<Reply>(options: {
  documentId: string;
  step: string;
  /** Nothing where the screen itself says what follows. */
  done: (reply: Reply) => string | undefined;
  onDone?: (reply: Reply) => void;
}): UseMutationResult<Reply> {
  const api = useApi();
  const toasts = useToasts();
  const queries = useQueryClient();
  return useMutation<Reply, Error, unknown>({
    mutationKey: stepKey(options.documentId),
    mutationFn: (body) => api.post<Reply>(`/api/v1/outgoing-documents/${options.documentId}/${options.step}`, body),
    onSuccess: (reply) => {
      const text = options.done(reply);
      if (text !== undefined) toasts.show({ tone: 'done', text });
      options.onDone?.(reply);
    },
    // A wrong PIN may have locked the key, and its service may have said that it wants a code as well.
    onError: () => void queries.invalidateQueries({ queryKey: ['signatures', 'credentials'] }),
    onSettled: () => void queries.invalidateQueries({ queryKey: ['outgoing-documents'] }),
  });
}
