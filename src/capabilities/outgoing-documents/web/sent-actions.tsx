import Bell from 'lucide-react/icons/bell';
import ChevronDown from 'lucide-react/icons/chevron-down';
import FilePlus from 'lucide-react/icons/file-plus';
import FileX from 'lucide-react/icons/file-x';
import Send from 'lucide-react/icons/send';
import Undo2 from 'lucide-react/icons/undo-2';
import Users from 'lucide-react/icons/users';
import { useState, type ReactNode } from 'react';
import { Button } from '#ui/controls/button.tsx';
import { useT } from '#ui/i18n.ts';
import { useNavigation } from '#ui/navigation.tsx';
import { Menu, type MenuEntry } from '#ui/overlays/menu.tsx';
import type { OutgoingAbility, OutgoingDetail } from '../contract.ts';
import { NoticeDialog, type NoticeVerb } from './notice-dialog.tsx';
import { sentMessages } from './sent-messages.ts';
import { UpdateDialog } from './update-dialog.tsx';

type Open = NoticeVerb | 'update' | undefined;

/** What may be done with a document after it was issued, behind one button: the harmless first, the recall last. */
export function SentActions({ document }: { document: OutgoingDetail }): ReactNode {
  const t = useT(sentMessages);
  const { navigate } = useNavigation();
  const [open, setOpen] = useState<Open>();
  const all: (MenuEntry & { ability: OutgoingAbility })[] = [
    { ability: 'remind', id: 'remind', label: t('remind'), hint: t('remindHint'), icon: Bell, onSelect: () => setOpen('remind') },
    { ability: 'resend', id: 'resend', label: t('resend'), hint: t('resendHint'), icon: Send, onSelect: () => setOpen('resend') },
    { ability: 'update', id: 'update', label: t('update'), hint: t('updateHint'), icon: Users, onSelect: () => setOpen('update') },
    { ability: 'replace', id: 'replace', label: t('replace'), hint: t('replaceHint'), icon: FilePlus, onSelect: () => navigate(`/soan-van-ban?thay_the=${document.id}`) },
    { ability: 'take-back', id: 'take-back', label: t('takeBack'), hint: t('takeBackHint'), icon: Undo2, onSelect: () => setOpen('take-back') },
    { ability: 'recall', id: 'recall', label: t('recall'), hint: t('recallHint'), icon: FileX, danger: true, onSelect: () => setOpen('recall') },
  ];
  const entries = all.filter(({ ability }) => document.abilities.includes(ability));
  const close = (): void => setOpen(undefined);
  return (
    <>
      {/* What is being written stays, also when a colleague leaves nothing more to do: the answer then says so. */}
      {entries.length > 0 && <Menu align="end" entries={entries} trigger={<Button icon={ChevronDown}>{t('afterIssue')}</Button>} />}
      {open !== undefined && open !== 'update' && <NoticeDialog key={open} document={document} verb={open} onClose={close} />}
      {open === 'update' && <UpdateDialog document={document} onClose={close} />}
    </>
  );
}
