import Download from 'lucide-react/icons/download';
import type { ReactNode } from 'react';
import { useT } from '#ui/i18n.ts';
import '#ui/controls/button.css';
import { guestMessages } from './guest-messages.ts';

/** The evidence package of a letter, as a file. */
export function EvidenceLink({ href }: { href: string }): ReactNode {
  const t = useT(guestMessages);
  return (
    <a className="lt-button lt-button--quiet" href={href} download>
      <span className="lt-button__content">
        <Download size={16} aria-hidden="true" /> {t('evidence')}
      </span>
    </a>
  );
}
