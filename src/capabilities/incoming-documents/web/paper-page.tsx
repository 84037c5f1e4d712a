import FileCheck from 'lucide-react/icons/file-check';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useRef, useState, type ReactNode } from 'react';
import type { z } from 'zod';
import type { CapabilitiesView, UploadView } from '#engines/files/contract.ts';
import type { DocumentTypeList } from '#engines/registers/contract.ts';
import { ApiError, useApi } from '#ui/api-context.tsx';
import { Button } from '#ui/controls/button.tsx';
import { DateField } from '#ui/controls/date-field.tsx';
import { FileDrop } from '#ui/controls/file-drop.tsx';
import { Select } from '#ui/controls/select.tsx';
import { TextArea } from '#ui/controls/text-area.tsx';
import { TextField } from '#ui/controls/text-field.tsx';
import { useUploads } from '#ui/controls/uploads.ts';
import { UploadWaitNote, useUploadWait } from '#ui/controls/upload-wait.tsx';
import { ProblemBanner } from '#ui/feedback/problem-banner.tsx';
import { useToasts } from '#ui/feedback/toast.tsx';
import { calendarDay } from '#ui/format.ts';
import { useT } from '#ui/i18n.ts';
import { useFirstProblem } from '#ui/layout/first-problem.ts';
import '#ui/layout/form.css';
import { Page } from '#ui/layout/page.tsx';
import { useMutation } from '#ui/mutation.ts';
import { useNavigation } from '#ui/navigation.tsx';
import type { paperBody, paperReply } from '../contract.ts';
import { urgencies } from '../domain/states.ts';
import { copyMessages } from './copy-messages.ts';
import { messages } from './messages.ts';
import { SenderField } from './sender-field.tsx';

type Fields = Omit<z.output<typeof paperBody>, 'scanUploadId' | 'issuedOn'> & { issuedOn: string | undefined };

const EMPTY: Fields = { senderName: '', senderAgencyId: null, number: '', notation: '', issuedOn: undefined, typeCode: 'cong-van', summary: '', urgency: 'normal', answerDue: null, signerName: '', signerTitle: '' };

/** What came on paper is written into the register, with its scan. */
export function PaperPage(): ReactNode {
  const t = useT(copyMessages);
  return (
    <Page title={t('registerPaper')} subtitle={t('paperText')} width="reading">
      <PaperForm />
    </Page>
  );
}

function PaperForm(): ReactNode {
  const t = useT(copyMessages);
  const { navigate } = useNavigation();
  const [fields, setFields] = useState(EMPTY);
  const set = (change: Partial<Fields>): void => setFields((before) => ({ ...before, ...change }));
  const scan = useScan();
  const register = useRegisterPaper();
  const scanUploadId = scan.items.find(({ state }) => state === 'done')?.result?.id;
  const problem = register.error instanceof ApiError ? register.error : undefined;
  const form = useRef<HTMLFormElement>(null);
  useFirstProblem(form, problem);
  const wait = useUploadWait({
    form,
    verb: t('save'),
    uploads: [scan],
    content: fields,
    isIncomplete: fields.senderName.trim() === '' || fields.issuedOn === undefined || fields.summary.trim() === '',
    go: () => register.mutate({ ...fields, scanUploadId }),
  });
  return (
    <form
      ref={form}
      className="lt-form"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (register.isPending) return;
        register.reset();
        wait.press();
      }}
    >
      {problem !== undefined && problem.fields.length === 0 && <ProblemBanner error={problem} />}
      <FileDrop label={t('scan')} hint={t('scanHint')} required uploads={scan} error={wait.errorOf(scan, problem?.fieldMessage('scanUploadId'))} />
      <PaperFields fields={fields} set={set} problem={problem} />
      <div className="lt-form__actions">
        <Button type="submit" variant="primary" icon={FileCheck} loading={wait.isWaiting || register.isPending}>
          {t('save')}
        </Button>
        <Button onClick={() => navigate('/van-ban-den')}>{t('cancel')}</Button>
        <UploadWaitNote note={wait.note} />
      </div>
    </form>
  );
}

function PaperFields({ fields, set, problem }: { fields: Fields; set: (change: Partial<Fields>) => void; problem: ApiError | undefined }): ReactNode {
  const t = useT(copyMessages);
  const tUrgency = useT(messages);
  const api = useApi();
  const types = useQuery({ queryKey: ['registers', 'types'], staleTime: 300_000, queryFn: ({ signal }) => api.get<DocumentTypeList>('/api/v1/registers/document-types', { signal }) });
  const error = (path: keyof Fields): string | undefined => problem?.fieldMessage(path);
  const today = calendarDay(new Date());
  return (
    <>
      <SenderField value={fields} onChange={set} error={error('senderName')} />
      <div className="lt-fields">
        <TextField label={t('number')} optional maxLength={30} value={fields.number} onChange={(number) => set({ number })} error={error('number')} />
        <TextField label={t('notation')} optional maxLength={60} value={fields.notation} onChange={(notation) => set({ notation })} error={error('notation')} />
        <DateField label={t('issuedOn')} required value={fields.issuedOn} onChange={(issuedOn) => set({ issuedOn })} max={today} error={error('issuedOn')} />
      </div>
      <Select label={t('type')} required value={fields.typeCode} onChange={(typeCode) => set({ typeCode })} options={(types.data?.types ?? []).map(({ code, name }) => ({ value: code, label: name }))} error={error('typeCode')} />
      <TextArea label={t('summary')} required rows={2} maxLength={500} value={fields.summary} onChange={(summary) => set({ summary })} error={error('summary')} />
      <div className="lt-fields">
        <TextField label={t('signerName')} optional maxLength={120} value={fields.signerName} onChange={(signerName) => set({ signerName })} />
        <TextField label={t('signerTitle')} optional maxLength={120} value={fields.signerTitle} onChange={(signerTitle) => set({ signerTitle })} />
      </div>
      <div className="lt-fields">
        <Select label={t('urgency')} value={fields.urgency} onChange={(urgency) => set({ urgency })} options={urgencies.map((value) => ({ value, label: tUrgency(value) }))} />
        <DateField label={t('due')} optional value={fields.answerDue ?? undefined} onChange={(answerDue) => set({ answerDue: answerDue ?? null })} min={today} error={error('answerDue')} />
      </div>
    </>
  );
}

function useScan() {
  const api = useApi();
  const capabilities = useQuery({ queryKey: ['files', 'capabilities'], staleTime: 300_000, queryFn: ({ signal }) => api.get<CapabilitiesView>('/api/v1/files/capabilities', { signal }) });
  const mostBytes = capabilities.data?.uploadLimitBytes;
  const rules = { endings: ['.pdf'], mostFiles: 1, ...(mostBytes === undefined ? {} : { mostBytes }) };
  return useUploads<UploadView>({ send: (file, options) => api.upload<UploadView>('/api/v1/uploads', file, options), rules });
}

function useRegisterPaper() {
  const t = useT(copyMessages);
  const api = useApi();
  const toasts = useToasts();
  const queries = useQueryClient();
  const { navigate } = useNavigation();
  return useMutation({
    mutationFn: (body: object) => api.post<z.infer<typeof paperReply>>('/api/v1/incoming-documents/paper', body),
    onSuccess: ({ id, arrivalNumber }) => {
      toasts.show({ tone: 'done', text: t('registeredToast', { number: String(arrivalNumber) }) });
      navigate(`/van-ban-den/${id}`);
    },
    onSettled: () => void queries.invalidateQueries({ queryKey: ['incoming-documents'] }),
  });
}
