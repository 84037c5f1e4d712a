import X from 'lucide-react/icons/x';
import type { ReactNode } from 'react';
import { IconButton } from '#ui/controls/icon-button.tsx';
import { formatBytes } from '#ui/format.ts';
import { useLanguage, useT } from '#ui/i18n.ts';
import '#ui/layout/form.css';
import type { OutgoingDetail } from '../contract.ts';
import { draftMessages } from './draft-messages.ts';

/** The files that a draft already has; attachments can be taken away. */
export function KeptFiles({ files, onRemove }: { files: OutgoingDetail['files']; onRemove: (id: string) => void }): ReactNode {
  const t = useT(draftMessages);
  const { language } = useLanguage();
  if (files.length === 0) return null;
  return (
    <ul className="lt-files">
      {files.map((file) => (
        <li key={file.id}>
          <a href={`/api/v1/files/${file.fileId}`} target="_blank" rel="noreferrer">
            {file.role === 'main' ? t('current', { name: file.name }) : file.name}
          </a>{' '}
          <span className="lt-quiet">{formatBytes(file.sizeBytes, language)}</span>
          {file.role === 'attachment' && <IconButton icon={X} size="small" label={t('removed', { name: file.name })} onClick={() => onRemove(file.id)} />}
        </li>
      ))}
    </ul>
  );
}
