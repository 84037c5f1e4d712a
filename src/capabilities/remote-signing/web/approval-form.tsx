import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { useApi } from '#ui/api-context.tsx';
import { Button } from '#ui/controls/button.tsx';
import { Checkbox } from '#ui/controls/checkbox.tsx';
import { TextField } from '#ui/controls/text-field.tsx';
import { Banner } from '#ui/feedback/banner.tsx';
import { ProblemBanner } from '#ui/feedback/problem-banner.tsx';
import { useToasts } from '#ui/feedback/toast.tsx';
import { formatTime } from '#ui/format.ts';
import { useT } from '#ui/i18n.ts';
import '#ui/layout/form.css';
import type { AskedAuthorization } from '../contract.ts';
import { approve, wasClosed } from './approve-client.ts';
import { messages } from './messages.ts';

/** The requests for one certificate, every document of each, and the one button under them. */
export function ApprovalForm({ requests, most }: { requests: readonly AskedAuthorization[]; most: number }): ReactNode {
  const t = useT(messages);
  const api = useApi();
  const toasts = useToasts();
  const queries = useQueryClient();
  // Those that stand here when the list is opened. One that comes later is shown, and signed only by whoever chose it.
  const [picked, setPicked] = useState<ReadonlySet<string>>(() => new Set(requests.map((each) => each.id)));
  const [pin, setPin] = useState('');
  const chosen = requests.filter((each) => picked.has(each.id));
  const count = chosen.reduce((sum, each) => sum + each.documents.length, 0);
  const send = useMutation({
    mutationFn: () => approve(api, { ids: chosen.map((each) => each.id), pin }),
    onSuccess: (signed) => toasts.show({ tone: 'done', text: t('signed', { count: signed }) }),
    onSettled: async () => {
      setPin('');
      await queries.invalidateQueries({ queryKey: ['remote-signing'] });
    },
  });
  const toggle = (id: string, isChosen: boolean): void => setPicked(new Set(isChosen ? [...picked, id] : [...picked].filter((each) => each !== id)));
  return (
    <form
      className="lt-form"
      onSubmit={(event) => {
        event.preventDefault();
        send.mutate();
      }}
    >
      <ul className="lt-remote-list">
        {requests.map((each) => (
          <Request key={each.id} request={each} isChosen={picked.has(each.id)} onChoose={(isChosen) => toggle(each.id, isChosen)} />
        ))}
      </ul>
      {wasClosed(send.error) ? <Banner tone="info">{t('cancelled')}</Banner> : <ProblemBanner error={send.error} />}
      {count > most && <Banner tone="warn">{t('tooMany', { count: most })}</Banner>}
      <TextField label={t('pin')} required type="password" autoComplete="off" value={pin} onChange={setPin} hint={t('approveHint')} />
      <div className="lt-form__actions">
        <Button type="submit" variant="primary" loading={send.isPending} disabled={count === 0 || count > most || pin === ''}>
          {t('approve', { count })}
        </Button>
      </div>
    </form>
  );
}

type RequestProps = { request: AskedAuthorization; isChosen: boolean; onChoose: (isChosen: boolean) => void };

function Request({ request, isChosen, onChoose }: RequestProps): ReactNode {
  const t = useT(messages);
  const api = useApi();
  const toasts = useToasts();
  const queries = useQueryClient();
  const refuse = useMutation({
    mutationFn: () => api.post(`/api/v1/remote-signing/authorizations/${request.id}/refuse`, {}),
    onSuccess: () => toasts.show({ tone: 'done', text: t('refused') }),
    onSettled: () => void queries.invalidateQueries({ queryKey: ['remote-signing'] }),
  });
  const { clientName: client, documents } = request;
  return (
    <li className="lt-remote-request">
      <div className="lt-remote-request__head">
        <Checkbox label={t('choose', { client })} hideLabel checked={isChosen} onChange={onChoose} />
        <div>
          <strong>{request.description ?? t('asks', { client, count: documents.length })}</strong>
          {request.description !== null && <p>{t('asks', { client, count: documents.length })}</p>}
          <p className="lt-quiet">{t('by', { label: request.credentialLabel })}</p>
          <p className="lt-quiet">{t('until', { at: formatTime(request.askedAt), end: formatTime(request.expiresAt) })}</p>
        </div>
      </div>
      <ol className="lt-remote-documents">
        {documents.map((each, index) => (
          <li key={each.hash}>
            <span>{each.name ?? t('unnamed', { count: index + 1 })}</span>
            <code title={each.hash}>{t('code', { code: each.hash.slice(0, 8).toUpperCase() })}</code>
          </li>
        ))}
      </ol>
      <ProblemBanner error={refuse.error} />
      <div className="lt-row">
        <Button size="small" loading={refuse.isPending} onClick={() => refuse.mutate()}>
          {t('refuse')}
        </Button>
      </div>
    </li>
  );
}
