import { useQueryClient } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { ApiError } from '#ui/api-context.tsx';
import { Button } from '#ui/controls/button.tsx';
import { Checkbox } from '#ui/controls/checkbox.tsx';
import { TextArea } from '#ui/controls/text-area.tsx';
import { TextField } from '#ui/controls/text-field.tsx';
import { ProblemBanner } from '#ui/feedback/problem-banner.tsx';
import { useToasts } from '#ui/feedback/toast.tsx';
import { useT } from '#ui/i18n.ts';
import { useMutation } from '#ui/mutation.ts';
import { Dialog } from '#ui/overlays/dialog.tsx';
import { HandOverDialog } from '#ui/overlays/hand-over-dialog.tsx';
import '#ui/layout/form.css';
import type { ClientSecret } from '../contract.ts';
import { clientMessages } from './client-messages.ts';

type Scope = 'service' | 'credential';
const SCOPES: readonly Scope[] = ['service', 'credential'];
type NewClient = { name: string; redirectUris: string[]; perMinute: number; scopes: Scope[] };

type RegisterProps = { send: (body: NewClient) => Promise<ClientSecret>; onDone: (body: NewClient, secret: ClientSecret) => void; onClose: () => void };

/** Registers an application. */
export function RegisterDialog({ send, onDone, onClose }: RegisterProps): ReactNode {
  const t = useT(clientMessages);
  const queries = useQueryClient();
  const [name, setName] = useState('');
  const [addresses, setAddresses] = useState('');
  const [perMinute, setPerMinute] = useState('300');
  const [scopes, setScopes] = useState<readonly Scope[]>(SCOPES);
  const body: NewClient = { name, redirectUris: addresses.split('\n').map((line) => line.trim()).filter((line) => line !== ''), perMinute: Number(perMinute), scopes: [...scopes] };
  const register = useMutation({
    mutationFn: () => send(body),
    onSuccess: (secret) => onDone(body, secret),
    onSettled: () => void queries.invalidateQueries({ queryKey: ['remote-signing'] }),
  });
  const { error } = register;
  const problem = (path: string): string | undefined => (error instanceof ApiError ? error.fieldMessage(path) : undefined);
  const toggle = (scope: Scope, isChosen: boolean): void => setScopes(SCOPES.filter((each) => (each === scope ? isChosen : scopes.includes(each))));
  return (
    <Dialog
      open
      onClose={onClose}
      title={t('register')}
      actions={
        <>
          <Button variant="primary" loading={register.isPending} disabled={name.trim() === '' || scopes.length === 0} onClick={() => register.mutate()}>
            {t('register')}
          </Button>
          <Button onClick={onClose}>{t('cancel')}</Button>
        </>
      }
    >
      <div className="lt-form">
        <TextField label={t('name')} required maxLength={200} hint={t('nameHint')} value={name} onChange={setName} error={problem('name')} />
        <fieldset className="lt-client-scopes">
          <legend>{t('rights')}</legend>
          {SCOPES.map((scope) => (
            <Checkbox key={scope} label={t(scope)} hint={t(`${scope}Hint`)} checked={scopes.includes(scope)} onChange={(isChosen) => toggle(scope, isChosen)} />
          ))}
        </fieldset>
        <TextArea label={t('addresses')} rows={3} hint={t('addressesHint')} value={addresses} onChange={setAddresses} error={problem('redirectUris')} />
        <TextField label={t('perMinute')} required inputMode="numeric" hint={t('perMinuteHint')} value={perMinute} onChange={setPerMinute} error={problem('perMinute')} />
        <ProblemBanner error={error} />
      </div>
    </Dialog>
  );
}

type ConfirmProps<Reply> = { act: 'rotate' | 'suspend'; client: string; send: () => Promise<Reply>; onDone: (reply: Reply) => void; onClose: () => void };

/** Asks once more before an application is shut out, for good with its former secret or for a while. */
export function ConfirmDialog<Reply>({ act, client, send, onDone, onClose }: ConfirmProps<Reply>): ReactNode {
  const t = useT(clientMessages);
  const toasts = useToasts();
  const queries = useQueryClient();
  const confirm = useMutation({
    mutationFn: send,
    onSuccess: (reply) => {
      if (act === 'suspend') toasts.show({ tone: 'done', text: t('suspendedDone', { client }) });
      onDone(reply);
    },
    onSettled: () => void queries.invalidateQueries({ queryKey: ['remote-signing'] }),
  });
  return (
    <Dialog
      open
      onClose={onClose}
      title={t(`${act}Title`, { client })}
      description={t(`${act}Text`)}
      actions={
        <>
          <Button variant="danger" loading={confirm.isPending} onClick={() => confirm.mutate()}>
            {t(act)}
          </Button>
          <Button onClick={onClose}>{t('cancel')}</Button>
        </>
      }
    >
      <ProblemBanner error={confirm.error} />
    </Dialog>
  );
}

/** The secret, once. */
export function SecretDialog({ name, secret, onClose }: { name: string; secret: ClientSecret; onClose: () => void }): ReactNode {
  const t = useT(clientMessages);
  return (
    <HandOverDialog
      title={t('secretTitle', { client: name })}
      text={t('secretText')}
      parts={[
        { label: t('clientId'), value: secret.clientId },
        { label: t('clientSecret'), value: secret.clientSecret },
      ]}
      verb={t('done')}
      onClose={onClose}
    />
  );
}
