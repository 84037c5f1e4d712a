import { useRef, useState, type ReactNode } from 'react';
import type { z } from 'zod';
import { useApi } from '#ui/api-context.tsx';
import { Button } from '#ui/controls/button.tsx';
import { Checkbox } from '#ui/controls/checkbox.tsx';
import { Select } from '#ui/controls/select.tsx';
import { useT } from '#ui/i18n.ts';
import { ActDialog } from '#ui/overlays/act-dialog.tsx';
import { holderKinds, type HolderKind, type importReply } from '../contract.ts';
import { messages } from './messages.ts';

type Chosen = { name: string; content: string };

/** Certificate files are small: they go with the request itself. */
export function ImportDialog({ onClose, onAsked }: { onClose: () => void; onAsked: (since: string) => void }): ReactNode {
  const t = useT(messages);
  const api = useApi();
  const input = useRef<HTMLInputElement>(null);
  const [files, setFiles] = useState<Chosen[]>([]);
  const [holderKind, setHolderKind] = useState<HolderKind>('person');
  const [asksStatus, setAsksStatus] = useState(true);
  const take = async (list: FileList | null): Promise<void> => {
    setFiles(await Promise.all([...(list ?? [])].map(async (file) => ({ name: file.name, content: toBase64(new Uint8Array(await file.arrayBuffer())) }))));
  };
  return (
    <ActDialog
      topics={['certificates']}
      title={t('importTitle')}
      text={t('importText')}
      verb={t('import')}
      send={() => api.post<z.infer<typeof importReply>>('/api/v1/certificates/import', { files, holderKind, asksStatus })}
      onDone={({ askedAt }) => askedAt !== null && onAsked(askedAt)}
      done={({ added, known, problems }) =>
        [
          t('importDone', { count: added.length }),
          ...(known.length > 0 ? [t('importKnown', { count: known.length })] : []),
          ...(problems.length > 0 ? [t('importProblems', { names: problems.map((each) => each.name).join(', ') })] : []),
        ].join(' ')
      }
      onClose={onClose}
    >
      {(problem) => (
        <>
          <Select label={t('holder')} required value={holderKind} onChange={setHolderKind} options={holderKinds.map((value) => ({ value, label: t(value) }))} error={problem('holderKind')} />
          <div className="lt-row">
            <Button onClick={() => input.current?.click()}>{t('importFiles')}</Button>
            <span>{files.map((file) => file.name).join(', ')}</span>
            <input ref={input} type="file" hidden multiple accept=".cer,.crt,.pem,.p7b,.p7c,.der" aria-label={t('importFiles')} onChange={(event) => void take(event.target.files)} />
          </div>
          <Checkbox label={t('importAsk')} hint={t('importAskHint')} checked={asksStatus} onChange={setAsksStatus} />
        </>
      )}
    </ActDialog>
  );
}

/** Bytes of a small file as they go with a request. */
export function toBase64(bytes: Uint8Array): string {
  let text = '';
  for (let from = 0; from < bytes.length; from += 8192) text += String.fromCharCode(...bytes.subarray(from, from + 8192));
  return btoa(text);
}
