import { useState, type ReactNode } from 'react';
import { ApiError, fieldProblem, useApi } from '#ui/api-context.tsx';
import { Button } from '#ui/controls/button.tsx';
import { TextArea } from '#ui/controls/text-area.tsx';
import { ProblemBanner } from '#ui/feedback/problem-banner.tsx';
import { problemToast } from '#ui/feedback/problem-toast.ts';
import { useToasts } from '#ui/feedback/toast.tsx';
import { useT } from '#ui/i18n.ts';
import { useMutation } from '#ui/mutation.ts';
import { Dialog } from '#ui/overlays/dialog.tsx';
import { batchMessages } from './batch-messages.ts';
import type { Outcome, QueuedRow } from './signing-queue.ts';

type Props = { rows: readonly QueuedRow[]; open: boolean; onClose: () => void; onReturned: (documentId: string, outcome: Outcome) => void };

/** Several documents go back with one opinion, each by a step of its own: one that fails does not hold up the others. */
export function BatchReturnDialog({ rows, open, onClose, onReturned }: Props): ReactNode {
  const t = useT(batchMessages);
  const api = useApi();
  const toasts = useToasts();
  const [reason, setReason] = useState('');
  const send = useMutation({
    mutationFn: async () => {
      const problems: ApiError[] = [];
      for (const row of rows) {
        try {
          await api.post(`/api/v1/outgoing-documents/${row.id}/return`, { reason }, { idempotencyKey: crypto.randomUUID() });
          onReturned(row.id, 'returned');
        } catch (error) {
          // What is wrong with the reason itself is wrong for all of them.
          if (!(error instanceof ApiError) || error.fields.length > 0 || error.status === 401) throw error;
          problems.push(error);
        }
      }
      return { returned: rows.length - problems.length, problems };
    },
    onSuccess: ({ returned, problems }) => {
      if (returned > 0) toasts.show({ tone: 'done', text: t('returned', { count: returned }) });
      const [first] = problems;
      if (first !== undefined) toasts.show({ ...problemToast(first), text: t('notReturned', { count: problems.length, reason: first.message }) });
      setReason('');
      onClose();
    },
  });
  const problem = fieldProblem(send.error, 'reason');
  return (
    <Dialog
      open={open}
      onClose={onClose}
      title={t('returnTitle', { count: rows.length })}
      description={t('returnText')}
      actions={
        <>
          <Button variant="primary" loading={send.isPending} onClick={() => send.mutate()}>
            {t('return')}
          </Button>
          <Button onClick={onClose}>{t('cancel')}</Button>
        </>
      }
    >
      <TextArea label={t('reason')} required value={reason} onChange={setReason} error={problem} rows={4} />
      {problem === undefined && <ProblemBanner error={send.error} />}
      <ul className="lt-files">
        {rows.map((row) => (
          <li key={row.id}>{row.summary}</li>
        ))}
      </ul>
    </Dialog>
  );
}
