import { useState, type ReactNode } from 'react';
import { useApi } from '#ui/api-context.tsx';
import { Button } from '#ui/controls/button.tsx';
import { TextArea } from '#ui/controls/text-area.tsx';
import { TextField } from '#ui/controls/text-field.tsx';
import { useLanguage, useT } from '#ui/i18n.ts';
import { ActDialog } from '#ui/overlays/act-dialog.tsx';
import { Menu, type MenuEntry } from '#ui/overlays/menu.tsx';
import { conflictMessages } from './conflict-messages.ts';
import { ConfirmDialog } from './invitation-dialogs.tsx';
import { invitationMessages } from './invitation-messages.ts';
import { LimitsDialog } from './limits-dialog.tsx';
import { messages } from './messages.ts';
import { PassingDialog } from './passing-dialog.tsx';
import { passingMessages } from './passing-messages.ts';
import { ReachDialog } from './reach-dialog.tsx';
import { ReconcileDialog } from './reconcile-dialog.tsx';
import { securityMessages } from './security-messages.ts';
import { SigningDialog } from './signing-dialog.tsx';
import { signingMessages } from './signing-messages.ts';
import { PARTNERS, SYSTEMS, type Partner, type System } from './words.ts';

type Act = 'limits' | 'reach' | 'fetching' | 'signing' | 'reconcile' | 'passing' | 'test' | 'suspend' | 'resume' | 'sandbox' | 'quotas' | 'confirm';
type Props = { partner: Partner; system: System | undefined };

/** What an administrator does with a system; the one that is due stands first. */
export function PartnerActions({ partner, system }: Props): ReactNode {
  const t = useT(messages);
  const invitation = useT(invitationMessages);
  const conflicts = useT(conflictMessages);
  const security = useT(securityMessages);
  const passing = useT(passingMessages);
  const signing = useT(signingMessages);
  const [open, setOpen] = useState<Act | undefined>();
  const close = () => setOpen(undefined);
  const entry = (act: Act, label: string, danger = false): MenuEntry => ({ id: act, label, danger, onSelect: () => setOpen(act) });
  const entries: MenuEntry[] = [
    ...(partner.state === 'active' ? [entry('test', t('test'))] : []),
    ...(partner.state === 'active' && partner.protocol === 'installation' ? [entry('reconcile', conflicts('reconcile'))] : []),
    ...(partner.protocol === 'installation' && partner.state !== 'invited' ? [entry('passing', passing('change'))] : []),
    ...((partner.state === 'active' || partner.state === 'suspended') && partner.protocol === 'installation' ? [entry('reach', security('reach'))] : []),
    ...(partner.state === 'active' || partner.state === 'suspended' ? [entry('limits', security('limits'))] : []),
    ...(system === undefined ? [] : [entry('fetching', t('changeFetching')), entry('signing', signing('change')), entry('sandbox', t(system.isSandbox ? 'leaveSandbox' : 'enterSandbox')), entry('quotas', t('changeQuotas'))]),
    ...(partner.state === 'active' ? [entry('suspend', t('suspend'), true)] : []),
  ];
  return (
    <>
      {partner.state === 'suspended' && (
        <Button variant="primary" onClick={() => setOpen('resume')}>
          {t('resume')}
        </Button>
      )}
      {partner.state === 'pairing' && (
        <Button variant="primary" onClick={() => setOpen('confirm')}>
          {invitation('confirm')}
        </Button>
      )}
      {entries.length > 0 && <Menu trigger={<Button>{t('act')}</Button>} entries={entries} />}
      {open !== undefined && <Acting act={open} {...{ partner, system }} onClose={close} />}
    </>
  );
}

