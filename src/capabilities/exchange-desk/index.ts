import type { Module } from '#kernel/module.ts';
import { abilitiesAtTheDesk } from './policy.ts';

/** Sự cố gửi nhận: the deliveries that need a look. It owns no data and no address: both are the exchange engine's. */
export const exchangeDeskModule: Module = { name: 'exchange-desk', contributions: { 'identity.abilities': [abilitiesAtTheDesk] } };
