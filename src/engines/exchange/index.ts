import { join } from 'node:path';
import type { Module } from '#kernel/module.ts';
import { events } from './events.ts';
import { deliveriesHealth } from './health.ts';
import { evidenceRoutes } from './evidence/routes.ts';
import { deliverJob } from './jobs/deliver.ts';
import { inspectJob } from './jobs/inspect.ts';
import { remindJob } from './jobs/remind.ts';
import { returnAnswerJob } from './jobs/return-answers.ts';
import { returnOpeningJob } from './jobs/return-openings.ts';
import { partnerAdapters, partnerEvents, partnerJobs, partnerRoutes, partnerSchedules, partnersHealth, witnessHealth } from './partners/manifest.ts';
import { abilitiesWithPartners } from './policy.ts';
import { routes } from './routes.ts';
import { withheldFiles } from './withheld-files.ts';

export { sendEnvelope, type SendEnvelope } from './commands/send-envelope.ts';
export { answerMessage, type AnswerMessage } from './commands/answer-message.ts';
export { receive, type Arrival, type Arrived, type IncomingEnvelope } from './commands/receive.ts';
export { answerNotice, type AnswerNotice } from './commands/answer-notice.ts';
export { openMessage } from './commands/open-message.ts';
export { sendNotice, type NoticeSent, type SendNotice } from './commands/send-notice.ts';
export { addRecipients } from './commands/add-recipients.ts';
export { remindRecipients } from './commands/remind-recipients.ts';
export { expectedEffect } from './domain/expected-effect.ts';
export { sendDueAt, type OfficeDays } from './domain/deadlines.ts';
export { overdueUnsent, type UnsentDocument, type UnsentSource } from './unsent.ts';
export { retryDelivery, type RetryDelivery } from './commands/retry-delivery.ts';
export { deliveriesOf, findSendDueAt, type DeliveriesOf } from './queries/deliveries-of.ts';
export type { StuckDeliveries } from './queries/troubled-deliveries.ts';
export { findContentHash, findMessageOfFile, getMessage } from './queries/message.ts';
export { busyHours, exchangingAgencies, figuresFollow, flowOf, hoursOf, lastTrafficBefore, type AgencyHour, type FlowMinute, type Period } from './queries/traffic.ts';
export { exchangeFigures, type ExchangeFigures, type PeriodFigures } from './queries/figures.ts';
export { receivedDocuments, receivedFilters, sentDocuments, sentFilters, type ReceivedDocument, type ReceivedFilter, type SentDocument, type SentFilter } from './queries/exchanged-documents.ts';
export { traceEnvelope, traceMessage } from './queries/trace.ts';
export { waitingQueues, type WaitingQueue } from './queries/waiting.ts';
export { contradictedRecords, type ContradictedRecord } from './partners/witness.ts';
export { endingConnections, type EndingConnection } from './partners/queries/ending.ts';
export { listPartners } from './partners/queries/partners.ts';
export { unfetchedParcels, type UnfetchedParcels } from './partners/queries/unfetched.ts';
export { trialAgencies } from './partners/adapters/edxml-packets/sandbox-agencies.ts';
export { reconcileWith } from './partners/adapters/installation/operator-routes.ts';
export type { SentReceipt } from './queries/receipts.ts';
export { receiptKeys } from './receipt-key.ts';
export { verifyReceipt, type Receipt, type ReceiptVerdict } from './domain/receipt.ts';
export { statusRules, type Status } from './domain/status.ts';
export type { DeliveryLine, EnvelopeDocument, MessageArrived, MessageFile } from './contract.ts';
export { conformanceOf, type Conformance } from './partners/adapters/provincial-axis/conformance.ts';

/** Envelopes between agencies: sent once, delivered to each, verified step by step, answered with signed receipts. */
export const exchangeModule: Module = {
  name: 'exchange',
  migrations: join(import.meta.dirname, 'migrations'),
  routes: [...routes, ...evidenceRoutes, ...partnerRoutes],
  jobs: [inspectJob, deliverJob, returnAnswerJob, returnOpeningJob, remindJob, ...partnerJobs],
  schedules: partnerSchedules,
  contributions: { 'files.guards': [withheldFiles], 'exchange.partner-adapters': partnerAdapters, 'identity.abilities': [abilitiesWithPartners] },
  events: { ...events, ...partnerEvents },
  health: [deliveriesHealth, partnersHealth, witnessHealth],
};
