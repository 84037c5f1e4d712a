import Send from 'lucide-react/icons/send';
import { useEffect, useRef, useState, type ReactNode } from 'react';
import { Button } from '../controls/button.tsx';
import { TextField } from '../controls/text-field.tsx';
import { ProblemBanner } from '../feedback/problem-banner.tsx';
import { defineMessages, useT } from '../i18n.ts';
import { useMutation } from '../mutation.ts';
import './code-field.css';

/** When the next code may be asked for, and a question of the service that the code answers. */
export type CodeOnItsWay = { againAfterSeconds: number; challenge: string | null };

type Props = { kind: 'online' | 'offline'; service: string; value: string; onChange: (code: string) => void; /** Has the service send one; of kind `online` only. */ send: () => Promise<CodeOnItsWay> };

const messages = defineMessages({
  vi: {
    code: 'Mã dùng một lần',
    codeOnRequest: 'Bấm “Gửi mã”: {service} gửi mã tới điện thoại hoặc thư điện tử bạn đã đăng ký.',
    codeOnItsWay: 'Đã gửi mã. Nhập mã {service} vừa gửi; mã chỉ dùng một lần và sớm hết hạn.',
    codeFromDevice: 'Nhập mã đang hiện trên thiết bị hoặc ứng dụng tạo mã của bạn.',
    sendCode: 'Gửi mã',
    sendAgain: 'Gửi lại mã',
    sendAgainIn: 'Gửi lại sau {seconds} giây',
  },
  en: {
    code: 'One-time code',
    codeOnRequest: 'Press “Send the code”: {service} sends it to the phone or e-mail that it knows of you.',
    codeOnItsWay: 'The code was sent. Type the one that {service} has just sent; it works once and not for long.',
    codeFromDevice: 'Type the code that your own device or app shows.',
    sendCode: 'Send the code',
    sendAgain: 'Send again',
    sendAgainIn: 'Send again in {seconds} s',
  },
});

/** The one-time code that a service wants beside the PIN: sent on request, or read from the person's own device. */
export function CodeField({ kind, service, value, onChange, send }: Props): ReactNode {
  const t = useT(messages);
  const sending = useCodeSending(send);
  const field = useRef<HTMLInputElement>(null);
  const isSent = sending.data !== undefined;
  const about = t(kind === 'offline' ? 'codeFromDevice' : isSent ? 'codeOnItsWay' : 'codeOnRequest', { service });
  const ask = (): void => {
    onChange('');
    sending.mutate(undefined, { onSuccess: () => field.current?.focus() });
  };
  return (
    <div className="lt-code-field">
      <div className="lt-code-field__row">
        <TextField
          ref={field}
          label={t('code')}
          required
          inputMode="numeric"
          autoComplete="one-time-code"
          maxLength={50}
          value={value}
          onChange={(code) => onChange(code.replaceAll(/\s/g, ''))}
        />
        {kind === 'online' && (
          <Button icon={Send} loading={sending.isPending} disabled={sending.waitS > 0} onClick={ask}>
            {sending.waitS > 0 ? t('sendAgainIn', { seconds: sending.waitS }) : t(isSent ? 'sendAgain' : 'sendCode')}
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
function useCodeSending(send: Props['send']) {
  const [againAt, setAgainAt] = useState(0);
  const [now, setNow] = useState(() => Date.now());
  const isCounting = againAt > now;
  useEffect(() => {
    if (!isCounting) return undefined;
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, [isCounting]);
  const mutation = useMutation<CodeOnItsWay>({
    mutationFn: send,
    onSuccess: ({ againAfterSeconds }) => {
      const sentAt = Date.now();
      setNow(sentAt);
      setAgainAt(sentAt + againAfterSeconds * 1000);
    },
  });
  return { ...mutation, waitS: Math.max(0, Math.ceil((againAt - now) / 1000)) };
}
