import type { ReactNode } from 'react';
import { formatDateTime } from '#ui/format.ts';
import { useT } from '#ui/i18n.ts';
import type { OpinionView } from '../contract.ts';
import { messages } from './messages.ts';
import './opinion-list.css';

/** What people said about the document when they returned or initialled it, the newest last; said in another's place, both are named. */
export function OpinionList({ opinions }: { opinions: readonly OpinionView[] }): ReactNode {
  const t = useT(messages);
  if (opinions.length === 0) return <p className="lt-quiet">{t('noOpinions')}</p>;
  return (
    <ol className="lt-opinions">
      {opinions.map(({ id, kind, person, onBehalfOf, saidAt, text }) => (
        <li key={id}>
          <p className="lt-quiet">
            <strong>{t(`opinion.${kind}`)}</strong> · {person.title} {person.name}
            {onBehalfOf === null ? '' : `, ${t('onBehalfOf', onBehalfOf)}`} · <time dateTime={saidAt}>{formatDateTime(saidAt)}</time>
          </p>
          <p>{text}</p>
        </li>
      ))}
    </ol>
  );
}
