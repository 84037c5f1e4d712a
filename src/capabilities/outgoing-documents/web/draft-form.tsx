import Save from 'lucide-react/icons/save';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useRef, useState, type ReactNode } from 'react';
import { ApiError, useApi } from '#ui/api-context.tsx';
import { Button } from '#ui/controls/button.tsx';
import { DateField } from '#ui/controls/date-field.tsx';
import { FileDrop } from '#ui/controls/file-drop.tsx';
import { Select } from '#ui/controls/select.tsx';
import { TextArea } from '#ui/controls/text-area.tsx';
import { useUploads } from '#ui/controls/uploads.ts';
import { UploadWaitNote, useUploadWait } from '#ui/controls/upload-wait.tsx';
import { Banner } from '#ui/feedback/banner.tsx';
import { useToasts } from '#ui/feedback/toast.tsx';
import { calendarDay } from '#ui/format.ts';
import { useT } from '#ui/i18n.ts';
import { useFirstProblem } from '#ui/layout/first-problem.ts';
import { useMutation } from '#ui/mutation.ts';
import { useNavigation } from '#ui/navigation.tsx';
import '#ui/layout/form.css';
import type { CapabilitiesView, UploadView } from '#engines/files/contract.ts';
import type { DocumentTypeList } from '#engines/registers/contract.ts';
import type { z } from 'zod';
import type { IncomingDetail } from '#capabilities/incoming-documents/contract.ts';
import type { draftFields, OutgoingDetail } from '../contract.ts';
import { urgencies } from '../domain/states.ts';
import { draftMessages } from './draft-messages.ts';
import { KeptFiles } from './kept-files.tsx';
import { RecipientsField } from './recipients-field.tsx';

type Fields = z.output<typeof draftFields>;

const SECRECY = ['none', 'confidential', 'secret', 'top_secret'] as const;

function initialFields(document: OutgoingDetail | undefined): Fields {
  return {
    typeCode: document?.typeCode ?? 'cong-van',
    summary: document?.summary ?? '',
    urgency: document?.urgency ?? 'normal',
    secrecy: 'none',
    answerDue: document?.answerDue ?? null,
    recipientIds: document?.recipients.map(({ agencyId }) => agencyId) ?? [],
  };
}

/** What a reply begins with: to whom the document came from, about what it was. */
function replyFields(answered: IncomingDetail, summary: string): Fields {
  return { ...initialFields(undefined), summary, urgency: answered.urgency, recipientIds: senderOf(answered).map(({ agencyId }) => agencyId) };
}

/** To whom a reply goes: nobody yet where paper came from somebody who is in no directory. */
function senderOf({ senderAgencyId, senderName }: IncomingDetail): { agencyId: string; name: string }[] {
  return senderAgencyId === null ? [] : [{ agencyId: senderAgencyId, name: senderName }];
}

export type DraftFormProps = {
  document: OutgoingDetail | undefined;
  /** The issued document that a new one will replace. */
  replaced?: OutgoingDetail | undefined;
  /** The incoming document that a new one will answer. */
  answered?: IncomingDetail | undefined;
};

