import CirclePlus from 'lucide-react/icons/circle-plus';
import CircleX from 'lucide-react/icons/circle-x';
import Hash from 'lucide-react/icons/hash';
import Merge from 'lucide-react/icons/merge';
import PencilLine from 'lucide-react/icons/pencil-line';
import { useState, type ReactNode } from 'react';
import { Button } from '#ui/controls/button.tsx';
import { useT } from '#ui/i18n.ts';
import { Menu } from '#ui/overlays/menu.tsx';
import type { AgencyPage } from '../contract.ts';
import './accounts.css';
import { CodeDialog, RenameDialog, UnitDialog } from './agency-dialogs.tsx';
import { CloseDialog, MergeDialog } from './agency-ending-dialogs.tsx';
import { agencyMessages } from './agency-messages.ts';

const dialogs = { rename: RenameDialog, code: CodeDialog, merge: MergeDialog, close: CloseDialog, addUnit: UnitDialog } as const;

/** What the caller may do with the agency in view; nothing for most people. */
export function AgencyActions({ page }: { page: AgencyPage }): ReactNode {
  const t = useT(agencyMessages);
  const [task, setTask] = useState<keyof typeof dialogs>();
  const keepsDirectory = page.abilities.includes('keep-directory');
  const addsUnits = page.abilities.includes('administer-people');
  if (!keepsDirectory && !addsUnits) return null;
  const TaskDialog = task === undefined ? undefined : dialogs[task];
  const open = (kind: keyof typeof dialogs) => () => setTask(kind);
  return (
    <>
      {/* A box of its own: an open menu puts marks of its own beside its button, which must not push it. */}
      <div className="lt-accounts-action">
        {keepsDirectory ? (
          <Menu
            align="end"
            trigger={<Button icon={PencilLine}>{t('edit')}</Button>}
            entries={[
              { id: 'rename', label: t('rename'), icon: PencilLine, onSelect: open('rename') },
              { id: 'code', label: t('code'), icon: Hash, onSelect: open('code') },
              ...(addsUnits ? [{ id: 'unit', label: t('addUnit'), icon: CirclePlus, onSelect: open('addUnit') }] : []),
              { kind: 'separator', id: 'line' },
              { id: 'merge', label: t('merge'), icon: Merge, onSelect: open('merge') },
              { id: 'close', label: t('close'), icon: CircleX, danger: true, onSelect: open('close') },
            ]}
          />
        ) : (
          <Button icon={CirclePlus} onClick={open('addUnit')}>
            {t('addUnit')}
          </Button>
        )}
      </div>
      {TaskDialog !== undefined && <TaskDialog page={page} onClose={() => setTask(undefined)} />}
    </>
  );
}
