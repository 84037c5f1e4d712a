import FileSignature from 'lucide-react/icons/file-pen-line';
import Hash from 'lucide-react/icons/hash';
import Pencil from 'lucide-react/icons/pencil';
import Send from 'lucide-react/icons/send';
import Stamp from 'lucide-react/icons/stamp';
import Undo2 from 'lucide-react/icons/undo-2';
import { useState, type ReactNode } from 'react';
import { Button, ButtonLink } from '#ui/controls/button.tsx';
import { useT } from '#ui/i18n.ts';
import type { OutgoingDetail } from '../contract.ts';
import { messages } from './messages.ts';
import { NumberDialog } from './number-dialog.tsx';
import { ReasonDialog } from './reason-dialog.tsx';
import { SentActions } from './sent-actions.tsx';
import { SubmitDialog } from './submit-dialog.tsx';

type Open = 'submit' | 'return' | 'withdraw' | 'number' | undefined;

/** The verbs that the server says this person has, the next step of the document first. */
export function OutgoingActions({ document }: { document: OutgoingDetail }): ReactNode {
  const t = useT(messages);
  const [open, setOpen] = useState<Open>();
  const may = (ability: OutgoingDetail['abilities'][number]) => document.abilities.includes(ability);
  const close = () => setOpen(undefined);
  return (
    <>
      {may('submit') && (
        <Button variant="primary" icon={Send} onClick={() => setOpen('submit')}>
          {t('submit')}
        </Button>
      )}
      {may('sign') && (
        <ButtonLink variant="primary" icon={FileSignature} to={`/ky-van-ban/${document.id}`}>
          {t('sign')}
        </ButtonLink>
      )}
      {may('initial') && (
        <ButtonLink variant="primary" icon={FileSignature} to={`/phong-ky/${document.id}`}>
          {t('initial')}
        </ButtonLink>
      )}
      {may('number') && (
        <Button variant="primary" icon={Hash} onClick={() => setOpen('number')}>
          {t('numberIt')}
        </Button>
      )}
      {may('seal') && (
        <ButtonLink variant="primary" icon={Stamp} to={`/dong-dau/${document.id}`}>
          {t('seal')}
        </ButtonLink>
      )}
      {may('issue') && (
        <ButtonLink variant="primary" icon={Send} to={`/phat-hanh/${document.id}`}>
          {t('issue')}
        </ButtonLink>
      )}
      {may('edit') && (
        <ButtonLink icon={Pencil} to={`/soan-van-ban/${document.id}`}>
          {t('edit')}
        </ButtonLink>
      )}
      {may('return') && (
        <Button icon={Undo2} onClick={() => setOpen('return')}>
          {t('return')}
        </Button>
      )}
      {may('withdraw') && (
        <Button variant="plain" onClick={() => setOpen('withdraw')}>
          {t('withdraw')}
        </Button>
      )}
      <SentActions document={document} />
      <SubmitDialog document={document} open={open === 'submit'} onClose={close} />
      <NumberDialog document={document} open={open === 'number'} onClose={close} />
      <ReasonDialog document={document} verb="return" open={open === 'return'} onClose={close} />
      <ReasonDialog document={document} verb="withdraw" open={open === 'withdraw'} onClose={close} />
    </>
  );
}
