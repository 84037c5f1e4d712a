import type { ReactNode } from 'react';
import { defineMessages, useT } from '../i18n.ts';
import { Skeleton, SkeletonGroup } from '../feedback/skeleton.tsx';
import { Timeline } from './timeline.tsx';

/** One entry of the audit record, as its contract sends it. */
export type RecordEntry = {
  id: string;
  at: string;
  text: string;
  actorName: string | null;
  actorTitle: string | null;
  onBehalfOf: string | null;
  evidence: { leafHash: string; sealedInTree: number | null; sha256: string | null };
};

const messages = defineMessages({
  vi: { label: 'Nhật ký văn bản', leaf: 'Mã băm bản ghi', seal: 'Niêm phong', sealed: 'Trong cây nhật ký đã ký, cỡ {size}', waiting: 'Chờ niêm phong trong vài giây', file: 'Mã băm tệp (SHA-256)' },
  en: { label: 'Record of the document', leaf: 'Hash of the entry', seal: 'Seal', sealed: 'In the signed log of size {size}', waiting: 'To be sealed within seconds', file: 'Hash of the file (SHA-256)' },
});

/** The audit record of a thing: who did what when, in which post, on whose behalf, with what proves it. */
export function RecordTimeline({ entries }: { entries: readonly RecordEntry[] | undefined }): ReactNode {
  const t = useT(messages);
  if (entries === undefined) {
    return (
      <SkeletonGroup>
        <Skeleton width="24ch" />
        <Skeleton width="32ch" />
        <Skeleton width="20ch" />
      </SkeletonGroup>
    );
  }
  return (
    <Timeline
      label={t('label')}
      events={entries.map((entry) => ({
        id: entry.id,
        at: entry.at,
        person: entry.actorName === null ? undefined : { name: entry.actorName, post: entry.actorTitle ?? undefined, onBehalfOf: entry.onBehalfOf ?? undefined },
        text: withoutActor(entry),
        evidence: [
          { label: t('leaf'), value: <code>{entry.evidence.leafHash}</code> },
          { label: t('seal'), value: entry.evidence.sealedInTree === null ? t('waiting') : t('sealed', { size: entry.evidence.sealedInTree }) },
          ...(entry.evidence.sha256 === null ? [] : [{ label: t('file'), value: <code>{entry.evidence.sha256}</code> }]),
        ],
      }))}
    />
  );
}

/** A sentence that begins with whoever stands before it already goes on with the verb. */
function withoutActor({ text, actorName }: RecordEntry): string {
  if (actorName === null || !text.startsWith(`${actorName} `)) return text;
  const rest = text.slice(actorName.length + 1);
  return rest.charAt(0).toLocaleUpperCase('vi') + rest.slice(1);
}
