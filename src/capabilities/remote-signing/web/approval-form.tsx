import { useQueryClient } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { ApiError, useApi } from '#ui/api-context.tsx';
import { Button } from '#ui/controls/button.tsx';
import { Checkbox } from '#ui/controls/checkbox.tsx';
import { wasClosed } from '#ui/device/closed-dialog.ts';
import { Banner } from '#ui/feedback/banner.tsx';
import { ProblemBanner } from '#ui/feedback/problem-banner.tsx';
import { useToasts } from '#ui/feedback/toast.tsx';
import { formatTime } from '#ui/format.ts';
import { useT } from '#ui/i18n.ts';
import { useMutation } from '#ui/mutation.ts';
import '#ui/layout/form.css';
import { Link } from '#ui/navigation.tsx';
import type { AskedAuthorization, AskedKey } from '../contract.ts';
import { approve, type Approved, type Touched } from './approve-client.ts';
import { messages } from './messages.ts';
import { PinPart, type TypedPin } from './pin-part.tsx';

type FormProps = { requests: readonly AskedAuthorization[]; askedKey: AskedKey; most: number; /** The one that the person came here for; the others wait unchosen. */ named?: string | undefined };

/** The requests for one certificate, every document of each, and the one button under them. */
export function ApprovalForm({ requests, askedKey, most, named }: FormProps): ReactNode {
  const t = useT(messages);
  // Those that stand here when the list is opened. One that comes later is shown, and signed only by whoever chose it.
  const [picked, setPicked] = useState<ReadonlySet<string>>(() => new Set(requests.flatMap(({ id }) => (named === undefined || id === named ? [id] : []))));
  const chosen = requests.filter((each) => picked.has(each.id));
  const count = chosen.reduce((sum, each) => sum + each.documents.length, 0);
  const { send, typed, setTyped, touched, typesPin, startTyping, isAskedFor } = useApproval(chosen.map((each) => each.id), askedKey);
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
          <Request key={each.id} request={each} isNamed={each.id === named} isChosen={picked.has(each.id)} onChoose={(isChosen) => toggle(each.id, isChosen)} />
        ))}
      </ul>
      {wasClosed(send.error) ? <Banner tone="info">{t('cancelled')}</Banner> : <ProblemBanner error={send.error} />}
      {touched !== undefined && <Banner tone="info">{t('pinWanted')}</Banner>}
      {count > most && <Banner tone="warn">{t('tooMany', { count: most })}</Banner>}
      {typesPin && <PinPart value={typed} onChange={setTyped} isNext={isAskedFor} {...(touched === undefined ? { hint: t('approveHint') } : { mayRemember: touched.deviceKey !== undefined })} />}
      {!typesPin && <p className="lt-quiet lt-remote-touch">{t(askedKey.needsPin ? 'oneTouch' : 'passkeyAlone')}</p>}
      <div className="lt-form__actions">
        <Button type="submit" variant="primary" loading={send.isPending} disabled={count === 0 || count > most || (typesPin && typed.pin === '')}>
          {t('approve', { count })}
        </Button>
        {askedKey.needsPin && !typesPin && (
          <Button variant="quiet" disabled={send.isPending} onClick={startTyping}>
            {t('typePin')}
          </Button>
        )}
      </div>
    </form>
  );
}

/** One touch where a device of the owner remembers the PIN; the typed PIN where it does not, or is not right any more. */
function useApproval(ids: readonly string[], { needsPin, remembersPin, mayRememberPin }: AskedKey) {
  const t = useT(messages);
  const api = useApi();
  const toasts = useToasts();
  const queries = useQueryClient();
  const [typed, setTyped] = useState<TypedPin>({ pin: '', isToBeRemembered: mayRememberPin });
  const [isAskedFor, setAskedFor] = useState(false);
  const [touched, setTouched] = useState<Touched>();
  const typesPin = needsPin && (isAskedFor || !remembersPin);
  const send = useMutation({
    mutationFn: () => approve(api, { ids, pin: typesPin ? typed.pin : '', isToBeRemembered: typed.isToBeRemembered, touched }),
    onSuccess: (approved) => {
      setAskedFor(approved.state === 'pinWanted');
      if (approved.state === 'signed') toasts.show({ tone: 'done', text: t('signed', { count: approved.signed }), ...detailOf(approved, t) });
    },
    onError: (error) => {
      if (error instanceof ApiError && /rememberedPinWrong|devicePin/.test(error.code)) setAskedFor(true);
    },
    onSettled: async (approved) => {
      // A touch counts once: only one that was not sent yet is kept for the PIN that is still to be typed.
      setTouched(approved?.state === 'pinWanted' ? approved.touched : undefined);
      setTyped((before) => ({ ...before, pin: '' }));
      if (approved?.state !== 'pinWanted') await queries.invalidateQueries({ queryKey: ['remote-signing'] });
    },
  });
  return { send, typed, setTyped, touched, typesPin, isAskedFor, startTyping: () => setAskedFor(true) };
}

function detailOf({ isRemembered }: Extract<Approved, { state: 'signed' }>, t: (key: 'nowRemembered' | 'notRemembered') => string): { detail?: string } {
  return isRemembered === undefined ? {} : { detail: t(isRemembered ? 'nowRemembered' : 'notRemembered') };
}

const bringIntoView = (row: HTMLElement | null): void => row?.scrollIntoView({ block: 'nearest' });

type RequestProps = { request: AskedAuthorization; isNamed: boolean; isChosen: boolean; onChoose: (isChosen: boolean) => void };

function Request({ request, isNamed, isChosen, onChoose }: RequestProps): ReactNode {
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
    <li className="lt-remote-request" aria-current={isNamed ? 'true' : undefined} ref={isNamed ? bringIntoView : undefined}>
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
            {each.link === null ? <span>{each.name ?? t('unnamed', { count: index + 1 })}</span> : <Link to={each.link.replace(/^\/app/, '')}>{each.name ?? t('unnamed', { count: index + 1 })}</Link>}
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
