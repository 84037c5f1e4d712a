import { useState, type ReactNode } from 'react';
import { DateField } from '#ui/controls/date-field.tsx';
import { RadioGroup } from '#ui/controls/radio-group.tsx';
import { Select } from '#ui/controls/select.tsx';
import { TextArea } from '#ui/controls/text-area.tsx';
import { calendarDay } from '#ui/format.ts';
import { useT } from '#ui/i18n.ts';
import type { IncomingDetail } from '../contract.ts';
import { results } from '../domain/states.ts';
import { handlingMessages } from './handling-messages.ts';
import { StepDialog } from './step-dialog.tsx';

type Props = { document: IncomingDetail; onClose: () => void };

const texts = {
  return: { title: 'returnTitle', text: 'returnText', verb: 'return', field: 'reason', done: 'returnedToast' },
  returnResult: { title: 'returnResultTitle', text: 'returnResultText', verb: 'return', field: 'reason', done: 'returnedToast' },
  release: { title: 'releaseTitle', text: 'releaseText', verb: 'release', field: 'reason', done: 'releasedToast' },
  progress: { title: 'progressTitle', text: 'progressText', verb: 'progress', field: 'content', done: 'progressToast' },
  advise: { title: 'adviseTitle', text: 'adviseText', verb: 'advise', field: 'content', done: 'advisedToast' },
} as const;

/** A step that is said in words: giving back, noting, advising. */
export function TextStepDialog({ document, kind, onClose }: Props & { kind: keyof typeof texts }): ReactNode {
  const t = useT(handlingMessages);
  const words = texts[kind];
  const [text, setText] = useState('');
  return (
    <StepDialog title={t(words.title)} text={t(words.text)} verb={t(words.verb)} documentId={document.id} step={words.verb} done={t(words.done)} body={{ text }} onClose={onClose}>
      {(problem) => <TextArea label={t(words.field)} required rows={4} maxLength={1000} value={text} onChange={setText} error={problem('text')} />}
    </StepDialog>
  );
}

export function ExtendDialog({ document, onClose }: Props): ReactNode {
  const t = useT(handlingMessages);
  const [dueOn, setDue] = useState<string | undefined>();
  const [reason, setReason] = useState('');
  return (
    <StepDialog title={t('extendTitle')} text={t('extendText')} verb={t('extend')} documentId={document.id} step="extend" done={t('extendedToast')} body={{ dueOn, reason }} disabled={dueOn === undefined} onClose={onClose}>
      {(problem) => (
        <>
          <DateField label={t('dueOn')} required value={dueOn} onChange={setDue} min={calendarDay(new Date())} error={problem('dueOn')} />
          <TextArea label={t('reason')} required rows={3} maxLength={1000} value={reason} onChange={setReason} error={problem('reason')} />
        </>
      )}
    </StepDialog>
  );
}

type Result = (typeof results)[number];

/** What came of it. A reply that is issued is chosen already. */
export function CompleteDialog({ document, verb, onClose }: Props & { verb: 'complete' | 'report' }): ReactNode {
  const t = useT(handlingMessages);
  const issued = document.handling.replies.filter(({ number }) => number !== null);
  const isLeader = document.state === 'submitted';
  const [result, setResult] = useState<Result>(isLeader ? 'information' : issued.length > 0 ? 'answered' : 'done');
  const [text, setText] = useState('');
  const [replyId, setReply] = useState<string | undefined>(issued.at(-1)?.id);
  const body = { result, text, ...(result === 'answered' && replyId !== undefined ? { replyId } : {}) };
  return (
    <StepDialog title={t(`${verb}Title`)} text={t(`${verb}Text`)} verb={t(verb)} documentId={document.id} step={verb} done={t(verb === 'complete' ? 'completedToast' : 'reportedToast')} body={body} disabled={result === 'answered' && replyId === undefined} onClose={onClose}>
      {(problem) => (
        <>
          <RadioGroup
            label={t('result')}
            value={result}
            onChange={setResult}
            options={results.map((value) => ({ value, label: t(`result.${value}`), ...(value === 'answered' && issued.length === 0 ? { disabled: true, hint: t('noIssuedReply') } : {}) }))}
          />
          {result === 'answered' && <Select label={t('replyChosen')} required value={replyId} onChange={setReply} options={issued.map((reply) => ({ value: reply.id, label: `${reply.number ?? ''} ${reply.summary}` }))} />}
          <TextArea label={t('resultText')} {...(result === 'done' ? { required: true } : { optional: true })} rows={3} maxLength={2000} value={text} onChange={setText} error={problem('text')} />
        </>
      )}
    </StepDialog>
  );
}
