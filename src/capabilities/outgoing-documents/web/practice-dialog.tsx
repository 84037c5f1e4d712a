import { useQueryClient } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { useApi } from '#ui/api-context.tsx';
import { Button } from '#ui/controls/button.tsx';
import { RadioGroup } from '#ui/controls/radio-group.tsx';
import { ErrorState } from '#ui/feedback/error-state.tsx';
import { useToasts } from '#ui/feedback/toast.tsx';
import { useT } from '#ui/i18n.ts';
import { useMutation } from '#ui/mutation.ts';
import { Dialog } from '#ui/overlays/dialog.tsx';
import { initialsLooks } from '../domain/states.ts';
import { roomMessages } from './signing-room-messages.ts';

type Look = (typeof initialsLooks)[number];

/** What initials look like in this agency, for the leader and the chief of office. */
export function PracticeDialog({ look, open, onClose }: { look: Look; open: boolean; onClose: () => void }): ReactNode {
  const t = useT(roomMessages);
  const api = useApi();
  const toasts = useToasts();
  const queries = useQueryClient();
  const [chosen, setChosen] = useState<Look>(look);
  const save = useMutation({
    mutationFn: () => api.put('/api/v1/outgoing-documents/practice', { initialsLook: chosen }),
    onSuccess: () => {
      toasts.show({ tone: 'done', text: t('practiceToast') });
      onClose();
    },
    onSettled: () => void queries.invalidateQueries({ queryKey: ['outgoing-documents', 'practice'] }),
  });
  return (
    <Dialog
      open={open}
      onClose={onClose}
      title={t('practice')}
      description={t('practiceText')}
      actions={
        <>
          <Button variant="primary" loading={save.isPending} onClick={() => save.mutate()}>
            {t('save')}
          </Button>
          <Button onClick={onClose}>{t('cancel')}</Button>
        </>
      }
    >
      <RadioGroup
        label={t('practiceLook')}
        value={chosen}
        onChange={(value) => setChosen(initialsLooks.find((each) => each === value) ?? chosen)}
        options={initialsLooks.map((value) => ({ value, label: t(`look.${value}`) }))}
      />
      {save.error !== null && <ErrorState compact error={save.error} />}
    </Dialog>
  );
}
