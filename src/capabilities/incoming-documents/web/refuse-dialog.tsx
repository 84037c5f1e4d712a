import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { ApiError, useApi } from '#ui/api-context.tsx';
import { Button } from '#ui/controls/button.tsx';
import { TextArea } from '#ui/controls/text-area.tsx';
import { useToasts } from '#ui/feedback/toast.tsx';
import { useT } from '#ui/i18n.ts';
import { Dialog } from '#ui/overlays/dialog.tsx';
import { messages } from './messages.ts';

/** Asks why, then refuses; the reason travels back to the sender. */
export function RefuseDialog({ documentId, open, onClose }: { documentId: string; open: boolean; onClose: () => void }): ReactNode {
  const t = useT(messages);
  const api = useApi();
  const toasts = useToasts();
  const queries = useQueryClient();
  const [reason, setReason] = useState('');
  const refuse = useMutation({
    mutationFn: () => api.post(`/api/v1/incoming-documents/${documentId}/refuse`, { reason }),
    onSuccess: () => {
      toasts.show({ tone: 'done', text: t('refusedToast') });
      onClose();
    },
    onSettled: () => void queries.invalidateQueries({ queryKey: ['incoming-documents'] }),
  });
  const problem = refuse.error instanceof ApiError ? (refuse.error.fieldMessage('reason') ?? refuse.error.message) : undefined;
  return (
    <Dialog
      open={open}
      onClose={onClose}
      title={t('refuseTitle')}
      description={t('refuseText')}
      actions={
        <>
          <Button variant="danger" loading={refuse.isPending} onClick={() => refuse.mutate()}>
            {t('refuse')}
          </Button>
          <Button onClick={onClose}>{t('cancel')}</Button>
        </>
      }
    >
      <TextArea label={t('reason')} required value={reason} onChange={setReason} error={problem} rows={4} />
    </Dialog>
  );
}
