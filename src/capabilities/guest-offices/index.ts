import { join } from 'node:path';
import type { Module } from '#kernel/module.ts';
import { guestsReach } from './allowed-routes.ts';
import { letterSigning } from './commands/sign-letter.ts';
import { eventData } from './contract.ts';
import { abilitiesOfGuests } from './policy.ts';
import { staffRoutes } from './routes.ts';
import { guestRoutes } from './routes-guest.ts';
import { publicRoutes } from './routes-public.ts';
import { onDeliveriesArrived } from './subscribers.ts';

/** Cơ quan, tổ chức ngoài hệ thống: press offices, enterprises and associations that send and receive with a light workplace. */
export const guestOfficesModule: Module = {
  name: 'guest-offices',
  migrations: join(import.meta.dirname, 'migrations'),
  routes: [...staffRoutes, ...guestRoutes, ...publicRoutes],
  subscriptions: [onDeliveriesArrived],
  contributions: { 'kernel.confined-roles': [guestsReach], 'identity.abilities': [abilitiesOfGuests], 'signatures.purposes': [letterSigning] },
  events: {
    'office-invited': { data: eventData.invited, vi: 'Mời {invitee}', en: 'Invited {invitee}' },
    'invitation-mailed': { data: eventData.invitationMailed, vi: 'Gửi thư mời {invitee} tới {email}', en: 'Sent the invitation of {invitee} to {email}' },
    'invitation-revoked': { data: eventData.invitationRevoked, vi: 'Thu hồi lời mời {invitee}', en: 'Withdrew the invitation of {invitee}' },
    'application-submitted': { data: eventData.applied, vi: '{name} đề nghị mở tài khoản (người liên hệ {contactName})', en: '{name} asked for an account (contact {contactName})' },
    'application-approved': { data: eventData.approved, vi: 'Duyệt tài khoản của {name}', en: 'Approved the account of {name}' },
    'application-refused': { data: eventData.refused, vi: 'Từ chối hồ sơ của {name}: {reason}', en: 'Refused the application of {name}: {reason}' },
    'office-suspended': { data: eventData.suspended, vi: 'Tạm dừng tài khoản của {name}: {reason}', en: 'Suspended {name}: {reason}' },
    'suspension-lifted': { data: eventData.lifted, vi: 'Mở lại tài khoản của {name}', en: 'Lifted the suspension of {name}' },
    'colleague-joined': { data: eventData.joined, vi: '{personName} nhận lời mời vào tổ chức', en: '{personName} joined the office' },
    'letter-written': { data: eventData.letter, vi: 'Soạn văn bản “{summary}” gửi {recipientName}', en: 'Wrote “{summary}” to {recipientName}' },
    'letter-sent': { data: eventData.letter, vi: 'Gửi “{summary}” tới {recipientName}', en: 'Sent “{summary}” to {recipientName}' },
    'letter-dropped': { data: eventData.letter, vi: 'Bỏ văn bản chưa gửi “{summary}”', en: 'Dropped the unsent “{summary}”' },
    'recipient-suspended': {
      data: eventData.recipientSuspended,
      vi: '{name} đang tạm dừng sử dụng ({reason}): văn bản đã tới hộp đến của nơi nhận nhưng chưa ai mở được',
      en: '{name} is suspended ({reason}): the document is in its inbox, where nobody can open it at present',
    },
  },
};