/** The form of a draft: files by drag and drop with progress and resume, what the document says of itself, and to whom it goes. */
export function DraftForm({ document, replaced, answered }: DraftFormProps): ReactNode {
  const t = useT(draftMessages);
  const api = useApi();
  const { navigate } = useNavigation();
  const toasts = useToasts();
  const queries = useQueryClient();
  const [fields, setFields] = useState(() => (answered === undefined ? initialFields(document ?? replaced) : replyFields(answered, t('answeringSummary', { number: `${answered.number}/${answered.notation}`, subject: answered.summary.replace(/^(v\/v|về việc|về)\s+/i, '') }).slice(0, 500))));
  const [replaceReason, setReplaceReason] = useState('');
  const [removedFileIds, setRemoved] = useState<readonly string[]>([]);
  const set = (change: Partial<Fields>) => setFields((before) => ({ ...before, ...change }));
  const capabilities = useQuery({ queryKey: ['files', 'capabilities'], staleTime: 300_000, queryFn: ({ signal }) => api.get<CapabilitiesView>('/api/v1/files/capabilities', { signal }) });
  const types = useQuery({ queryKey: ['registers', 'types'], staleTime: 300_000, queryFn: ({ signal }) => api.get<DocumentTypeList>('/api/v1/registers/document-types', { signal }) });
  const mostBytes = capabilities.data?.uploadLimitBytes;
  const send = (file: File, options: object) => api.upload<UploadView>('/api/v1/uploads', file, options);
  const limits = mostBytes === undefined ? {} : { mostBytes };
  const main = useUploads<UploadView>({ send, rules: { endings: capabilities.data?.docxToPdf === true ? ['.pdf', '.docx'] : ['.pdf'], mostFiles: 1, ...limits } });
  const attachments = useUploads<UploadView>({ send, rules: limits });
  const mainUploadId = main.items.find((item) => item.state === 'done')?.result?.id;
  const save = useMutation({
    mutationFn: async () => {
      const body = {
        ...fields,
        mainUploadId,
        attachmentUploadIds: attachments.items.flatMap((item) => (item.result === undefined ? [] : [item.result.id])),
      };
      const replaces = replaced === undefined ? {} : { replaces: { documentId: replaced.id, reason: replaceReason } };
      const answers = answered === undefined ? {} : { answersId: answered.id };
      if (document === undefined) return (await api.post<{ id: string }>('/api/v1/outgoing-documents', { ...body, ...replaces, ...answers })).id;
      await api.put(`/api/v1/outgoing-documents/${document.id}`, { ...body, revision: document.revision, removedFileIds });
      return document.id;
    },
    onSuccess: (id) => {
      void queries.invalidateQueries({ queryKey: ['outgoing-documents'] });
      toasts.show({ tone: 'done', text: t('saved') });
      navigate(`/van-ban-di/${id}`);
    },
  });
  const problem = save.error instanceof ApiError ? save.error : undefined;
  const form = useRef<HTMLFormElement>(null);
  useFirstProblem(form, problem);
  const wait = useUploadWait({
    form,
    verb: t('save'),
    uploads: [main, attachments],
    content: [fields, replaceReason, removedFileIds],
    isIncomplete: fields.summary.trim() === '' || (replaced !== undefined && replaceReason.trim() === ''),
    go: () => save.mutate(),
  });
  const kept = document?.files.filter((file) => !removedFileIds.includes(file.id)) ?? [];
  return (
    <form
      ref={form}
      className="lt-form"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (save.isPending) return;
        save.reset();
        wait.press();
      }}
    >
      {problem !== undefined && problem.fields.length === 0 && <SaveProblem problem={problem} fields={fields} onChange={set} />}
      {replaced !== undefined && (
        <>
          <Banner title={t('replacing', { number: replaced.numberAndNotation ?? '' })}>{t('replacingText')}</Banner>
          <TextArea label={t('replaceReason')} required rows={2} maxLength={900} value={replaceReason} onChange={setReplaceReason} error={problem?.fieldMessage('replaces.reason')} />
        </>
      )}
      {answered !== undefined && <Banner title={t('answering', { number: `${answered.number}/${answered.notation}`, sender: answered.senderName })}>{answered.summary}</Banner>}
      <FileDrop
        label={document === undefined ? t('main') : t('replaceMain')}
        hint={t(capabilities.data?.docxToPdf === false ? 'mainHintPdfOnly' : 'mainHint')}
        required={document === undefined}
        uploads={main}
        error={wait.errorOf(main, problem?.fieldMessage('mainUploadId'))}
      />
      <KeptFiles files={kept} onRemove={(id) => setRemoved([...removedFileIds, id])} />
      <Select label={t('type')} required value={fields.typeCode} onChange={(typeCode) => set({ typeCode })} options={(types.data?.types ?? []).map(({ code, name }) => ({ value: code, label: name }))} error={problem?.fieldMessage('typeCode')} />
      <TextArea label={t('summary')} hint={t('summaryHint')} required rows={2} maxLength={500} value={fields.summary} onChange={(summary) => set({ summary })} error={problem?.fieldMessage('summary')} />
      <RecipientsField values={fields.recipientIds} onChange={(ids) => set({ recipientIds: [...ids] })} error={problem?.fieldMessage('recipientIds')} known={document?.recipients ?? (answered === undefined ? [] : senderOf(answered))} />
      <div className="lt-fields">
        <Select label={t('urgency')} value={fields.urgency} onChange={(urgency) => set({ urgency })} options={urgencies.map((value) => ({ value, label: t(value) }))} />
        <DateField label={t('due')} optional value={fields.answerDue ?? undefined} onChange={(answerDue) => set({ answerDue: answerDue ?? null })} min={calendarDay(new Date())} error={problem?.fieldMessage('answerDue')} />
        <Select label={t('secrecy')} value={fields.secrecy} onChange={(secrecy) => set({ secrecy })} options={SECRECY.map((value) => ({ value, label: t(value) }))} />
      </div>
      <FileDrop label={t('attachments')} hint={t('attachmentsHint')} uploads={attachments} multiple error={wait.errorOf(attachments)} />
      <div className="lt-form__actions">
        <Button type="submit" variant="primary" icon={Save} loading={wait.isWaiting || save.isPending}>
          {t('save')}
        </Button>
        <Button onClick={() => navigate(document === undefined ? '/van-ban-di' : `/van-ban-di/${document.id}`)}>{t('cancel')}</Button>
        <UploadWaitNote note={wait.note} />
      </div>
    </form>
  );
}

type ClosedRecipient = { agencyId: string; successors: { id: string; name: string }[] };

/** What the server refused as a whole; for a recipient that was closed it offers the successor. */
function SaveProblem({ problem, fields, onChange }: { problem: ApiError; fields: Fields; onChange: (change: Partial<Fields>) => void }): ReactNode {
  const t = useT(draftMessages);
  // safe because this code always carries these facts
  const closed = problem.code.endsWith('.recipientClosed') ? (problem.data as ClosedRecipient) : undefined;
  return (
    <Banner
      tone="danger"
      title={problem.message}
      actions={closed?.successors.map((successor) => (
        <Button key={successor.id} size="small" onClick={() => onChange({ recipientIds: fields.recipientIds.map((id) => (id === closed.agencyId ? successor.id : id)) })}>
          {t('useSuccessor', { name: successor.name })}
        </Button>
      ))}
    >
      {problem.fix}
    </Banner>
  );
}
