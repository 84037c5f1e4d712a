import Lock from 'lucide-react/icons/lock';
import type { ReactNode } from 'react';
import { defineMessages, useT } from '../i18n.ts';
import './states.css';

const messages = defineMessages({
  vi: {
    title: 'Chức danh hiện tại của bạn không xem được nội dung này',
    text: 'Nếu bạn còn chức danh khác, hãy chuyển chức danh ở góc trên. Nếu không, hãy liên hệ quản trị viên của cơ quan.',
  },
  en: {
    title: 'Your present post may not see this',
    text: 'If you hold another post, switch to it at the top. Otherwise ask your agency’s administrator.',
  },
});

/** A door that is closed for this post, and where the key is. */
export function Forbidden(): ReactNode {
  const t = useT(messages);
  return (
    <div className="lt-state">
      <Lock className="lt-state__sign" size={40} strokeWidth={1.5} aria-hidden="true" />
      <p className="lt-state__title">{t('title')}</p>
      <p className="lt-state__text">{t('text')}</p>
    </div>
  );
}
