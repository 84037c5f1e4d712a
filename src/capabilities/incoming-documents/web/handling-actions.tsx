import CircleCheck from 'lucide-react/icons/circle-check';
import Ellipsis from 'lucide-react/icons/ellipsis';
import PenLine from 'lucide-react/icons/pen-line';
import Send from 'lucide-react/icons/send';
import Users from 'lucide-react/icons/users';
import { useMemo, useState, type ReactNode } from 'react';
import { Button } from '#ui/controls/button.tsx';
import { problemToast } from '#ui/feedback/problem-toast.ts';
import { useToasts } from '#ui/feedback/toast.tsx';
import { useT } from '#ui/i18n.ts';
import { useNavigation } from '#ui/navigation.tsx';
import { Menu } from '#ui/overlays/menu.tsx';
import { useShortcuts } from '#ui/shortcuts.tsx';
import type { Icon } from '#ui/icons.ts';
import type { IncomingDetail } from '../contract.ts';
import { AssignDialog, PassDialog, SubmitDialog } from './assign-dialogs.tsx';
import { handlingMessages, type HandlingKey } from './handling-messages.ts';
import { useHandlingStep } from './use-handling-step.ts';
import { CompleteDialog, ExtendDialog, TextStepDialog } from './work-dialogs.tsx';

type Open = 'submit' | 'assign' | 'pass' | 'complete' | 'report' | 'extend' | 'return' | 'release' | 'progress' | 'advise';

type Verb = Open | 'approve' | 'reply';

/** In this order: the first that the person has stands as the button, since it is the next step; the others stand in the menu beside it. */
const verbs: readonly Verb[] = ['approve', 'pass', 'advise', 'assign', 'complete', 'report', 'submit', 'reply', 'return', 'progress', 'extend', 'release'];

const icons: Partial<Record<Verb, Icon>> = { approve: CircleCheck, complete: CircleCheck, report: CircleCheck, pass: Users, assign: Users, advise: PenLine, submit: Send };

/** The verbs of handling that the server says this person has. */
export function HandlingActions({ document }: { document: IncomingDetail }): ReactNode {
  const t = useT(handlingMessages);
  const { navigate } = useNavigation();
  const [open, setOpen] = useState<Open>();
  const approve = useApproval(document);
  useKeys(document, setOpen);
  const own = verbs.filter((verb) => (verb === 'reply' ? document.handling.mayReply : document.abilities.includes(verb)));
  const main = own.find((verb) => isNextStep(verb, document));
  const press = (verb: Verb): void => {
    if (verb === 'approve') approve.mutate({});
    else if (verb === 'reply') navigate(`/soan-van-ban?tra_loi=${document.id}`);
    else setOpen(verb);
  };
  const rest = own.filter((verb) => verb !== main);
  return (
    <>
      {main !== undefined && (
        <Button variant="primary" icon={icons[main]} loading={approve.isPending} onClick={() => press(main)}>
          {t(main)}
        </Button>
      )}
      {rest.length > 0 && <Menu align="end" trigger={<Button icon={Ellipsis}>{t('more')}</Button>} entries={rest.map((verb) => ({ id: verb, label: t(wordOf(verb, document)), onSelect: () => press(verb) }))} />}
      {open !== undefined && <OpenDialog key={open} open={open} document={document} onClose={() => setOpen(undefined)} />}
    </>
  );
}

/** What has been done once is in the menu when it may be done again. */
function isNextStep(verb: Verb, { state }: IncomingDetail): boolean {
  if (verb === 'submit') return state === 'registered';
  if (verb === 'assign') return state === 'submitted';
  return verb === 'approve' || verb === 'pass' || verb === 'advise' || verb === 'complete' || verb === 'report';
}

function wordOf(verb: Verb, { state }: IncomingDetail): HandlingKey {
  if (verb === 'submit' && state !== 'registered') return 'resubmit';
  if (verb === 'assign' && state !== 'submitted') return 'reassign';
  return verb === 'complete' && state === 'submitted' ? 'completeKnown' : verb;
}

function useApproval(document: IncomingDetail) {
  const t = useT(handlingMessages);
  const toasts = useToasts();
  const approve = useHandlingStep({ documentId: document.id, step: 'approve', done: () => t('approvedToast'), onDone: () => undefined });
  return { isPending: approve.isPending, mutate: (body: object) => approve.mutate(body, { onError: (error) => toasts.show(problemToast(error)) }) };
}

/** `b` opens the instruction, `h` the completion, where the person has them. */
function useKeys({ abilities }: IncomingDetail, open: (dialog: Open) => void): void {
  const t = useT(handlingMessages);
  const shortcuts = useMemo(() => {
    const end = (['complete', 'report'] as const).find((verb) => abilities.includes(verb));
    return [...(abilities.includes('assign') ? [{ keys: 'b', label: t('assign'), run: () => open('assign') }] : []), ...(end === undefined ? [] : [{ keys: 'h', label: t(end), run: () => open(end) }])];
  }, [abilities, open, t]);
  useShortcuts(shortcuts);
}

function OpenDialog({ open, document, onClose }: { open: Open; document: IncomingDetail; onClose: () => void }): ReactNode {
  switch (open) {
    case 'submit':
      return <SubmitDialog document={document} onClose={onClose} />;
    case 'assign':
      return <AssignDialog document={document} onClose={onClose} />;
    case 'pass':
      return <PassDialog document={document} onClose={onClose} />;
    case 'complete':
    case 'report':
      return <CompleteDialog document={document} verb={open} onClose={onClose} />;
    case 'extend':
      return <ExtendDialog document={document} onClose={onClose} />;
    case 'return':
      return <TextStepDialog document={document} kind={document.state === 'reported' ? 'returnResult' : 'return'} onClose={onClose} />;
    case 'release':
    case 'progress':
    case 'advise':
      return <TextStepDialog document={document} kind={open} onClose={onClose} />;
  }
}
