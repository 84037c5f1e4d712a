import type { ReactNode } from 'react';
import { useApi } from '#ui/api-context.tsx';
import { FileDrop } from '#ui/controls/file-drop.tsx';
import { useUploads } from '#ui/controls/uploads.ts';
import { useT } from '#ui/i18n.ts';
import type { UploadView } from '#engines/files/contract.ts';
import { ChangeDialog } from './change-dialog.tsx';
import { nationalMessages } from './national-messages.ts';

/** Begins to read the national list from a file; the reading itself goes on without the browser. */
export function NationalImportDialog({ onClose }: { onClose: () => void }): ReactNode {
  const t = useT(nationalMessages);
  const api = useApi();
  const uploads = useUploads<UploadView>({ send: (file, options) => api.upload<UploadView>('/api/v1/uploads', file, options), rules: { endings: ['.json', '.csv'], mostFiles: 1 } });
  const uploadId = uploads.items.find((item) => item.state === 'done')?.result?.id;
  return (
    <ChangeDialog
      title={t('importTitle')}
      consequence={t('importConsequence')}
      verb={t('begin')}
      done={t('importStarted')}
      send={() => api.post('/api/v1/accounts/national-directory/imports', { uploadId })}
      onClose={onClose}
      uploads={[uploads]}
    >
      {(problem, errorOf) => <FileDrop label={t('chooseFile')} hint={t('chooseHint')} required uploads={uploads} multiple={false} error={errorOf(uploads, problem('uploadId'))} />}
    </ChangeDialog>
  );
}
