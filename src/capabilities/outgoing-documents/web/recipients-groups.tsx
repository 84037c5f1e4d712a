import { useQueryClient } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { ApiError, useApi } from '#ui/api-context.tsx';
import { Button } from '#ui/controls/button.tsx';
import { TextField } from '#ui/controls/text-field.tsx';
import { ProblemBanner } from '#ui/feedback/problem-banner.tsx';
import { problemToast } from '#ui/feedback/problem-toast.ts';
import { useToasts } from '#ui/feedback/toast.tsx';
import { defineMessages, useT } from '#ui/i18n.ts';
import { useMutation } from '#ui/mutation.ts';
import { Dialog } from '#ui/overlays/dialog.tsx';
import { Menu } from '#ui/overlays/menu.tsx';
import './recipients-groups.css';

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
    act: 'Sửa',
    actGroup: 'Sửa nhóm {name}',
    rename: 'Đổi tên',
    newName: 'Tên mới của nhóm',
    renameSave: 'Lưu tên',
    cancel: 'Thôi',
    replace: 'Thay bằng {count} nơi nhận đang chọn',
    changed: 'Đã sửa nhóm {name}.',
    restored: 'Đã khôi phục nhóm {name}.',
    remove: 'Xóa nhóm',
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
    act: 'Change',
    actGroup: 'Change the group {name}',
    rename: 'Rename',
    newName: 'New name of the group',
    renameSave: 'Keep the name',
    cancel: 'Cancel',
    replace: 'Replace by the chosen recipients ({count})',
    changed: 'Changed the group {name}.',
    restored: 'Brought back the group {name}.',
    remove: 'Delete the group',
    removed: 'Deleted the group {name}.',
    close: 'Close',
    none: 'The agency has no groups yet.',
    groups: 'Kept groups',
  },
});

export type OwnGroup = { id: string; name: string; agencyIds: string[]; agencies: { id: string; name: string }[] };

/** The groups of recipients that the agency named for itself: to keep the present choice as one, to rename, fill anew or delete one. */
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

type Change = { group: OwnGroup; name: string; agencyIds: readonly string[]; isUndo?: true };

const GROUPS = '/api/v1/accounts/recipient-groups';

function GroupsDialog({ groups, values, onClose }: { groups: readonly OwnGroup[]; values: readonly string[]; onClose: () => void }): ReactNode {
  const t = useT(messages);
  const [renaming, setRenaming] = useState<OwnGroup | undefined>();
  const { save, change, remove } = useGroupActs(setRenaming);
  const error = save.error ?? change.error ?? remove.error;
  return (
    <Dialog open onClose={onClose} title={t('title')} actions={<Button onClick={onClose}>{t('close')}</Button>}>
      {renaming !== undefined ? (
        <NameForm key={renaming.id} label={t('newName')} verb={t('renameSave')} first={renaming.name} act={change} onSubmit={(name) => change.mutate({ group: renaming, name, agencyIds: renaming.agencyIds })} onCancel={() => setRenaming(undefined)} />
      ) : values.length === 0 ? (
        <p className="lt-quiet">{t('choose')}</p>
      ) : (
        <NameForm key={`new ${String(groups.length)}`} label={t('name')} hint={t('nameHint', { count: values.length })} verb={t('save')} first="" act={save} onSubmit={(name) => save.mutate({ name, agencyIds: values })} />
      )}
      {error instanceof ApiError && <ProblemBanner error={error} />}
      {groups.length === 0 ? (
        <p className="lt-quiet">{t('none')}</p>
      ) : (
        <ul className="lt-recipients-groups" aria-label={t('groups')}>
          {groups.map((group) => (
            <li key={group.id}>
              <span>
                {group.name} <span className="lt-quiet">{t('members', { count: group.agencyIds.length })}</span>
              </span>
              <Menu
                align="end"
                trigger={
                  <Button size="small" aria-label={t('actGroup', { name: group.name })} loading={remove.isPending && remove.variables.id === group.id}>
                    {t('act')}
                  </Button>
                }
                entries={[
                  { id: 'rename', label: t('rename'), onSelect: () => setRenaming(group) },
                  ...(values.length === 0 ? [] : [{ id: 'replace', label: t('replace', { count: values.length }), onSelect: () => change.mutate({ group, name: group.name, agencyIds: values }) }]),
                  { id: 'remove', label: t('remove'), danger: true, onSelect: () => remove.mutate(group) },
                ]}
              />
            </li>
          ))}
        </ul>
      )}
    </Dialog>
  );
}

/** Keeping, changing and deleting a group; what was changed or deleted can be taken back for a while. */
function useGroupActs(onRenamed: (none: undefined) => void) {
  const t = useT(messages);
  const api = useApi();
  const toasts = useToasts();
  const queries = useQueryClient();
  const refresh = () => void queries.invalidateQueries({ queryKey: ['identity', 'groups'] });
  const onUndoFailed = (error: unknown): void => toasts.show(problemToast(error));
  const save = useMutation({
    mutationFn: (group: { name: string; agencyIds: readonly string[] }) => api.post(GROUPS, group),
    onSuccess: (_reply, { name }) => toasts.show({ tone: 'done', text: t('saved', { name }) }),
    onSettled: refresh,
  });
  const restore = useMutation({
    mutationFn: ({ name, agencyIds }: OwnGroup) => api.post(GROUPS, { name, agencyIds }),
    onSuccess: (_reply, { name }) => toasts.show({ tone: 'done', text: t('restored', { name }) }),
    onError: onUndoFailed,
    onSettled: refresh,
  });
  const change = useMutation({
    mutationFn: ({ group, name, agencyIds }: Change) => api.put(`${GROUPS}/${group.id}`, { name, agencyIds }),
    onSuccess: (_reply, { group, name, isUndo }) => {
      toasts.show({ tone: 'done', text: t(isUndo === true ? 'restored' : 'changed', { name }), ...(isUndo === true ? {} : { undo: () => change.mutate({ group, name: group.name, agencyIds: group.agencyIds, isUndo: true }) }) });
      onRenamed(undefined);
    },
    onSettled: refresh,
  });
  const remove = useMutation({
    mutationFn: (group: OwnGroup) => api.del(`${GROUPS}/${group.id}`),
    onSuccess: (_reply, group) => toasts.show({ tone: 'done', text: t('removed', { name: group.name }), ...(group.agencyIds.length === 0 ? {} : { undo: () => restore.mutate(group) }) }),
    onSettled: refresh,
  });
  return { save, change, remove };
}

type NameFormProps = { label: string; hint?: string; verb: string; first: string; act: { error: unknown; isPending: boolean }; onSubmit: (name: string) => void; onCancel?: () => void };

function NameForm({ label, hint, verb, first, act, onSubmit, onCancel }: NameFormProps): ReactNode {
  const t = useT(messages);
  const [name, setName] = useState(first);
  return (
    <form
      className="lt-stack"
      onSubmit={(event) => {
        event.preventDefault();
        // The form stands inside that of the document, as React sees it.
        event.stopPropagation();
        onSubmit(name.trim());
      }}
    >
      <TextField label={label} {...(hint === undefined ? {} : { hint })} required maxLength={100} value={name} onChange={setName} error={act.error instanceof ApiError ? act.error.fieldMessage('name') : undefined} />
      <div className="lt-row">
        <Button type="submit" variant="primary" loading={act.isPending} disabled={name.trim().length < 2}>
          {verb}
        </Button>
        {onCancel !== undefined && <Button onClick={onCancel}>{t('cancel')}</Button>}
      </div>
    </form>
  );
}
