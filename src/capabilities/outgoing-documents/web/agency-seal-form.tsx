import Stamp from 'lucide-react/icons/stamp';
import { useQueryClient } from '@tanstack/react-query';
import { useRef, useState, type ReactNode } from 'react';
import type { z } from 'zod';
import type { IncomingDetail, sealCopyReply } from '#capabilities/incoming-documents/contract.ts';
import { ApiError, useApi } from '#ui/api-context.tsx';
import { Button, ButtonLink } from '#ui/controls/button.tsx';
import { UploadWaitNote, useUploadWait, type SentFiles, type UploadWait } from '#ui/controls/upload-wait.tsx';
import { Banner } from '#ui/feedback/banner.tsx';
import { ProblemBanner } from '#ui/feedback/problem-banner.tsx';
import { useToasts } from '#ui/feedback/toast.tsx';
import { useT } from '#ui/i18n.ts';
import { useFirstProblem } from '#ui/layout/first-problem.ts';
import { useMutation } from '#ui/mutation.ts';
import { useNavigation } from '#ui/navigation.tsx';
import type { FileOrder } from './agent-work.ts';
import { AwaitSignature } from './await-signature.tsx';
import { copyMessages } from './copy-messages.ts';
import { isKeyReady, KeyFields, type KeyChoice } from './key-fields.tsx';
import { useCredentials } from './signing-data.ts';
import { stepKey } from './use-document-action.ts';
import { useOwnSigning } from './use-own-signing.ts';

export type AgencySealFormProps = {
  document: IncomingDetail;
  /** The last part of the address that puts the signature, and what is sent there beside the key. */
  step: 'copies' | 'arrival-stamp';
  body: object;
  /** Files that go along, and what of them is sent. */
  files?: { uploads: SentFiles; body: object } | undefined;
  /** What the signings are about, as the server names it. */
  subject: 'incoming-document' | 'arrival-stamp';
  order: FileOrder;
  /** Whether the person may do it at all. */
  isOffered: boolean;
  verb: string;
  /** The toast, and where to look at what was signed. */
  done: (document: IncomingDetail) => string;
  resultPath: string;
  /** The fields; `fileError` tells what is wrong with the files. */
  children: (fileError: string | undefined) => ReactNode;
};

const NO_FILES: SentFiles = { items: [], resume: () => undefined };

/** The agency's signature on a file that belongs to an incoming document, with whichever key: the form, the wait, the end. */
export function AgencySealForm({ document, step, body, files, subject, order, isOffered, verb, done, resultPath, children }: AgencySealFormProps): ReactNode {
  const t = useT(copyMessages);
  const { navigate } = useNavigation();
  const { credentials: keys } = useCredentials('agency');
  // These marks show no picture of the seal (30/2020/NĐ-CP App. I Part II.I.3): none is missed.
  const credentials = keys?.map((each) => ({ ...each, hasImage: true }));
  const [key, setKey] = useState<KeyChoice>({ credentialId: undefined, pin: '' });
  const chosenKey = { ...key, credentialId: key.credentialId ?? credentials?.[0]?.id };
  const finish = useFinish(document.id, { done, resultPath });
  const seal = useSeal(`/api/v1/incoming-documents/${document.id}/${step}`, { documentId: document.id, onSigned: finish, onPending: () => void waiting.look() });
  const problem = seal.error instanceof ApiError ? seal.error : undefined;
  const form = useRef<HTMLFormElement>(null);
  useFirstProblem(form, problem);
  const uploads = files?.uploads ?? NO_FILES;
  const wait: UploadWait = useUploadWait({
    form,
    verb,
    uploads: [uploads],
    content: [body, key],
    go: () => seal.mutate({ ...body, ...files?.body, credentialId: chosenKey.credentialId, pin: key.pin === '' ? undefined : key.pin, otp: key.otp }),
  });
  const waiting = useOwnSigning(document.id, { enabled: isOffered, onSigned: finish, subject, topic: 'incoming-documents' });
  const back = (
    <ButtonLink variant="plain" to={resultPath}>
      {t('back')}
    </ButtonLink>
  );
  if (waiting.signing !== undefined) {
    return (
      <AwaitSignature
        waiting={{ ...waiting, signing: waiting.signing }}
        credentials={credentials}
        order={order}
        isFresh={seal.data?.state === 'pending'}
        returnPath={`/van-ban-den/${document.id}`}
        onLeave={() => navigate(resultPath)}
      />
    );
  }
  if (!isOffered) {
    return (
      <>
        <Banner tone="warn">{t('notReady')}</Banner>
        {back}
      </>
    );
  }
  return (
    <form
      ref={form}
      onSubmit={(event) => {
        event.preventDefault();
        if (seal.isPending) return;
        seal.reset();
        wait.press();
      }}
    >
      {children(wait.errorOf(uploads, problem?.fieldMessage('extractUploadId')))}
      <KeyFields credentials={credentials} kind="agency" value={chosenKey} onChange={setKey} pinError={problem?.fieldMessage('pin')} />
      {(problem === undefined || problem.fields.length === 0) && <ProblemBanner error={seal.error} />}
      <div className="lt-form__actions">
        <Button type="submit" variant="primary" icon={Stamp} loading={wait.isWaiting || seal.isPending} disabled={!isKeyReady(credentials, chosenKey)}>
          {verb}
        </Button>
        {back}
        <UploadWaitNote note={wait.note} />
      </div>
    </form>
  );
}

/** Says what was signed, and goes to where it is. */
function useFinish(documentId: string, { done, resultPath }: Pick<AgencySealFormProps, 'done' | 'resultPath'>): () => void {
  const api = useApi();
  const toasts = useToasts();
  const queries = useQueryClient();
  const { navigate } = useNavigation();
  return () => {
    // Not by a query: whatever is heard of the document meanwhile would ask again and end it.
    void api.get<IncomingDetail>(`/api/v1/incoming-documents/${documentId}`).then(
      (document) => {
        queries.setQueryData(['incoming-documents', 'detail', documentId], document);
        toasts.show({ tone: 'done', text: done(document) });
        navigate(resultPath);
      },
      // It is signed; the page there asks once more and tells what is wrong.
      () => navigate(resultPath),
    );
  };
}

function useSeal(url: string, { documentId, onSigned, onPending }: { documentId: string; onSigned: () => void; onPending: () => void }) {
  const api = useApi();
  const queries = useQueryClient();
  return useMutation({
    mutationKey: stepKey(documentId),
    mutationFn: (body: object) => api.post<z.infer<typeof sealCopyReply>>(url, body),
    onSuccess: ({ state }) => (state === 'signed' ? onSigned() : onPending()),
    // A wrong PIN may have locked the key, and a copy was begun all the same.
    onError: () => void queries.invalidateQueries({ queryKey: ['signatures', 'credentials'] }),
    onSettled: () => void queries.invalidateQueries({ queryKey: ['incoming-documents'] }),
  });
}
