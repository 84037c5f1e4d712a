import type { UseMutationResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { ApiError } from '#ui/api-context.tsx';
import { Button } from '#ui/controls/button.tsx';
import { Banner } from '#ui/feedback/banner.tsx';
import { useT } from '#ui/i18n.ts';
import { Dialog } from '#ui/overlays/dialog.tsx';
import type { IncomingDetail } from '../contract.ts';
import { handlingMessages } from './handling-messages.ts';

export type StepDialogProps = {
  title: string;
  text: string;
  verb: string;
  step: UseMutationResult<IncomingDetail, Error, object>;
  body: object;
  disabled?: boolean;
  onClose: () => void;
  children: ReactNode;
};

/** The frame of every step: what will happen, its fields, what the server refused, the verb. */
export function StepDialog({ title, text, verb, step, body, disabled = false, onClose, children }: StepDialogProps): ReactNode {
  const t = useT(handlingMessages);
  const problem = step.error instanceof ApiError && step.error.fields.length === 0 ? step.error : undefined;
  return (
    <Dialog
      open
      onClose={onClose}
      title={title}
      description={text}
      actions={
        <>
          <Button variant="primary" disabled={disabled} loading={step.isPending} onClick={() => step.mutate(body)}>
            {verb}
          </Button>
          <Button onClick={onClose}>{t('cancel')}</Button>
        </>
      }
    >
      {problem !== undefined && (
        <Banner tone="danger" title={problem.message}>
          {problem.fix}
        </Banner>
      )}
      {children}
    </Dialog>
  );
}

/** What the server says about one field. */
export function fieldProblem(error: Error | null, path: string): string | undefined {
  return error instanceof ApiError ? error.fieldMessage(path) : undefined;
}
