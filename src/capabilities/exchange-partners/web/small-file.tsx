import { useId, useRef, type ReactNode } from 'react';
import { Button } from '#ui/controls/button.tsx';
import { useT } from '#ui/i18n.ts';
import { securityMessages } from './security-messages.ts';

/** A certificate is smaller; the request carries it as it is. */
export const MOST_BYTES = 40_000;

/** A file that goes with the request itself. */
export function SmallFile({ label, accept, file, onChange, error }: { label: string; accept: string; file: File | undefined; onChange: (file: File | undefined) => void; error: string | undefined }): ReactNode {
  const t = useT(securityMessages);
  const input = useRef<HTMLInputElement>(null);
  const id = useId();
  return (
    <div className="lt-field" data-invalid={error === undefined ? undefined : ''}>
      <span className="lt-field__label" id={id}>
        {label}
      </span>
      <span className="lt-row">
        <Button aria-label={`${t('file')}: ${label}`} onClick={() => input.current?.click()}>
          {t('file')}
        </Button>
        <span className={file === undefined ? 'lt-quiet' : undefined}>{file?.name ?? t('noFile')}</span>
      </span>
      <input ref={input} type="file" hidden accept={accept} aria-labelledby={id} onChange={(event) => onChange(event.target.files?.[0])} />
      {error !== undefined && <p className="lt-field__error">{error}</p>}
    </div>
  );
}
