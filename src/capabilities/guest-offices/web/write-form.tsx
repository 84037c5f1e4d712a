import { keepPreviousData, useQuery } from '@tanstack/react-query';
import Send from 'lucide-react/icons/send';
import { useRef, useState, type ReactNode } from 'react';
import type { z } from 'zod';
import { ApiError, useApi } from '#ui/api-context.tsx';
import { Button } from '#ui/controls/button.tsx';
import { Checkbox } from '#ui/controls/checkbox.tsx';
import { Combobox } from '#ui/controls/combobox.tsx';
import { DateField } from '#ui/controls/date-field.tsx';
import { FileDrop } from '#ui/controls/file-drop.tsx';
import { TextArea } from '#ui/controls/text-area.tsx';
import { TextField } from '#ui/controls/text-field.tsx';
import { useUploads } from '#ui/controls/uploads.ts';
import { UploadWaitNote, useUploadWait } from '#ui/controls/upload-wait.tsx';
import { Banner } from '#ui/feedback/banner.tsx';
import { ProblemBanner } from '#ui/feedback/problem-banner.tsx';
import { problemToast } from '#ui/feedback/problem-toast.ts';
import { useToasts } from '#ui/feedback/toast.tsx';
import { calendarDay } from '#ui/format.ts';
import { useT } from '#ui/i18n.ts';
import { useFirstProblem } from '#ui/layout/first-problem.ts';
import { useMutation } from '#ui/mutation.ts';
import { useNavigation } from '#ui/navigation.tsx';
import '#ui/layout/form.css';
import type { UploadView } from '#engines/files/contract.ts';
import type { IncomingDetail } from '#capabilities/incoming-documents/contract.ts';
import type { letterReply, RecipientList } from '../contract.ts';
import { guestMessages } from './guest-messages.ts';
import { SignFields, useKeyErrors, type KeyChoice } from './sign-fields.tsx';
import { UploadVerdict, useUploadReport } from './upload-verdict.tsx';
import { useSignLetter } from './use-sign-letter.ts';

type Answered = IncomingDetail | undefined;

/** File, recipient, what it is about: the rest is filled in already. A file without a signature is signed with the own certificate. */
export function WriteForm({ answered }: { answered: Answered }): ReactNode {
  const t = useT(guestMessages);
  const api = useApi();
  const send = (file: File, options: object) => api.upload<UploadView>('/api/v1/uploads', file, options);
  const main = useUploads<UploadView>({ send, rules: { endings: ['.pdf'], mostFiles: 1 } });
  const others = useUploads<UploadView>({ send, rules: { mostFiles: 20 } });
  const [fields, setFields] = useState({ recipientAgencyId: answered?.senderAgencyId ?? undefined, summary: '', number: '', notation: '', isNumbered: false, issuedOn: calendarDay(new Date()) });
  const set = (change: Partial<typeof fields>) => setFields((before) => ({ ...before, ...change }));
  const [key, setKey] = useState<KeyChoice>({ credentialId: undefined, pin: '' });
  const mainUploadId = main.items.find(({ state }) => state === 'done')?.result?.id;
  const report = useUploadReport(mainUploadId);
  const needsSignature = report.data?.indication === 'UNSIGNED';
  const submit = useSubmit({ key, answered, body: { ...fields, mainUploadId, attachmentUploadIds: others.items.flatMap(({ result }) => (result === undefined ? [] : [result.id])) } });
  const problem = submit.error instanceof ApiError ? submit.error : undefined;
  const form = useRef<HTMLFormElement>(null);
  useFirstProblem(form, problem);
  const keyErrors = useKeyErrors(key);
  /** Set by a press that the own key or the check of the file stopped. */
  const [stopped, setStopped] = useState<object>();
  useFirstProblem(form, stopped);
  const isIncomplete = fields.recipientAgencyId === undefined || fields.summary.trim() === '' || (fields.isNumbered && fields.number.trim() === '');
  const wait = useUploadWait({
    form,
    verb: t(needsSignature ? 'signSend' : 'send'),
    uploads: [main, others],
    content: [fields, key],
    isIncomplete,
    isChecking: mainUploadId !== undefined && (report.isPending || report.isFetching),
    go: () => {
      const isStopped = report.error !== null || (needsSignature && Object.keys(keyErrors).length > 0);
      setStopped(isStopped ? {} : undefined);
      if (report.error !== null) void report.refetch();
      // What is incomplete is refused, so that all that is missing is said at once.
      if (!isStopped || isIncomplete) submit.mutate();
    },
  });
  const shown = stopped === undefined || !needsSignature ? {} : keyErrors;
  const fileError = shown.none ?? (stopped === undefined ? undefined : report.error?.message);
  return (
    <form
      ref={form}
      className="lt-form"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (submit.isPending) return;
        submit.reset();
        wait.press();
      }}
    >
      {problem?.fields.length === 0 && <ProblemBanner error={problem} />}
      {answered !== undefined && <Banner title={t('replyTo', { label: labelOf(answered) })}>{answered.summary}</Banner>}
      <FileDrop label={t('main')} hint={t('mainHint')} required uploads={main} error={fileError ?? wait.errorOf(main, problem?.fieldMessage('mainUploadId'))} />
      <UploadVerdict uploadId={mainUploadId} />
      {needsSignature && <SignFields value={key} onChange={setKey} errors={shown} />}
      <RecipientField answered={answered} value={fields.recipientAgencyId} onChange={(recipientAgencyId) => set({ recipientAgencyId })} error={problem?.fieldMessage('recipientAgencyId')} />
      <TextArea label={t('summary')} required rows={2} maxLength={500} value={fields.summary} onChange={(summary) => set({ summary })} error={problem?.fieldMessage('summary')} />
      <Checkbox label={t('noNumber')} checked={!fields.isNumbered} onChange={(has) => set({ isNumbered: !has })} />
      <div className="lt-fields">
        {fields.isNumbered && (
          <>
            <TextField label={t('number')} required value={fields.number} onChange={(number) => set({ number })} error={problem?.fieldMessage('number')} />
            <TextField label={t('notation')} value={fields.notation} onChange={(notation) => set({ notation })} error={problem?.fieldMessage('notation')} />
          </>
        )}
        <DateField label={t('issuedOn')} required value={fields.issuedOn} max={calendarDay(new Date())} onChange={(issuedOn) => set({ issuedOn: issuedOn ?? fields.issuedOn })} error={problem?.fieldMessage('issuedOn')} />
      </div>
      <FileDrop label={t('others')} hint={t('othersHint')} uploads={others} multiple error={wait.errorOf(others)} />
      <div className="lt-form__actions">
        <Button type="submit" variant="primary" icon={Send} loading={wait.isWaiting || submit.isPending}>
          {t(needsSignature ? 'signSend' : 'send')}
        </Button>
        <UploadWaitNote note={wait.note} />
      </div>
    </form>
  );
}

