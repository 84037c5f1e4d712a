import Send from 'lucide-react/icons/send';
import type { ReactNode } from 'react';
import { ApiError, useApi } from '#ui/api-context.tsx';
import { Button, ButtonLink } from '#ui/controls/button.tsx';
import { Banner } from '#ui/feedback/banner.tsx';
import { ErrorState } from '#ui/feedback/error-state.tsx';
import { useT } from '#ui/i18n.ts';
import { Page, Section } from '#ui/layout/page.tsx';
import { useNavigation, useParam } from '#ui/navigation.tsx';
import '#ui/layout/form.css';
import type { OutgoingDetail } from '../contract.ts';
import { useOutgoing } from './outgoing-detail.tsx';
import { RecipientsEditor } from './recipients-editor.tsx';
import { signMessages } from './sign-messages.ts';
import { useDocumentAction } from './use-document-action.ts';

/** The clerk looks at the recipients once more and issues the sealed document. */
export function IssuePage(): ReactNode {
  const t = useT(signMessages);
  const id = useParam('id') ?? '';
  const document = useOutgoing(id);
  if (document.error !== null) return <ErrorState error={document.error} onRetry={() => void document.refetch()} />;
  return (
    <Page title={t('issueTitle')} subtitle={document.data === undefined ? undefined : `${document.data.numberAndNotation ?? ''} ${document.data.summary}`} width="reading">
      {document.data !== undefined && <IssueForm document={document.data} />}
    </Page>
  );
}

type ClosedRecipient = { agencyId: string; successors: { id: string; name: string }[] };

function IssueForm({ document }: { document: OutgoingDetail }): ReactNode {
  const t = useT(signMessages);
  const api = useApi();
  const { navigate } = useNavigation();
  const issue = useDocumentAction<OutgoingDetail>({
    documentId: document.id,
    step: 'issue',
    done: (reply) => t('issuedToast', { count: reply.recipients.length }),
    onDone: () => navigate(`/van-ban-di/${document.id}`),
  });
  const problem = issue.error instanceof ApiError ? issue.error : undefined;
  // safe because this code always carries these facts
  const closed = problem?.code.endsWith('.recipientClosed') === true ? (problem.data as ClosedRecipient) : undefined;
  const replaceClosed = async (successorId: string) => {
    const recipientIds = document.recipients.map(({ agencyId }) => (agencyId === closed?.agencyId ? successorId : agencyId));
    await api.put(`/api/v1/outgoing-documents/${document.id}/recipients`, { recipientIds });
    issue.mutate({});
  };
  const canIssue = document.abilities.includes('issue');
  return (
    <div className="lt-form">
      {!canIssue && <Banner tone="warn">{t('notReady')}</Banner>}
      {problem !== undefined && (
        <Banner
          tone="danger"
          title={problem.message}
          actions={closed?.successors.map((successor) => (
            <Button key={successor.id} size="small" onClick={() => void replaceClosed(successor.id)}>
              {t('useSuccessor', { name: successor.name })}
            </Button>
          ))}
        >
          {problem.fix}
        </Banner>
      )}
      <p>{t('issueText')}</p>
      {canIssue ? (
        <RecipientsEditor document={document} />
      ) : (
        <Section title={t('recipients')}>
          <RecipientList document={document} />
        </Section>
      )}
      <div className="lt-form__actions">
        {canIssue && (
          <Button variant="primary" icon={Send} loading={issue.isPending} disabled={document.recipients.length === 0} title={document.recipients.length === 0 ? t('noRecipients') : undefined} onClick={() => issue.mutate({})}>
            {t('issue')}
          </Button>
        )}
        <ButtonLink to={`/van-ban-di/${document.id}`}>{t('back')}</ButtonLink>
      </div>
    </div>
  );
}

function RecipientList({ document }: { document: OutgoingDetail }): ReactNode {
  return (
    <ul className="lt-files">
      {document.recipients.map((recipient) => (
        <li key={recipient.agencyId}>{recipient.name}</li>
      ))}
    </ul>
  );
}
