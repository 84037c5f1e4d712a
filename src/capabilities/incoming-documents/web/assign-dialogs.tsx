import { useState, type ReactNode } from 'react';
import { Checkbox } from '#ui/controls/checkbox.tsx';
import { Combobox, MultiCombobox } from '#ui/controls/combobox.tsx';
import { DateField } from '#ui/controls/date-field.tsx';
import { Select } from '#ui/controls/select.tsx';
import { TextArea } from '#ui/controls/text-area.tsx';
import { calendarDay } from '#ui/format.ts';
import { useT } from '#ui/i18n.ts';
import '#ui/layout/form.css';
import type { IncomingDetail } from '../contract.ts';
import { urgencies } from '../domain/states.ts';
import { handlingMessages } from './handling-messages.ts';
import { messages } from './messages.ts';
import { StepDialog } from './step-dialog.tsx';
import { labelOf, useHandlers } from './use-handlers.ts';

type Props = { document: IncomingDetail; onClose: () => void };

/** The clerk chooses who instructs; with one leader only, that one is chosen already. */
export function SubmitDialog({ document, onClose }: Props): ReactNode {
  const t = useT(handlingMessages);
  const leaders = useHandlers().data?.leaders ?? [];
  const [chosen, setChosen] = useState<string>();
  const [note, setNote] = useState('');
  const leaderPostId = chosen ?? (leaders.length === 1 ? leaders[0]?.postId : undefined);
  return (
    <StepDialog title={t('submitTitle')} text={t('submitText')} verb={t('submit')} documentId={document.id} step="submit" done={({ handling: { leader } }) => t('submittedToast', { name: leader === null ? '' : `${leader.title} ${leader.name}` })} body={{ leaderPostId, note }} disabled={leaderPostId === undefined} onClose={onClose}>
      {(problem) => (
        <>
          <Select label={t('leader')} required placeholder={t('chooseLeader')} value={leaderPostId} onChange={setChosen} options={leaders.map((leader) => ({ value: leader.postId, label: labelOf(leader) }))} />
          <TextArea label={t('note')} optional rows={3} maxLength={1000} value={note} onChange={setNote} error={problem('note')} />
        </>
      )}
    </StepDialog>
  );
}

/** The leader’s instruction, who has the main part and who co-operates, by when. */
export function AssignDialog({ document, onClose }: Props): ReactNode {
  const t = useT(handlingMessages);
  const tMain = useT(messages);
  const assignees = useHandlers().data?.assignees;
  const [instruction, setInstruction] = useState('');
  const [mainPostId, setMain] = useState<string>();
  const [cooperatingPostIds, setCooperating] = useState<readonly string[]>([]);
  const [dueOn, setDue] = useState<string | undefined>(document.handling.proposedDue);
  const [urgency, setUrgency] = useState(document.urgency);
  const [isReviewed, setReviewed] = useState(document.handling.isReviewed);
  const again = document.state !== 'submitted';
  const options = (assignees ?? []).map((person) => ({ value: person.postId, label: person.name, hint: person.title, group: person.unitName ?? '' }));
  return (
    <StepDialog
      title={t('assignTitle')}
      text={t(again ? 'reassignText' : 'assignText')}
      verb={t(again ? 'reassign' : 'assign')}
      documentId={document.id}
      step="assign"
      done={({ handlerName }) => t('assignedToast', { name: handlerName ?? '' })}
      body={{ instruction, mainPostId, cooperatingPostIds, dueOn, urgency, isReviewed }}
      disabled={mainPostId === undefined || dueOn === undefined}
      onClose={onClose}
    >
      {(problem) => (
        <>
          <TextArea label={t('instruction')} required rows={3} maxLength={1000} value={instruction} onChange={setInstruction} error={problem('instruction')} />
          <Combobox label={t('main')} required placeholder={t('chooseMain')} options={options.filter(({ value }) => !cooperatingPostIds.includes(value))} value={mainPostId} onChange={setMain} loading={assignees === undefined} />
          <MultiCombobox label={t('cooperating')} optional options={options.filter(({ value }) => value !== mainPostId)} values={cooperatingPostIds} onChange={setCooperating} loading={assignees === undefined} />
          <div className="lt-fields">
            <DateField label={t('dueOn')} required value={dueOn} onChange={setDue} min={calendarDay(new Date())} error={problem('dueOn')} />
            <Select label={t('urgency')} value={urgency} onChange={setUrgency} options={urgencies.map((value) => ({ value, label: tMain(value) }))} />
          </div>
          <Checkbox label={t('isReviewed')} hint={t('isReviewedHint')} checked={isReviewed} onChange={setReviewed} />
        </>
      )}
    </StepDialog>
  );
}

/** The head of a unit names somebody of the unit. */
export function PassDialog({ document, onClose }: Props): ReactNode {
  const t = useT(handlingMessages);
  const handlers = useHandlers();
  const own = (handlers.data?.assignees ?? []).filter(({ isOwnUnit }) => isOwnUnit);
  const [postId, setPost] = useState<string>();
  const [instruction, setInstruction] = useState('');
  const [dueOn, setDue] = useState<string>();
  const empty = handlers.data !== undefined && own.length === 0;
  return (
    <StepDialog
      title={t('passTitle')}
      text={t(empty ? 'nobodyInUnit' : 'passText')}
      verb={t('pass')}
      documentId={document.id}
      step="pass"
      done={t('passedToast')}
      body={{ postId, instruction, ...(dueOn === undefined ? {} : { dueOn }) }}
      disabled={postId === undefined}
      onClose={onClose}
    >
      {(problem) => (
        <>
          <Select label={t('assignee')} required placeholder={t('chooseAssignee')} value={postId} onChange={setPost} options={own.map((person) => ({ value: person.postId, label: labelOf(person) }))} />
          <TextArea label={t('instruction')} required rows={3} maxLength={1000} value={instruction} onChange={setInstruction} error={problem('instruction')} />
          <DateField label={t('dueOn')} optional value={dueOn} onChange={setDue} min={calendarDay(new Date())} error={problem('dueOn')} />
        </>
      )}
    </StepDialog>
  );
}
