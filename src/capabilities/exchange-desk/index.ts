import { join } from 'node:path';
import { z } from 'zod';
import type { EventCatalogue } from '#kernel/events.ts';
import type { Module } from '#kernel/module.ts';
import { judgeRules } from './alerts.ts';
import { keepFiguresInTurn, lookAtOpenHours } from './keep-figures.ts';
import { abilitiesAtTheDesk } from './policy.ts';
import { routes } from './routes.ts';
import { sendAlertJob } from './tell-of-alert.ts';

const alert = z.object({ rule: z.string(), about: z.string() });

const events: EventCatalogue = {
  'alert-opened': { data: alert.extend({ count: z.int() }), vi: 'Cảnh báo “{rule}”: {about}', en: 'Alert “{rule}”: {about}' },
  'alert-acknowledged': { data: alert.extend({ note: z.string().nullable() }), vi: 'Nhận xử lý cảnh báo “{rule}”: {about}', en: 'Took note of the alert “{rule}”: {about}' },
  'alert-ended': { data: alert, vi: 'Hết cảnh báo “{rule}”: {about}', en: 'The alert “{rule}” is over: {about}' },
  'alert-rule-changed': {
    data: z.object({ rule: z.string(), isOn: z.boolean(), thresholdMinutes: z.int(), quietMinutes: z.int() }),
    vi: 'Đặt quy tắc cảnh báo “{rule}”',
    en: 'Set the alert rule “{rule}”',
  },
  'figures-rebuilt': { data: z.object({}), vi: 'Tính lại toàn bộ số liệu gửi nhận', en: 'All figures of the exchange are counted again' },
};

/** So old are the figures at most while nothing is in trouble; the screens say until when they are complete. */
const COUNTS_EVERY_MS = 5_000;

/** Liên thông văn bản: how the exchange runs, its figures, the way of each document, and alerts. What it shows is the exchange engine's; it keeps figures and alerts. */
export const exchangeDeskModule: Module = {
  name: 'exchange-desk',
  migrations: join(import.meta.dirname, 'migrations'),
  routes,
  jobs: [sendAlertJob],
  schedules: [
    { name: 'exchange-desk.keep-figures', everyMs: COUNTS_EVERY_MS, run: keepFiguresInTurn },
    { name: 'exchange-desk.look-at-open-hours', everyMs: 300_000, run: lookAtOpenHours },
    { name: 'exchange-desk.judge-rules', everyMs: 30_000, run: judgeRules },
  ],
  events,
  contributions: { 'identity.abilities': [abilitiesAtTheDesk] },
};
