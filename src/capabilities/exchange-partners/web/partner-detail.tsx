import { useQuery } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { useApi } from '#ui/api-context.tsx';
import { Tabs } from '#ui/data/tabs.tsx';
import { Banner } from '#ui/feedback/banner.tsx';
import { ErrorState } from '#ui/feedback/error-state.tsx';
import { Skeleton, SkeletonGroup } from '#ui/feedback/skeleton.tsx';
import { formatBytes, formatDate, formatDateTime, formatNumber } from '#ui/format.ts';
import { useT } from '#ui/i18n.ts';
import { Detail } from '#ui/layout/detail.tsx';
import { Details } from '#ui/layout/details.tsx';
import { useParam } from '#ui/navigation.tsx';
import { useAbility } from '#ui/session-context.tsx';
import { conflictMessages } from './conflict-messages.ts';
import { ConflictsPart } from './conflicts-part.tsx';
import { invitationMessages } from './invitation-messages.ts';
import { messages } from './messages.ts';
import { PartnerActions } from './partner-actions.tsx';
import { AgenciesPart, ChecklistPart, KeysPart } from './partner-parts.tsx';
import { PartnerMark } from './partners-page.tsx';
import { passedOnFor } from './passing-dialog.tsx';
import { passingMessages } from './passing-messages.ts';
import './partners.css';
import { wayOf } from './reach-dialog.tsx';
import { securityMessages } from './security-messages.ts';
import { SecurityPart } from './security-part.tsx';
import { SigningHeldUp } from './signing-dialog.tsx';
import { signingMessages } from './signing-messages.ts';
import { TroubleText } from './trouble-text.tsx';
import { AxisHeldUp } from './trust-part.tsx';
import { WithheldPart } from './withheld-part.tsx';
import { LOOK_AGAIN_MS, PARTNERS, SYSTEMS, troublesOf, type Partner, type System } from './words.ts';

/** One system: how it is, and what an administrator does with it. */
export function PartnerDetailPage(): ReactNode {
  const id = useParam('id') ?? '';
  const api = useApi();
  const partner = useQuery({ queryKey: ['exchange', 'partner', id], refetchInterval: LOOK_AGAIN_MS, queryFn: ({ signal }) => api.get<Partner>(`${PARTNERS}/${id}`, { signal }) });
  const isSystem = partner.data?.protocol === 'provincial_axis';
  const system = useQuery({ queryKey: ['exchange', 'system', id], enabled: isSystem, refetchInterval: LOOK_AGAIN_MS, queryFn: ({ signal }) => api.get<System>(`${SYSTEMS}/${id}`, { signal }) });
  const error = partner.error ?? system.error;
  if (error !== null) return <ErrorState error={error} onRetry={() => void partner.refetch()} />;
  if (partner.data === undefined || (isSystem && system.data === undefined)) {
    return (
      <SkeletonGroup>
        <Skeleton shape="title" />
        <Skeleton shape="block" height="40vh" />
      </SkeletonGroup>
    );
  }
  return <Opened key={id} partner={partner.data} system={system.data} />;
}

function Opened({ partner, system }: { partner: Partner; system: System | undefined }): ReactNode {
  const t = useT(messages);
  const conflicts = useT(conflictMessages);
  const security = useT(securityMessages);
  const mayKeep = useAbility('exchange-partners.keep');
  const [view, setView] = useState('facts');
  return (
    <Detail lead={t(`protocol.${partner.protocol}`)} title={partner.name} marks={<PartnerMark partner={partner} />} actions={mayKeep ? <PartnerActions partner={partner} system={system} /> : undefined}>
      {partner.foreignVersion !== null && <Banner tone="warn">{t('foreignVersion', { version: partner.foreignVersion.version, at: formatDateTime(partner.foreignVersion.since) })}</Banner>}
      {system?.isSandbox === true && <Banner tone="warn">{t('enterSandboxText')}</Banner>}
      {system !== undefined && <SigningHeldUp signing={system.signing} />}
      {partner.protocol === 'national_axis' && <AxisHeldUp partner={partner} />}
      <Tabs
        label={t('detail')}
        value={view}
        onChange={setView}
        items={[
          {
            id: 'facts',
            label: t('facts'),
            content: (
              <>
                <Facts partner={partner} system={system} />
                {partner.line.withheld > 0 && <WithheldPart partner={partner} />}
              </>
            ),
          },
          { id: 'agencies', label: t('agencies'), content: <AgenciesPart partner={partner} mayAdd={mayKeep && system !== undefined} /> },
          ...(partner.protocol === 'provincial_axis' ? [] : [{ id: 'conflicts', label: conflicts('tab'), ...(partner.conflicts === 0 ? {} : { count: partner.conflicts }), content: <ConflictsPart partner={partner} /> }]),
          ...(partner.protocol === 'provincial_axis' ? [] : [{ id: 'security', label: security('tab'), content: <SecurityPart partner={partner} /> }]),
          ...(system === undefined
            ? []
            : [
                { id: 'keys', label: t('keys'), content: <KeysPart partner={partner} system={system} mayKeep={mayKeep} /> },
                { id: 'checklist', label: t('checklist'), content: <ChecklistPart system={system} /> },
              ]),
        ]}
      />
    </Detail>
  );
}

