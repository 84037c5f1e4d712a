import { useEffect, useState, type ReactNode } from 'react';
import { Button } from '#ui/controls/button.tsx';
import { Banner } from '#ui/feedback/banner.tsx';
import { useT } from '#ui/i18n.ts';
import { AgentSigning } from './agent-signing.tsx';
import './await-signature.css';
import { batchMessages } from './batch-messages.ts';
import type { Batch, BatchEntry } from './use-batch.ts';
import { useOwnSigning } from './use-own-signing.ts';

type Props = { batch: Batch; /** A document's turn has come. */ onTurn: (documentId: string) => void; onClose: () => void };

/**
 * Several documents with a token at this computer: the programs take one hash at a time (VGCA's SignMsg, the plugin's signHash), so that each
 * document is its own call, and the next begins when the one before is signed. After a stop the next waits for the person to begin again.
 */
export function BatchAgent({ batch, onTurn, onClose }: Props): ReactNode {
  const t = useT(batchMessages);
  /** How many were signed when the person stopped: with the next one that is signed, the others begin by themselves again. */
  const [stoppedAfter, setStoppedAfter] = useState(-1);
  const entry = batch.entries.find(({ result }) => result?.state === 'pending');
  const documentId = entry?.row.id;
  useEffect(() => {
    if (documentId !== undefined) onTurn(documentId);
  }, [documentId, onTurn]);
  if (entry === undefined) return null;
  const done = batch.entries.filter(({ result }) => result?.state === 'signed').length;
  const end = (how: 'signed' | 'stopped') => (): void => {
    if (how === 'stopped') setStoppedAfter(done);
    batch.settle(entry.row.id, how);
  };
  const left = batch.entries.filter(({ result }) => result?.state === 'pending').length;
  return (
    <section className="lt-await" aria-label={t('inTurn')}>
      <div role="status">
        <Banner title={t('progress', { done, all: done + left })}>{t('keepOpen')}</Banner>
      </div>
      <p>{entry.row.summary}</p>
      <OneOfSeveral key={entry.row.id} entry={entry} isFresh={done > stoppedAfter} onSigned={end('signed')} onStopped={end('stopped')} />
      <div className="lt-form__actions">
        <Button variant="plain" onClick={onClose}>
          {t('back')}
        </Button>
      </div>
    </section>
  );
}

type OneProps = { entry: BatchEntry; isFresh: boolean; onSigned: () => void; onStopped: () => void };

function OneOfSeveral({ entry: { row }, isFresh, onSigned, onStopped }: OneProps): ReactNode {
  const { signing, look, dismiss } = useOwnSigning(row.id, { enabled: true, onSigned });
  if (signing === undefined) return null;
  const stop = (): void => {
    dismiss();
    onStopped();
  };
  return <AgentSigning signing={signing} order={{ kind: row.act === 'initial' ? 'comment' : 'approved' }} isFresh={isFresh} look={look} onStopped={stop} />;
}
