import { useQuery } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { fieldProblem, useApi } from '#ui/api-context.tsx';
import { Button } from '#ui/controls/button.tsx';
import { Select } from '#ui/controls/select.tsx';
import { ProblemBanner } from '#ui/feedback/problem-banner.tsx';
import { useT } from '#ui/i18n.ts';
import { Dialog } from '#ui/overlays/dialog.tsx';
import type { OutgoingDetail } from '../contract.ts';
import { messages } from './messages.ts';
import { useDocumentAction } from './use-document-action.ts';

type Approvers = { approvers: { postId: string; name: string; title: string }[]; initiallers: { postId: string; name: string; title: string; unitName: string | null }[] };

const NOBODY = 'nobody';

/** Chooses the leader who signs, and who initials before; with one leader only, that one is chosen already. */
export function SubmitDialog({ document, open, onClose }: { document: OutgoingDetail; open: boolean; onClose: () => void }): ReactNode {
  const t = useT(messages);
  const api = useApi();
  const approvers = useQuery({
    queryKey: ['identity', 'approvers'],
    enabled: open,
    queryFn: ({ signal }) => api.get<Approvers>('/api/v1/outgoing-documents/approvers', { signal }),
  });
  const list = approvers.data?.approvers ?? [];
  const [chosen, setChosen] = useState<string | undefined>(document.approver?.postId);
  const postId = chosen ?? (list.length === 1 ? list[0]?.postId : undefined);
  const heads = approvers.data?.initiallers.toSorted((a, b) => Number(b.unitName === document.draftingUnitName) - Number(a.unitName === document.draftingUnitName)) ?? [];
  const [initialler, setInitialler] = useState<string>(document.initials?.postId ?? NOBODY);
  const submit = useDocumentAction<OutgoingDetail>({
    documentId: document.id,
    step: 'submit',
    done: (reply) =>
      reply.state === 'initialling' && reply.initials !== null
        ? t('initialsToast', { name: `${reply.initials.title} ${reply.initials.name}` })
        : t('submittedToast', { name: reply.approver === null ? '' : `${reply.approver.title} ${reply.approver.name}` }),
    onDone: onClose,
  });
  const empty = approvers.data !== undefined && list.length === 0;
  return (
    <Dialog
      open={open}
      onClose={onClose}
      title={t('submitTitle')}
      description={empty ? t('noApprovers') : t('submitText')}
      actions={
        <>
          <Button variant="primary" disabled={postId === undefined} loading={submit.isPending} onClick={() => submit.mutate({ approverPostId: postId, initialsPostId: initialler === NOBODY ? null : initialler })}>
            {t('submit')}
          </Button>
          <Button onClick={onClose}>{t('cancel')}</Button>
        </>
      }
    >
      <Select
        label={t('approver')}
        required
        placeholder={t('chooseApprover')}
        value={postId}
        onChange={setChosen}
        options={list.map((approver) => ({ value: approver.postId, label: `${approver.name} (${approver.title})` }))}
        error={fieldProblem(submit.error, 'approverPostId')}
      />
      {heads.length > 0 && (
        <Select
          label={t('initialler')}
          hint={t('initiallerHint')}
          value={initialler}
          onChange={setInitialler}
          options={[
            { value: NOBODY, label: t('noInitials') },
            ...heads.map((head) => ({
              value: head.postId,
              label: `${head.name} (${head.title}${head.unitName === null ? '' : `, ${head.unitName}`})${head.unitName !== null && head.unitName === document.draftingUnitName ? `: ${t('ownUnit')}` : ''}`,
            })),
          ]}
        />
      )}
      {fieldProblem(submit.error, 'approverPostId') === undefined && <ProblemBanner error={submit.error} />}
    </Dialog>
  );
}