function Facts({ partner, system }: { partner: Partner; system: System | undefined }): ReactNode {
  const t = useT(messages);
  const invited = useT(invitationMessages);
  const security = useT(securityMessages);
  const passing = useT(passingMessages);
  const signing = useT(signingMessages);
  const { line } = partner;
  return (
    <Details
      items={[
        { label: t('systemId'), value: system === undefined ? null : <code>{system.systemId}</code> },
        { label: t('address'), value: partner.address },
        { label: security('reach'), value: partner.protocol === 'installation' && partner.state !== 'invited' ? security(`reach.${wayOf(partner)}`) : null },
        { label: t('lastContact'), value: line.lastSuccessAt === null ? t('never') : formatDateTime(line.lastSuccessAt) },
        { label: t('waiting'), value: line.waiting + line.sent === 0 ? t('nothing') : t(system === undefined ? 'toSend' : 'toFetch', { count: line.waiting + line.sent }) },
        { label: t('troubled'), value: troublesOf(t, line).join(', ') || t('nothing') },
        { label: t('failures'), value: line.failures === 0 ? null : formatNumber(line.failures) },
        { label: t('probeAt'), value: line.probeAt === null ? null : formatDateTime(line.probeAt) },
        { label: t('problem'), value: line.problem === null ? null : <TroubleText failure={line} />, wide: true },
        { label: t('fetching'), value: system === undefined ? null : <Fetching system={system} /> },
        { label: t('today'), value: system === undefined ? null : t('todayValue', { messages: formatNumber(system.usedToday.messages), bytes: formatBytes(system.usedToday.bytes) }) },
        {
          label: t('quotas'),
          value:
            system === undefined
              ? null
              : t('quotasValue', { messages: formatNumber(system.quotas.messagesPerDay), megabytes: formatNumber(system.quotas.megabytesPerDay), requests: formatNumber(system.quotas.requestsPerMinute) }),
          wide: true,
        },
        { label: signing('label'), value: system === undefined ? null : <Signing system={system} />, wide: true },
        { label: signing('fingerprint'), value: system === undefined || system.signing.certificate === null ? null : <code className="lt-partners__fingerprint">{system.signing.certificate.fingerprint}</code>, wide: true },
        { label: passing('label'), value: partner.protocol === 'installation' ? passing(passedOnFor(partner)) : null, wide: true },
        { label: security('securedUntil'), value: partner.securedUntil === null ? null : formatDate(partner.securedUntil) },
        { label: t('validity'), value: partner.validTo === null ? formatDate(partner.validFrom) : `${formatDate(partner.validFrom)} – ${formatDate(partner.validTo)}` },
        // Before it is confirmed it is compared with what the other administrator says on the telephone, not copied from here.
        { label: invited('theirFingerprint'), value: partner.fingerprint === null || partner.state === 'pairing' ? null : <code className="lt-partners__fingerprint">{partner.fingerprint}</code>, wide: true },
        { label: invited('ownFingerprint'), value: partner.ownFingerprint === null ? null : <code className="lt-partners__fingerprint">{partner.ownFingerprint}</code>, wide: true },
      ]}
    />
  );
}

/** How often a vendor's system comes for what waits: as it was set, or as it was seen. */
function Fetching({ system: { fetching } }: { system: System }): ReactNode {
  const t = useT(messages);
  if (fetching.setMinutes !== null) return t('fetchingSet', { count: fetching.setMinutes });
  return fetching.observedMinutes === null ? t('fetchingUnknown') : t('fetchingSeen', { count: fetching.observedMinutes });
}

/** In which form packets for a vendor's system are signed, and with which certificate. */
function Signing({ system: { signing } }: { system: System }): ReactNode {
  const t = useT(signingMessages);
  const { form, certificate } = signing;
  return certificate === null ? t('none') : t('value', { form: t(form), subject: certificate.subject, until: formatDate(certificate.validTo) });
}