function Acting({ act, partner, system, onClose }: Props & { act: Act; onClose: () => void }): ReactNode {
  const t = useT(messages);
  const api = useApi();
  const { language } = useLanguage();
  const url = `${PARTNERS}/${partner.id}`;
  switch (act) {
    case 'test':
      return <ActDialog topics={['exchange']} title={t('test')} verb={t('test')} send={() => api.post<{ vi: string; en: string }>(`${url}/test`)} done={(reply) => reply[language]} onClose={onClose} />;
    case 'resume':
      return <ActDialog topics={['exchange']} title={t('resume')} verb={t('resume')} send={() => api.post(`${url}/resume`)} done={() => t('resumed')} onClose={onClose} />;
    case 'reconcile':
      return <ReconcileDialog partner={partner} onClose={onClose} />;
    case 'passing':
      return <PassingDialog partner={partner} onClose={onClose} />;
    case 'limits':
      return <LimitsDialog partner={partner} onClose={onClose} />;
    case 'reach':
      return <ReachDialog partner={partner} onClose={onClose} />;
    case 'fetching':
      return system === undefined ? null : <Fetching partner={partner} system={system} onClose={onClose} />;
    case 'signing':
      return system === undefined ? null : <SigningDialog url={`${SYSTEMS}/${partner.id}`} signing={system.signing} onClose={onClose} />;
    case 'suspend':
      return <Suspend url={url} onClose={onClose} />;
    case 'confirm':
      return <ConfirmDialog url={url} onClose={onClose} />;
    case 'quotas':
      return system === undefined ? null : <Quotas partner={partner} system={system} onClose={onClose} />;
    case 'sandbox': {
      const isSandbox = system?.isSandbox === true;
      return (
        <ActDialog
          topics={['exchange']}
          title={t(isSandbox ? 'leaveSandbox' : 'enterSandbox')}
          text={t(isSandbox ? 'leaveSandboxText' : 'enterSandboxText')}
          verb={t(isSandbox ? 'leaveSandbox' : 'enterSandbox')}
          send={() => api.put(`${SYSTEMS}/${partner.id}/sandbox`, { isSandbox: !isSandbox })}
          done={() => t('sandboxChanged')}
          onClose={onClose}
        />
      );
    }
  }
}

function Suspend({ url, onClose }: { url: string; onClose: () => void }): ReactNode {
  const t = useT(messages);
  const api = useApi();
  const [reason, setReason] = useState('');
  return (
    <ActDialog topics={['exchange']} title={t('suspend')} text={t('suspendText')} verb={t('suspend')} danger send={() => api.post(`${url}/suspend`, { reason })} done={() => t('suspended')} onClose={onClose}>
      {(problem) => <TextArea label={t('reason')} required rows={2} value={reason} onChange={setReason} error={problem('reason')} />}
    </ActDialog>
  );
}

const names = ['messagesPerDay', 'megabytesPerDay', 'requestsPerMinute'] as const;

function Quotas({ partner, system, onClose }: { partner: Partner; system: System; onClose: () => void }): ReactNode {
  const t = useT(messages);
  const api = useApi();
  const [values, setValues] = useState(() => Object.fromEntries(names.map((name) => [name, String(system.quotas[name])])));
  const send = () => api.put(`${SYSTEMS}/${partner.id}/quotas`, Object.fromEntries(names.map((name) => [name, Number(values[name])])));
  return (
    <ActDialog topics={['exchange']} title={t('changeQuotas')} verb={t('save')} send={send} done={() => t('saved')} onClose={onClose}>
      {(problem) => names.map((name) => <TextField key={name} label={t(name)} required inputMode="numeric" value={values[name] ?? ''} onChange={(text) => setValues({ ...values, [name]: text })} error={problem(name)} />)}
    </ActDialog>
  );
}

/** How often the system is expected to come for what waits: it tells the alert when it stays away. */
function Fetching({ partner, system: { fetching }, onClose }: { partner: Partner; system: System; onClose: () => void }): ReactNode {
  const t = useT(messages);
  const api = useApi();
  const [minutes, setMinutes] = useState(fetching.setMinutes === null ? '' : String(fetching.setMinutes));
  const hint = fetching.observedMinutes === null ? t('everyMinutesHint') : t('everyMinutesSeen', { count: fetching.observedMinutes });
  const send = () => api.put(`${SYSTEMS}/${partner.id}/fetching`, { everyMinutes: minutes.trim() === '' ? null : Number(minutes) });
  return (
    <ActDialog topics={['exchange']} title={t('changeFetching')} text={t('fetchingText')} verb={t('save')} send={send} done={() => t('saved')} onClose={onClose}>
      {(problem) => <TextField label={t('everyMinutes')} optional hint={hint} inputMode="numeric" value={minutes} onChange={setMinutes} error={problem('everyMinutes')} />}
    </ActDialog>
  );
}
