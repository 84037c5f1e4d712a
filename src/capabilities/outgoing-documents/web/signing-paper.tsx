import { useRef, useState, type ReactNode } from 'react';
import { Select } from '#ui/controls/select.tsx';
import { useT } from '#ui/i18n.ts';
import { PdfViewer, type PdfPlacing, type Placement } from '#ui/pdf/pdf-viewer.tsx';
import type { OutgoingDetail } from '../contract.ts';
import { roomMessages } from './signing-room-messages.ts';
import './signing-room.css';

/** The document page by page, with the frame of the signature; its attachments open in the same place. */
export function SigningPaper({ document, placing }: { document: OutgoingDetail; placing: PdfPlacing | undefined }): ReactNode {
  const t = useT(roomMessages);
  const paper = useRef<HTMLDivElement>(null);
  const [chosen, setChosen] = useState<string>();
  const files = document.files.filter((file) => file.role !== 'source');
  const readable = files.filter((file) => file.mediaType === 'application/pdf').toSorted((a, b) => Number(b.role === 'main') - Number(a.role === 'main'));
  const others = files.filter((file) => file.mediaType !== 'application/pdf');
  const shown = readable.find((file) => file.id === chosen) ?? readable[0];
  return (
    <div className="lt-signing__paper" ref={paper}>
      {files.length > 1 && (
        <div className="lt-signing__files">
          <Select
            label={t('files')}
            hideLabel
            value={shown?.id}
            onChange={setChosen}
            options={readable.map((file) => ({ value: file.id, label: file.role === 'main' ? `${t('mainFile')}: ${file.name}` : `${t('attachments')}: ${file.name}` }))}
          />
          {others.map((file) => (
            <a key={file.id} href={`/api/v1/files/${file.fileId}`} target="_blank" rel="noreferrer">
              {t('download')}: {file.name}
            </a>
          ))}
        </div>
      )}
      <div className="lt-work__paper">
        {shown !== undefined && <PdfViewer key={shown.fileId} source={{ url: `/api/v1/files/${shown.fileId}` }} name={shown.name} placing={shown.role === 'main' ? placing : undefined} />}
      </div>
    </div>
  );
}

/** A frame keeps the size that was found for it. */
export function sameSize({ width, height }: Placement): { width: number; height: number } {
  return { width, height };
}
