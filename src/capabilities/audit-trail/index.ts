import { z } from 'zod';
import type { Module } from '#kernel/module.ts';
import { abilitiesOnTrail } from './policy.ts';
import { trailRoutes } from './routes.ts';

/** Nhật ký hệ thống: who saw, did and received what, for inspectors; and for how long it is kept. The record itself is the audit engine's. */
export const auditTrailModule: Module = {
  name: 'audit-trail',
  routes: trailRoutes,
  events: {
    'audit-exported': { data: z.object({ format: z.string(), from: z.string(), to: z.string(), /** What else was asked. */ asked: z.record(z.string(), z.string()).optional() }), vi: '{actor} xuất nhật ký từ {from} đến {to}', en: '{actor} exported the record from {from} to {to}' },
    'hold-placed': { data: z.object({ reason: z.string() }), vi: 'Lệnh giữ lại nhật ký: {reason}', en: 'Part of the record is held: {reason}' },
    'hold-lifted': { data: z.object({ reason: z.string() }), vi: 'Bỏ lệnh giữ lại nhật ký: {reason}', en: 'A hold was lifted: {reason}' },
    'rule-set': {
      data: z.object({ module: z.string(), keepYears: z.int(), legalBasis: z.string() }),
      vi: 'Đặt thời hạn giữ nhật ký “{module}”: {keepYears} năm ({legalBasis})',
      en: 'Entries of “{module}” are kept {keepYears} years ({legalBasis})',
    },
  },
  contributions: { 'identity.abilities': [abilitiesOnTrail] },
};
