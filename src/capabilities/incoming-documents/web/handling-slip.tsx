import Printer from 'lucide-react/icons/printer';
import type { ReactNode } from 'react';
import { Button } from '#ui/controls/button.tsx';
import { formatDate, formatDateTime } from '#ui/format.ts';
import { useT } from '#ui/i18n.ts';
import { useSession } from '#ui/session-context.tsx';
import type { AssignmentView, IncomingDetail } from '../contract.ts';
import { handlingMessages } from './handling-messages.ts';
import './handling.css';

/** The slip of 30/2020/NĐ-CP App. IV.VII in its three parts, to print and to put into the file. */
export function HandlingSlip({ document }: { document: IncomingDetail }): ReactNode {
  const t = useT(handlingMessages);
  const { agency } = useSession();
  const { assignments, result, completedAt, reportedAt } = document.handling;
  const given = assignments.filter(({ state }) => state !== 'ended' && state !== 'released');
  const proposals = assignments.filter((part) => part.progress !== null);
  return (
    <section className="lt-slip">
      <p className="lt-slip__agency">{agency.name}</p>
      <h2>{t('slipTitle')}</h2>
      <p>{t('slipDocument', { type: document.typeName, number: `${document.number}/${document.notation}`, date: formatDate(document.issuedOn), sender: document.senderName, summary: document.summary })}</p>
      <p>{t('slipArrival', { number: `${String(document.arrivalNumber)}/${String(document.arrivalYear)}`, date: formatDate(document.arrivedAt) })}</p>
      <h3>{t('slipLeader')}</h3>
      <Lines parts={given.filter(({ parentId }) => parentId === null)} />
      <h3>{t('slipHead')}</h3>
      <Lines parts={given.filter(({ parentId }) => parentId !== null)} />
      <h3>{t('slipProposal')}</h3>
      {proposals.length === 0 && result === null && <p className="lt-quiet">{t('slipNone')}</p>}
      {proposals.map(({ id, assignee, progress }) => (
        <p key={id}>
          {progress?.text} <span className="lt-quiet">{t('slipBy', { name: assignee.name, at: formatDateTime(progress?.at ?? '') })}</span>
        </p>
      ))}
      {result !== null && (
        <p>
          {[t(`result.${result.kind}`), result.text].filter((text) => text !== '').join('. ')}{' '}
          <span className="lt-quiet">{t('slipBy', { name: result.by, at: formatDateTime(reportedAt ?? completedAt ?? '') })}</span>
        </p>
      )}
      <Button icon={Printer} onClick={() => window.print()}>
        {t('print')}
      </Button>
    </section>
  );
}

/** Each instruction once, with everybody whom it names. */
function Lines({ parts }: { parts: readonly AssignmentView[] }): ReactNode {
  const t = useT(handlingMessages);
  if (parts.length === 0) return <p className="lt-quiet">{t('slipNone')}</p>;
  const words = [...new Set(parts.map(({ instruction, assignedBy, assignedAt }) => JSON.stringify([instruction, assignedBy.name, assignedAt])))];
  return words.map((key) => {
    const named = parts.filter(({ instruction, assignedBy, assignedAt }) => JSON.stringify([instruction, assignedBy.name, assignedAt]) === key);
    const [first] = named;
    return (
      <div key={key} className="lt-slip__word">
        <p>{first?.instruction}</p>
        <ul>
          {named.map((part) => (
            <li key={part.id}>{t('slipLine', { name: part.assignee.name, title: part.assignee.title, role: t(`role.${part.role}`).toLocaleLowerCase(), due: formatDate(part.dueAt) })}</li>
          ))}
        </ul>
        <p className="lt-quiet">{t('slipBy', { name: first === undefined ? '' : `${first.assignedBy.title} ${first.assignedBy.name}`, at: formatDateTime(first?.assignedAt ?? '') })}</p>
      </div>
    );
  });
}
