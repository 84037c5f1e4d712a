import { join } from 'node:path';
import type { Module } from '#kernel/module.ts';
import { events } from './events.ts';
import { stuckHealth } from './health.ts';
import { deliverJob } from './jobs/deliver.ts';
import { inspectJob } from './jobs/inspect.ts';
import { returnAnswerJob } from './jobs/return-answers.ts';
import { routes } from './routes.ts';

export { sendEnvelope, type SendEnvelope } from './commands/send-envelope.ts';
export { answerMessage, type AnswerMessage } from './commands/answer-message.ts';
export { receive, type Arrival, type Arrived, type IncomingEnvelope } from './commands/receive.ts';
export { retryDelivery, type RetryDelivery } from './commands/retry-delivery.ts';
export { deliveriesOf, deliveryLinesJson, type DeliveriesOf } from './queries/deliveries-of.ts';
export { stuckDeliveries, type StuckDeliveries } from './queries/troubled-deliveries.ts';
export { getMessage } from './queries/message.ts';
export { receiptsOf, type SentReceipt } from './queries/receipts.ts';
export { receiptKeys } from './receipt-key.ts';
export { verifyReceipt, type Receipt, type ReceiptVerdict } from './domain/receipt.ts';
export { arrivalSteps } from './domain/arrival-steps.ts';
export { statusRules, type Status } from './domain/status.ts';
export { messageArrived, type DeliveryLine, type EnvelopeDocument, type MessageArrived, type MessageFile } from './contract.ts';
export { exchangeErrors } from './errors.ts';

/** Envelopes between agencies: sent once, delivered to each, verified step by step, answered with signed receipts. */
export const exchangeModule: Module = {
  name: 'exchange',
  migrations: join(import.meta.dirname, 'migrations'),
  routes,
  jobs: [inspectJob, deliverJob, returnAnswerJob],
  events,
  health: [stuckHealth],
};
