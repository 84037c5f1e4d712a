import type { ReactNode } from 'react';
import { useApi } from '#ui/api-context.tsx';
import { ActDialog, type ActDialogProps } from '#ui/overlays/act-dialog.tsx';
import type { IncomingDetail } from '../contract.ts';

type StepDialogProps = Pick<ActDialogProps<IncomingDetail>, 'title' | 'text' | 'verb' | 'danger' | 'disabled' | 'done' | 'onClose' | 'children'> & {
  documentId: string;
  /** The last part of the address to which the step is sent. */
  step: string;
  body: object;
};

/** One step with an incoming document that asks something first. */
export function StepDialog({ documentId, step, body, ...act }: StepDialogProps): ReactNode {
  const api = useApi();
  return <ActDialog topics={['incoming-documents']} send={() => api.post<IncomingDetail>(`/api/v1/incoming-documents/${documentId}/${step}`, body)} {...act} />;
}
