import RouteOff from 'lucide-react/icons/route-off';
import type { ReactNode } from 'react';
import { ApiError } from '../api-context.tsx';
import { Button } from '../controls/button.tsx';
import { defineMessages, useT } from '../i18n.ts';
import './states.css';

export type ErrorStateProps = {
  /** Whatever was thrown. An ApiError tells its own story; anything else is a defect and says so. */
  error: unknown;
  /** Tries the same thing again; not offered for what is not there. */
  onRetry?: (() => void) | undefined;
  /** Stands in a section instead of a whole page. */
  compact?: boolean;
};

const messages = defineMessages({
  vi: {
    defect: 'Màn hình này gặp lỗi ngoài dự kiến.',
    defectFix: 'Tải lại trang. Nếu vẫn lỗi, gửi nội dung dưới đây cho quản trị viên.',
    retry: 'Thử lại',
    code: 'Mã lỗi {code}',
    request: 'yêu cầu {requestId}',
  },
  en: {
    defect: 'This screen met an error that nobody expected.',
    defectFix: 'Load the page again. If it fails again, send the line below to your administrator.',
    retry: 'Try again',
    code: 'Error {code}',
    request: 'request {requestId}',
  },
});

/** What happened, what to do, and the code to tell the administrator. */
export function ErrorState({ error, onRetry, compact = false }: ErrorStateProps): ReactNode {
  const t = useT(messages);
  const known = error instanceof ApiError ? error : undefined;
  const code = known === undefined ? `ui.${error instanceof Error ? error.name : 'unknown'}` : known.code;
  return (
    <div className="lt-state lt-state--error" role="alert">
      {!compact && <RouteOff className="lt-state__sign" size={40} strokeWidth={1.5} aria-hidden="true" />}
      <p className="lt-state__title">{known?.message ?? t('defect')}</p>
      <p className="lt-state__text">{known === undefined ? t('defectFix') : known.fix}</p>
      {onRetry !== undefined && known?.status !== 404 && (
        <div className="lt-state__actions">
          <Button variant="primary" onClick={onRetry}>
            {t('retry')}
          </Button>
        </div>
      )}
      <p className="lt-state__code">
        {t('code', { code })}
        {known?.requestId !== undefined && ` · ${t('request', { requestId: known.requestId })}`}
        {known === undefined && error instanceof Error && ` · ${error.message}`}
      </p>
    </div>
  );
}
