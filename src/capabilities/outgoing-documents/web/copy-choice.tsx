import { useQuery } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import type { CopyView, IncomingDetail } from '#capabilities/incoming-documents/contract.ts';
import type { CapabilitiesView, UploadView } from '#engines/files/contract.ts';
import { useApi } from '#ui/api-context.tsx';
import { FileDrop } from '#ui/controls/file-drop.tsx';
import { RadioGroup } from '#ui/controls/radio-group.tsx';
import { useUploads } from '#ui/controls/uploads.ts';
import { useT } from '#ui/i18n.ts';
import { copyMessages } from './copy-messages.ts';

type Source = CopyView['source'];
type Kind = CopyView['kind'];

export type CopyChoice = {
  source: Source | undefined;
  kind: Kind | undefined;
  extractUploadId: string | undefined;
  uploads: ReturnType<typeof useExtract>;
  setSource: (source: Source) => void;
  setKind: (kind: Kind) => void;
};

/** What is copied and how: at first as the copy that was begun, else the first that the law knows. */
export function useCopyChoice({ copies }: IncomingDetail, begun: CopyView | undefined): CopyChoice {
  const choices = copies.choices.filter(({ kinds }) => kinds.length > 0);
  const [chosenSource, setSource] = useState<Source | undefined>(begun?.source);
  const [chosenKind, setKind] = useState<Kind | undefined>(begun?.kind);
  const uploads = useExtract();
  const choice = choices.find(({ source }) => source === chosenSource) ?? choices[0];
  const kind = choice?.kinds.find((each) => each === chosenKind) ?? choice?.kinds[0];
  const uploaded = uploads.items.find(({ state }) => state === 'done')?.result?.id;
  const kept = begun?.kind === 'extract' ? begun.base.extractUploadId : null;
  return { source: choice?.source, kind, extractUploadId: kind === 'extract' ? (uploaded ?? kept ?? undefined) : undefined, uploads, setSource, setKind };
}

/** The kinds that the law allows are offered; of the others it says why not where somebody might look for them. */
export function CopyFields({ document, choice, isKept, fileError }: { document: IncomingDetail; choice: CopyChoice; isKept: boolean; fileError: string | undefined }): ReactNode {
  const t = useT(copyMessages);
  const sources = document.copies.choices.filter(({ kinds }) => kinds.length > 0);
  const kinds = sources.find(({ source }) => source === choice.source)?.kinds ?? [];
  return (
    <>
      {document.medium === 'paper' && (
        <RadioGroup
          label={t('sourceLabel')}
          value={choice.source}
          onChange={choice.setSource}
          options={sources.flatMap(({ source }) => (source === 'electronic' ? [] : [{ value: source, label: t(source), hint: t(`${source}Hint`) }]))}
        />
      )}
      <RadioGroup label={t('kindLabel')} value={choice.kind} onChange={choice.setKind} options={kinds.map((kind) => ({ value: kind, label: t(kind), hint: t(`${kind}Hint`) }))} />
      {choice.source !== undefined && <p className="lt-quiet">{t(choice.source === 'electronic' ? 'whyElectronic' : choice.source === 'master' ? 'whyMaster' : 'whyCertified-copy')}</p>}
      {choice.kind === 'extract' && <FileDrop label={t('extractFile')} {...(isKept ? { hint: t('extractKept') } : {})} required={!isKept} uploads={choice.uploads} error={fileError} />}
    </>
  );
}

function useExtract() {
  const api = useApi();
  const capabilities = useQuery({ queryKey: ['files', 'capabilities'], staleTime: 300_000, queryFn: ({ signal }) => api.get<CapabilitiesView>('/api/v1/files/capabilities', { signal }) });
  const mostBytes = capabilities.data?.uploadLimitBytes;
  return useUploads<UploadView>({
    send: (file, options) => api.upload<UploadView>('/api/v1/uploads', file, options),
    rules: { endings: ['.pdf'], mostFiles: 1, ...(mostBytes === undefined ? {} : { mostBytes }) },
  });
}
