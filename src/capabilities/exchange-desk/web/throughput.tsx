import type { ReactNode } from 'react';
import { Table } from '#ui/data/table.tsx';
import { formatDate, formatDateTime, formatNumber } from '#ui/format.ts';
import { useLanguage, useT } from '#ui/i18n.ts';
import type { FlowReply } from '../contract.ts';
import { deskMessages } from './desk-messages.ts';

const WIDTH = 960;
const HEIGHT = 130;
const units = { hour: 'perMinute', day: 'perHour', month: 'perDay' } as const;

/** How much was sent and came in each minute, hour or day: a pair of bars each, the figures folded away below. */
export function Throughput({ flow }: { flow: FlowReply }): ReactNode {
  const t = useT(deskMessages);
  const { language } = useLanguage();
  const most = Math.max(...flow.throughput.flatMap((slot) => [slot.sent, slot.arrived]), 1);
  const step = WIDTH / flow.throughput.length;
  const high = (value: number): number => (value * (HEIGHT - 8)) / most;
  const at = (instant: string): string => (flow.span === 'month' ? formatDate(instant) : formatDateTime(instant));
  const words = t('throughputText', { most: formatNumber(most, language), unit: t(units[flow.span]) });
  return (
    <div className="lt-stack">
      <p className="lt-quiet">{words}</p>
      <ul className="lt-throughput__legend" aria-hidden="true">
        {(['sent', 'came'] as const).map((kind) => (
          <li key={kind}>
            <svg width="12" height="12" viewBox="0 0 12 12">
              <rect className={`lt-throughput__${kind}`} width="12" height="12" />
            </svg>
            {t(kind)}
          </li>
        ))}
      </ul>
      <svg className="lt-throughput" viewBox={`0 0 ${String(WIDTH)} ${String(HEIGHT)}`} preserveAspectRatio="none" role="img" aria-label={`${t('throughput')}. ${words}`}>
        {flow.throughput.map((slot, index) => (
          <g key={slot.at}>
            <title>{`${at(slot.at)}: ${t('sent')} ${String(slot.sent)}, ${t('came')} ${String(slot.arrived)}`}</title>
            <rect className="lt-throughput__sent" x={index * step + step * 0.1} width={step * 0.38} y={HEIGHT - high(slot.sent)} height={high(slot.sent)} />
            <rect className="lt-throughput__came" x={index * step + step * 0.52} width={step * 0.38} y={HEIGHT - high(slot.arrived)} height={high(slot.arrived)} />
          </g>
        ))}
      </svg>
      <p className="lt-throughput__ends lt-quiet" aria-hidden="true">
        {[flow.throughput[0], flow.throughput.at(-1)].map((slot, index) => slot !== undefined && <span key={String(index)}>{at(slot.at)}</span>)}
      </p>
      <details>
        <summary>{t('throughputTable')}</summary>
        <Table
          caption={t('throughputTable')}
          hideCaption
          rows={flow.throughput.filter((slot) => slot.sent + slot.arrived > 0)}
          rowId={(slot) => slot.at}
          columns={[
            { id: 'at', label: t('at'), render: (slot) => at(slot.at) },
            { id: 'sent', label: t('sent'), align: 'end', render: (slot) => formatNumber(slot.sent, language) },
            { id: 'came', label: t('came'), align: 'end', render: (slot) => formatNumber(slot.arrived, language) },
          ]}
        />
      </details>
    </div>
  );
}
