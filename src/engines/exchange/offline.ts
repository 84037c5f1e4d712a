/** The second front door: what verifies receipts and evidence packages without a house around it. It stands alone as `npx lienthong-evidence`. */
export { main as evidenceCommand } from './evidence/command-line.ts';
export { verifyEvidence, type EvidenceReport, type EvidenceTrust } from './evidence/verify.ts';
export { verifyReceipt, type Receipt, type ReceiptVerdict } from './domain/receipt.ts';
