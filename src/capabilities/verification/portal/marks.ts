import { html } from 'htm/preact';
import type { VNode } from 'preact';

export type Tone = 'good' | 'bad' | 'open';
export type Row = readonly [label: string, value: string];

/** Labels and values, one beside the other. */
export function Rows({ rows }: { rows: readonly Row[] }): VNode {
  return html`<dl>
    ${rows.map(([label, value]) => html`<div><dt>${label}</dt><dd>${value}</dd></div>`)}
  </dl>`;
}

const shapes: Record<Tone, string> = { good: 'M7 12.5l3.2 3.2L17 9', bad: 'M8 8l8 8M16 8l-8 8', open: 'M9.2 9.4a2.9 2.9 0 1 1 4.4 2.6c-1 .6-1.6 1.1-1.6 2.2M12 17.2v.3' };

/** The sign of a verdict, told apart by its shape as well as by its colour. */
export function Mark({ tone }: { tone: Tone }): VNode {
  return html`<svg class="mark" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
    <circle cx="12" cy="12" r="11" />
    <path d=${shapes[tone]} />
  </svg>`;
}
