import { useMutation } from '@tanstack/react-query';
import Send from 'lucide-react/icons/send';
import { useEffect, useRef, useState, type ReactNode } from 'react';
import { useApi } from '#ui/api-context.tsx';
import { Button } from '#ui/controls/button.tsx';
import { TextField } from '#ui/controls/text-field.tsx';
import { ProblemBanner } from '#ui/feedback/problem-banner.tsx';
import { useT } from '#ui/i18n.ts';
import type { SentCodeReply } from '#engines/signatures/contract.ts';
import './code-field.css';
import { keyMessages } from './key-messages.ts';

type Props = { credentialId: string; kind: 'online' | 'offline'; service: string; value: string; onChange: (code: string) => void };

/** The one-time code that a service wants beside the PIN: sent on request, or read from the person's own device. */
export function CodeField({ credentialId, kind, service, value, onChange }: Props): ReactNode {
  const k = useT(keyMessages);
  const sending = useCodeSending(credentialId);
  const field = useRef<HTMLInputElement>(null);
  const isSent = sending.data !== undefined;
  const about = k(kind === 'offline' ? 'codeFromDevice' : isSent ? 'codeOnItsWay' : 'codeOnRequest', { service });
  const send = (): void => {
    onChange('');
    sending.mutate(undefined, { onSuccess: () => field.current?.focus() });
  };
  return (
    <div className="lt-code-field">
      <div className="lt-code-field__row">
        <TextField
          ref={field}
          label={k('code')}
          required
          inputMode="numeric"
          autoComplete="one-time-code"
          maxLength={50}
          value={value}
          onChange={(code) => onChange(code.replaceAll(/\s/g, ''))}
        />
        {kind === 'online' && (
          <Button icon={Send} loading={sending.isPending} disabled={sending.waitS > 0} onClick={send}>
            {sending.waitS > 0 ? k('sendAgainIn', { seconds: sending.waitS }) : k(isSent ? 'sendAgain' : 'sendCode')}
          </Button>
        )}
      </div>
      <p className="lt-quiet" role="status">
        {sending.data?.challenge ?? about}
      </p>
      <ProblemBanner error={sending.error} />
    </div>
  );
}

/** Asks for a code, and counts the seconds until the next one may be asked for. */
function useCodeSending(credentialId: string) {
  const api = useApi();
  const [againAt, setAgainAt] = useState(0);
  const [now, setNow] = useState(() => Date.now());
  const isCounting = againAt > now;
  useEffect(() => {
    if (!isCounting) return undefined;
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, [isCounting]);
  const mutation = useMutation<SentCodeReply>({
    mutationFn: () => api.post<SentCodeReply>(`/api/v1/signatures/credentials/${credentialId}/one-time-code`),
    onSuccess: ({ againAfterSeconds }) => {
      const sentAt = Date.now();
      setNow(sentAt);
      setAgainAt(sentAt + againAfterSeconds * 1000);
    },
  });
  return { ...mutation, waitS: Math.max(0, Math.ceil((againAt - now) / 1000)) };
}
