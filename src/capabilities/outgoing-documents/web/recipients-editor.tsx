import { useQueryClient } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { useApi } from '#ui/api-context.tsx';
import { ProblemBanner } from '#ui/feedback/problem-banner.tsx';
import { useMutation } from '#ui/mutation.ts';
import type { OutgoingDetail } from '../contract.ts';
import { RecipientsField } from './recipients-field.tsx';

/** The recipients at the issuing desk: a change is kept at once, up to the moment of issuing. */
export function RecipientsEditor({ document }: { document: OutgoingDetail }): ReactNode {
  const api = useApi();
  const queries = useQueryClient();
  const [values, setValues] = useState<readonly string[]>(() => document.recipients.map(({ agencyId }) => agencyId));
  const save = useMutation({
    mutationFn: (recipientIds: readonly string[]) => api.put(`/api/v1/outgoing-documents/${document.id}/recipients`, { recipientIds }),
    onSettled: () => void queries.invalidateQueries({ queryKey: ['outgoing-documents', 'detail', document.id] }),
  });
  return (
    <>
      <RecipientsField
        values={values}
        known={document.recipients}
        onChange={(next) => {
          setValues(next);
          save.mutate(next);
        }}
      />
      <ProblemBanner error={save.error} />
    </>
  );
}