const labelOf = ({ number, notation }: IncomingDetail): string => `${number}/${notation}`;

type Body = { recipientAgencyId: string | undefined; summary: string; number: string; notation: string; isNumbered: boolean; issuedOn: string; mainUploadId: string | undefined; attachmentUploadIds: string[] };

/** Writes the letter, and signs it where its file bears no signature. What was written but not signed stands under “Sent”, to be signed there. */
function useSubmit({ key, answered, body }: { key: KeyChoice; answered: Answered; body: Body }) {
  const t = useT(guestMessages);
  const api = useApi();
  const toasts = useToasts();
  const { navigate } = useNavigation();
  const sign = useSignLetter();
  return useMutation({
    mutationFn: async () => {
      const { isNumbered, number, notation, ...rest } = body;
      const letter = await api.post<z.infer<typeof letterReply>>('/api/v1/guest-offices/letters', {
        ...rest,
        number: isNumbered ? number : null,
        notation: isNumbered ? notation : null,
        replyTo: answered === undefined || answered.messageId === null ? null : { documentId: answered.id, messageId: answered.messageId, label: labelOf(answered) },
      });
      if (letter.state === 'sent') return { ...letter, unsigned: undefined };
      const unsigned = await sign.mutateAsync({ id: letter.id, key }).then(
        () => undefined,
        (error: unknown) => (error instanceof Error ? error : new Error(String(error))),
      );
      return { ...letter, unsigned };
    },
    onSuccess: ({ id, state, unsigned }) => {
      if (state === 'sent') toasts.show({ tone: 'done', text: t('sentToast') });
      if (unsigned !== undefined) toasts.show(problemToast(unsigned));
      navigate(`/da-gui/${id}`);
    },
  });
}

type RecipientProps = { answered: Answered; value: string | undefined; onChange: (id: string | undefined) => void; error: string | undefined };

function RecipientField({ answered, value, onChange, error }: RecipientProps): ReactNode {
  const t = useT(guestMessages);
  const api = useApi();
  const [typed, setTyped] = useState('');
  const found = useQuery({
    queryKey: ['guest-offices', 'recipients', typed],
    staleTime: 60_000,
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => api.get<RecipientList>('/api/v1/guest-offices/recipients', { signal, query: { text: typed } }),
  });
  const [known, setKnown] = useState(answered === undefined || answered.senderAgencyId === null ? undefined : { value: answered.senderAgencyId, label: answered.senderName });
  const options = (found.data?.agencies ?? []).map(({ id, name, code }) => ({ value: id, label: name, ...(code === null ? {} : { hint: code }) }));
  const all = known === undefined || options.some((option) => option.value === known.value) ? options : [known, ...options];
  return (
    <Combobox
      label={t('recipient')}
      hint={t('recipientHint')}
      required
      options={all}
      value={value}
      onChange={(id) => {
        setKnown(all.find((option) => option.value === id));
        onChange(id);
      }}
      onType={setTyped}
      loading={found.isPending}
      error={error}
    />
  );
}
