import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { z } from 'zod';
import { useApi } from '#ui/api-context.tsx';
import { useToasts } from '#ui/feedback/toast.tsx';
import { useT } from '#ui/i18n.ts';
import type { signLetterReply } from '../contract.ts';
import { guestMessages } from './guest-messages.ts';
import type { KeyChoice } from './sign-fields.tsx';

/** Signs a waiting letter and sends it; where a device has to confirm, it goes by itself afterwards. */
export function useSignLetter() {
  const t = useT(guestMessages);
  const api = useApi();
  const toasts = useToasts();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ id, key }: { id: string; key: KeyChoice }) =>
      api.post<z.infer<typeof signLetterReply>>(`/api/v1/guest-offices/letters/${id}/sign`, { credentialId: key.credentialId, ...(key.pin === '' ? {} : { pin: key.pin }) }),
    onSuccess: ({ state }) => {
      toasts.show(state === 'pending' ? { tone: 'info', text: t('pendingToast') } : { tone: 'done', text: t('sentToast') });
      void queries.invalidateQueries({ queryKey: ['guest-offices'] });
    },
  });
}
