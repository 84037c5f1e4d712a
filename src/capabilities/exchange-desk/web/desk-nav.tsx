import type { ReactNode } from 'react';
import { useT } from '#ui/i18n.ts';
import { Link, useNavigation } from '#ui/navigation.tsx';
import { useAbility } from '#ui/session-context.tsx';
import { deskMessages } from './desk-messages.ts';
import './desk.css';

/** The parts of the desk, on top of each of them. */
export function DeskNav(): ReactNode {
  const t = useT(deskMessages);
  const { path } = useNavigation();
  const mayWatch = useAbility('exchange-desk.watch');
  const parts = [...(mayWatch ? [['/lien-thong', 'troubles'] as const] : []), ['/lien-thong/chua-gui', 'unsent'], ['/lien-thong/luong', 'flow'], ['/lien-thong/thong-ke', 'statistics'], ['/lien-thong/van-ban', 'documents'], ['/lien-thong/canh-bao', 'alerts']] as const;
  return (
    <nav className="lt-desk-nav" aria-label={t('sections')}>
      {parts.map(([to, label]) => (
        <Link key={to} to={to} aria-current={path === to ? 'page' : undefined}>
          {t(label)}
        </Link>
      ))}
    </nav>
  );
}
