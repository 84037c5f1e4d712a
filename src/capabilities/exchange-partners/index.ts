import type { Module } from '#kernel/module.ts';
import { conformanceRoutes } from './routes.ts';
import { onArrivalHandedOver, onArrivalRetried, onArrivalSettled } from './subscribers.ts';

/** Hệ thống kết nối: the systems outside, for those who run the province's platform, and the page on which a vendor tries its own. */
export const exchangePartnersModule: Module = { name: 'exchange-partners', routes: conformanceRoutes, subscriptions: [onArrivalHandedOver, onArrivalSettled, onArrivalRetried] };
