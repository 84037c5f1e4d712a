import { useState, type ReactNode } from 'react';
import { Checkbox } from '#ui/controls/checkbox.tsx';
import { Banner } from '#ui/feedback/banner.tsx';
import { defineMessages, useT } from '#ui/i18n.ts';
import { ActDialog, type ActDialogProps } from '#ui/overlays/act-dialog.tsx';

const messages = defineMessages({
  vi: { understood: 'Tôi đã đối chiếu với văn bản căn cứ và hiểu rằng việc này không hoàn tác được' },
  en: { understood: 'I have compared this with the legal document and know that it cannot be undone' },
});

export type ChangeDialogProps<Reply> = Pick<ActDialogProps<Reply>, 'title' | 'verb' | 'disabled' | 'send' | 'done' | 'undo' | 'onDone' | 'onClose' | 'uploads' | 'children'> & {
  /** What follows from it, said before the button is pressed. */
  consequence: ReactNode;
  /** Cannot be undone: the person says so before the button works. */
  isFinal?: boolean;
};

/** One change of the directory: its fields, what follows from it, and the button. */
export function ChangeDialog<Reply>({ consequence, isFinal = false, disabled = false, children, ...act }: ChangeDialogProps<Reply>): ReactNode {
  const t = useT(messages);
  const [understood, setUnderstood] = useState(false);
  return (
    <ActDialog topics={['accounts', 'identity']} danger={isFinal} disabled={disabled || (isFinal && !understood)} {...act}>
      {(problem, errorOf) => (
        <>
          {children?.(problem, errorOf)}
          <Banner tone={isFinal ? 'warn' : 'info'}>{consequence}</Banner>
          {isFinal && <Checkbox label={t('understood')} checked={understood} onChange={setUnderstood} />}
        </>
      )}
    </ActDialog>
  );
}
