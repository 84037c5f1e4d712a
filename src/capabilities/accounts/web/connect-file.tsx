import { useRef, useState, type ReactNode } from 'react';
import { fieldProblem, useApi } from '#ui/api-context.tsx';
import { Button } from '#ui/controls/button.tsx';
import { TextField } from '#ui/controls/text-field.tsx';
import { ProblemBanner } from '#ui/feedback/problem-banner.tsx';
import { useT } from '#ui/i18n.ts';
import { useMutation } from '#ui/mutation.ts';
import type { ConnectWayProps } from './connect-key.tsx';
import { ConnectSteps } from './connect-steps.tsx';
import { FILE_LIMIT_BYTES, readBase64 } from './key-data.ts';
import { keyMessages } from './key-messages.ts';

/** A key file that another authority gave: opened with its password, kept encrypted under it. */
export function ConnectFile({ kind, onConnected, onBack }: ConnectWayProps): ReactNode {
  const t = useT(keyMessages);
  const api = useApi();
  const input = useRef<HTMLInputElement>(null);
  const [file, setFile] = useState<File>();
  const [pin, setPin] = useState('');
  const isTooBig = file !== undefined && file.size > FILE_LIMIT_BYTES;
  const send = useMutation({
    mutationFn: async (chosen: File) => api.post<{ id: string }>('/api/v1/signatures/credentials/import', { container: await readBase64(chosen), pin, kind }),
    onSuccess: ({ id }) => onConnected(id),
  });
  return (
    <form
      className="lt-form"
      onSubmit={(event) => {
        event.preventDefault();
        if (file !== undefined) send.mutate(file);
      }}
    >
      <ConnectSteps at="identify" />
      <h2>{t('where_file')}</h2>
      <div className="lt-row">
        <Button onClick={() => input.current?.click()}>{t('fileChoose')}</Button>
        <span className="lt-own-keys-name">{file?.name}</span>
        <input ref={input} type="file" hidden accept=".p12,.pfx" aria-label={t('fileChoose')} onChange={(event) => setFile(event.target.files?.[0])} />
      </div>
      {isTooBig && (
        <p className="lt-field__error" role="alert">
          {t('fileTooBig')}
        </p>
      )}
      <TextField className="lt-accounts-narrow" label={t('filePin')} hint={t('filePinHint')} required type="password" autoComplete="off" value={pin} onChange={setPin} error={fieldProblem(send.error, 'pin')} />
      <ProblemBanner error={send.error} />
      <div className="lt-form__actions">
        <Button type="submit" variant="primary" loading={send.isPending} disabled={file === undefined || isTooBig || pin === ''}>
          {t('import')}
        </Button>
        <Button onClick={onBack}>{t('previous')}</Button>
      </div>
    </form>
  );
}
