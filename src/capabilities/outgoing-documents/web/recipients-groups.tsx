import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { ApiError, useApi } from '#ui/api-context.tsx';
import { Button } from '#ui/controls/button.tsx';
import { TextField } from '#ui/controls/text-field.tsx';
import { Banner } from '#ui/feedback/banner.tsx';
import { useToasts } from '#ui/feedback/toast.tsx';
import { defineMessages, useT } from '#ui/i18n.ts';
import { Dialog } from '#ui/overlays/dialog.tsx';

const messages = defineMessages({
  vi: {
    open: 'Nhóm của cơ quan…',
    title: 'Nhóm nơi nhận của cơ quan',
    name: 'Tên nhóm mới',
    nameHint: 'Lưu {count} nơi nhận đang chọn để lần sau chọn một lần.',
    choose: 'Chọn nơi nhận trước, rồi lưu thành nhóm tại đây.',
    save: 'Lưu thành nhóm',
    saved: 'Đã lưu nhóm {name}.',
    members: '{count} cơ quan',
    remove: 'Xóa',
    removeGroup: 'Xóa nhóm {name}',
    removed: 'Đã xóa nhóm {name}.',
    close: 'Đóng',
    none: 'Cơ quan chưa có nhóm nào.',
    groups: 'Các nhóm đã lưu',
  },
  en: {
    open: 'Own groups…',
    title: 'Own groups of recipients',
    name: 'Name of a new group',
    nameHint: 'Keeps the {count} chosen recipients, to be chosen at once the next time.',
    choose: 'Choose recipients first, then keep them as a group here.',
    save: 'Keep as a group',
    saved: 'Kept the group {name}.',
    members: '{count} agency | {count} agencies',
    remove: 'Delete',
    removeGroup: 'Delete the group {name}',
    removed: 'Deleted the group {name}.',
    close: 'Close',
    none: 'The agency has no groups yet.',
    groups: 'Kept groups',
  },
});

export type OwnGroup = { id: string; name: string; agencyIds: string[]; agencies: { id: string; name: string }[] };

/** The groups of recipients that the agency named for itself: to keep the present choice as one, or to delete one. */
export function RecipientsGroups({ groups, values }: { groups: readonly OwnGroup[]; values: readonly string[] }): ReactNode {
  const t = useT(messages);
  const [isOpen, setOpen] = useState(false);
  return (
    <div>
      <Button size="small" variant="plain" onClick={() => setOpen(true)}>
        {t('open')}
      </Button>
      {isOpen && <GroupsDialog groups={groups} values={values} onClose={() => setOpen(false)} />}
    </div>
  );
}

function GroupsDialog({ groups, values, onClose }: { groups: readonly OwnGroup[]; values: readonly string[]; onClose: () => void }): ReactNode {
  const t = useT(messages);
  const api = useApi();
  const toasts = useToasts();
  const queries = useQueryClient();
  const [name, setName] = useState('');
  const refresh = () => queries.invalidateQueries({ queryKey: ['identity', 'groups'] });
  const save = useMutation({
    mutationFn: () => api.post('/api/v1/accounts/recipient-groups', { name, agencyIds: values }),
    onSuccess: () => {
      toasts.show({ tone: 'done', text: t('saved', { name: name.trim() }) });
      setName('');
      void refresh();
    },
  });
  const remove = useMutation({
    mutationFn: (group: OwnGroup) => api.del(`/api/v1/accounts/recipient-groups/${group.id}`),
    onSuccess: (_reply, group) => {
      toasts.show({ tone: 'done', text: t('removed', { name: group.name }) });
      void refresh();
    },
  });
  const error = save.error ?? remove.error;
  return (
    <Dialog open onClose={onClose} title={t('title')} actions={<Button onClick={onClose}>{t('close')}</Button>}>
      {values.length === 0 ? (
        <p className="lt-quiet">{t('choose')}</p>
      ) : (
        <form
          className="lt-stack"
          onSubmit={(event) => {
            event.preventDefault();
            // The form stands inside that of the document, as React sees it.
            event.stopPropagation();
            save.mutate();
          }}
        >
          <TextField label={t('name')} hint={t('nameHint', { count: values.length })} required value={name} onChange={setName} error={save.error instanceof ApiError ? save.error.fieldMessage('name') : undefined} />
          <div>
            <Button type="submit" variant="primary" loading={save.isPending} disabled={name.trim().length < 2}>
              {t('save')}
            </Button>
          </div>
        </form>
      )}
      {error instanceof ApiError && (
        <Banner tone="danger" title={error.message}>
          {error.fix}
        </Banner>
      )}
      {groups.length === 0 ? (
        <p className="lt-quiet">{t('none')}</p>
      ) : (
        <ul className="lt-stack" aria-label={t('groups')}>
          {groups.map((group) => (
            <li key={group.id} className="lt-row">
              <span>
                {group.name} <span className="lt-quiet">{t('members', { count: group.agencyIds.length })}</span>
              </span>
              <Button size="small" variant="plain" aria-label={t('removeGroup', { name: group.name })} loading={remove.isPending && remove.variables.id === group.id} onClick={() => remove.mutate(group)}>
                {t('remove')}
              </Button>
            </li>
          ))}
        </ul>
      )}
    </Dialog>
  );
}
