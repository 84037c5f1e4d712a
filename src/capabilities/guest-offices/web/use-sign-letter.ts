import { useQueryClient } from '@tanstack/react-query';
import type { z } from 'zod';
import { useApi } from '#ui/api-context.tsx';
import { useToasts } from '#ui/feedback/toast.tsx';
import { useT } from '#ui/i18n.ts';
import { useMutation } from '#ui/mutation.ts';
import type { signLetterReply } from '../contract.ts';
import { guestMessages } from './guest-messages.ts';
import { findWaiting } from './release-wait.tsx';
import type { KeyChoice } from './sign-fields.tsx';

/** Signs a waiting letter and sends it; where it has to be confirmed elsewhere, it goes by itself afterwards. */
export function useSignLetter() {
  const t = useT(guestMessages);
  const api = useApi();
  const toasts = useToasts();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async ({ id, key }: { id: string; key: KeyChoice }) => {
      const { state } = await api.post<z.infer<typeof signLetterReply>>(`/api/v1/guest-offices/letters/${id}/sign`, { credentialId: key.credentialId, ...(key.pin === '' ? {} : { pin: key.pin }), ...(key.otp === undefined || key.otp === '' ? {} : { otp: key.otp }) });
      return { state, isOnPage: state === 'pending' && (await findWaiting(api, id)) !== null };
    },
    onSuccess: ({ state, isOnPage }) => {
      toasts.show(state === 'pending' ? { tone: 'info', text: t(isOnPage ? 'pageToast' : 'pendingToast') } : { tone: 'done', text: t('sentToast') });
      void queries.invalidateQueries({ queryKey: ['guest-offices'] });
    },
  });
}
