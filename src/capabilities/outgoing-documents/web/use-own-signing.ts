import { useIsMutating, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { useApi } from '#ui/api-context.tsx';
import { useMutation } from '#ui/mutation.ts';
import type { OwnSigning } from '#engines/signatures/contract.ts';
import { stepKey } from './use-document-action.ts';

const LOOK_MS = 2500;
const STOPPING = ['signatures', 'stopping'];

export type Waiting = {
  /** The person's signing of this document that waits for a phone or a program, or that just ended without a signature. */
  signing: OwnSigning | undefined;
  /** A request was just sent, or the program just answered: looks at once. */
  look: () => Promise<void>;
  /** Goes on with another signing of the same thing that is under way, where several files were asked for together. Answers whether there is one. */
  goOn: () => Promise<boolean>;
  /** The person has read what became of it: the form is there again. */
  dismiss: () => void;
};

/**
 * Follows a signature that somebody else's device makes, from the request to its end: also one that was begun before this page was opened.
 * @param subject what is signed, as its signings have it; `topic` is asked anew at its end
 * @param onSigned once, when the signature is in the document and every list knows it
 */
export function useOwnSigning(documentId: string, { enabled, onSigned, subject = 'outgoing-document', topic = 'outgoing-documents' }: { enabled: boolean; onSigned: () => void | Promise<void>; subject?: string; topic?: string }): Waiting {
  const api = useApi();
  const queries = useQueryClient();
  const queryKey = ['signatures', 'own-signing', subject, documentId];
  // Whoever holds the key elsewhere may answer at once, and then the button that was pressed says what became of it.
  const isSending = useIsMutating({ mutationKey: stepKey(documentId) }) > 0;
  // What one has stopped oneself is no failure that has to be told.
  const isStopping = useIsMutating({ mutationKey: STOPPING }) > 0;
  const open = async (signal?: AbortSignal): Promise<OwnSigning | null> =>
    (await api.get<{ signing: OwnSigning | null }>('/api/v1/signatures/signings', { ...(signal === undefined ? {} : { signal }), query: { subjectType: subject, subjectId: documentId } })).signing;
  const query = useQuery<OwnSigning | null>({
    queryKey,
    // The document may have gone its way before this page heard that it is signed.
    enabled: !isSending && !isStopping && (enabled || isUnderWay(queries.getQueryData<OwnSigning | null>(queryKey))),
    staleTime: 0,
    refetchInterval: ({ state }) => (isUnderWay(state.data) ? LOOK_MS : false),
    queryFn: async ({ signal }) => {
      const known = queries.getQueryData<OwnSigning | null>(queryKey);
      if (known !== null && known !== undefined) {
        const now = await api.get<OwnSigning>(`/api/v1/signatures/signings/${known.id}`, { signal });
        // Put away while this look was on its way.
        return queries.getQueryData<OwnSigning | null>(queryKey) === null ? null : now;
      }
      const signing = await open(signal);
      // What was opened and never begun is no reason to keep the person from the form; what is being signed at this very moment, by the press of
      // a button here, answers that button itself.
      return signing?.state === 'pending' ? signing : null;
    },
  });
  const signedId = query.data?.state === 'completed' ? query.data.id : undefined;
  const told = useRef<string>(undefined);
  const dismiss = (): void => {
    // A look that is on its way would bring back what the person has just put away.
    void queries.cancelQueries({ queryKey }).then(() => queries.setQueryData(queryKey, null));
  };
  useEffect(() => {
    // Two looks may be under way at the end, by the clock and because the program answered: the second brings no news.
    if (signedId === undefined || told.current === signedId) return;
    told.current = signedId;
    dismiss();
    void queries.invalidateQueries({ queryKey: [topic] }).then(onSigned);
    // Only the end of the signing starts it, whatever has to be done afterwards at that moment.
  }, [signedId, documentId, queries]);
  return {
    signing: signedId === undefined ? (query.data ?? undefined) : undefined,
    look: async () => {
      await query.refetch();
    },
    goOn: async () => {
      // Where it cannot be asked, the caller's next request says why.
      const next = await open().catch(() => null);
      if (next === null || !isUnderWay(next)) return false;
      queries.setQueryData(queryKey, next);
      return true;
    },
    dismiss,
  };
}

/** Gives the signing up with the server; then the document can be signed again at once. */
export function useAbandon({ id }: OwnSigning, onDone: () => void): { error: Error | null; isPending: boolean; mutate: () => void } {
  const api = useApi();
  const { error, isPending, mutate } = useMutation({ mutationKey: STOPPING, mutationFn: () => api.post(`/api/v1/signatures/signings/${id}/agent-abandon`), onSuccess: onDone });
  return { error, isPending, mutate: () => mutate() };
}

/** Whether a signature may still come by itself. */
export function isUnderWay(signing: OwnSigning | null | undefined): boolean {
  return signing?.state === 'pending' || signing?.state === 'signing';
}
