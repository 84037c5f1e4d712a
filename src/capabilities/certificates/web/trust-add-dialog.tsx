import { useRef, useState, type ReactNode } from 'react';
import type { z } from 'zod';
import type { addTrustReply, TrustFileReply } from '#engines/signatures/contract.ts';
import { useApi } from '#ui/api-context.tsx';
import { Button } from '#ui/controls/button.tsx';
import { DateField } from '#ui/controls/date-field.tsx';
import { TextField } from '#ui/controls/text-field.tsx';
import { Banner } from '#ui/feedback/banner.tsx';
import { ProblemBanner } from '#ui/feedback/problem-banner.tsx';
import { calendarDay, formatDate } from '#ui/format.ts';
import { useT } from '#ui/i18n.ts';
import { useMutation } from '#ui/mutation.ts';
import { ActDialog } from '#ui/overlays/act-dialog.tsx';
import { toBase64 } from './import-dialog.tsx';
import { Figures } from './trust-marks.tsx';
import { messages } from './trust-messages.ts';
import './trust.css';

const MOST_BYTES = 500_000;

/** What is in the file is shown first, with the fingerprints to compare; only then can it be trusted. */
export function AddTrustDialog({ onClose }: { onClose: () => void }): ReactNode {
  const t = useT(messages);
  const api = useApi();
  const [chosen, setChosen] = useState<{ content: string; found: TrustFileReply['certificates'] }>();
  const [legalBasis, setLegalBasis] = useState('');
  const [validFrom, setValidFrom] = useState<string | undefined>(calendarDay(new Date()));
  const [validTo, setValidTo] = useState<string | undefined>();
  return (
    <ActDialog
      topics={['signatures']}
      title={t('addTitle')}
      text={t('addText')}
      verb={t('trust')}
      disabled={chosen === undefined}
      send={() => api.post<z.infer<typeof addTrustReply>>('/api/v1/signatures/trust-store', { content: chosen?.content, legalBasis, validFrom, validTo: validTo ?? null })}
      done={({ added, known }) => [t('added', { count: added.length }), ...(known.length > 0 ? [t('known', { count: known.length })] : [])].join(' ')}
      onClose={onClose}
    >
      {(problem) => (
        <>
          <FileChoice onChosen={setChosen} />
          {chosen !== undefined && <InFile found={chosen.found} />}
          <TextField label={t('legalBasis')} hint={t('legalBasisHint')} required maxLength={300} value={legalBasis} onChange={setLegalBasis} error={problem('legalBasis')} />
          <div className="lt-fields">
            <DateField label={t('trustedFrom')} required value={validFrom} onChange={setValidFrom} error={problem('validFrom')} />
            <DateField label={t('trustedTo')} hint={t('trustedToHint')} optional value={validTo} onChange={setValidTo} error={problem('validTo')} />
          </div>
        </>
      )}
    </ActDialog>
  );
}

type Chosen = { content: string; found: TrustFileReply['certificates'] };

function FileChoice({ onChosen }: { onChosen: (chosen: Chosen | undefined) => void }): ReactNode {
  const t = useT(messages);
  const api = useApi();
  const input = useRef<HTMLInputElement>(null);
  const [file, setFile] = useState<File>();
  const look = useMutation({
    mutationFn: async (file: File): Promise<Chosen> => {
      const content = toBase64(new Uint8Array(await file.arrayBuffer()));
      return { content, found: (await api.post<TrustFileReply>('/api/v1/signatures/trust-store/look-into', { content })).certificates };
    },
    onSuccess: onChosen,
  });
  const isTooLarge = file !== undefined && file.size > MOST_BYTES;
  const take = (picked: File | undefined): void => {
    if (picked === undefined) return;
    setFile(picked);
    onChosen(undefined);
    if (picked.size <= MOST_BYTES) look.mutate(picked);
  };
  return (
    <div className="lt-stack">
      <div className="lt-row">
        <Button loading={look.isPending} onClick={() => input.current?.click()}>
          {t('chooseFile')}
        </Button>
        <span className="lt-quiet">{file?.name ?? t('chooseHint')}</span>
        <input ref={input} type="file" hidden accept=".cer,.crt,.pem,.der" aria-label={t('chooseFile')} onChange={(event) => take(event.target.files?.[0])} />
      </div>
      {isTooLarge ? <Banner tone="danger">{t('tooLarge')}</Banner> : <ProblemBanner error={look.error} />}
    </div>
  );
}

function InFile({ found }: { found: TrustFileReply['certificates'] }): ReactNode {
  const t = useT(messages);
  return (
    <section className="lt-trust-file" aria-label={t('inFile', { count: found.length })}>
      <p>
        <strong>{t('inFile', { count: found.length })}.</strong> {t('compare')}
      </p>
      <ul tabIndex={0} aria-label={t('inFile', { count: found.length })}>
        {found.map((each) => (
          <li key={each.fingerprint}>
            <span className="lt-trust-file__name">{each.name}</span>
            <span className="lt-quiet">{each.subject}</span>
            <span className="lt-quiet">{[t('until', { to: formatDate(each.validTo) }), ...(each.isRoot ? [] : [t('isIntermediate')]), ...(each.isTrusted ? [t('isTrusted')] : [])].join(' · ')}</span>
            <Figures text={each.fingerprint} />
          </li>
        ))}
      </ul>
    </section>
  );
}
