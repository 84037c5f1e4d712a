import type { Module } from '#kernel/module.ts';
import { kernelModule } from '#kernel/kernel-module.ts';
import { auditModule } from '#engines/audit/index.ts';
import { casesModule } from '#engines/cases/index.ts';
import { exchangeModule } from '#engines/exchange/index.ts';
import { filesModule } from '#engines/files/index.ts';
import { identityModule } from '#engines/identity/index.ts';
import { registersModule } from '#engines/registers/index.ts';
import { signaturesModule } from '#engines/signatures/index.ts';
import { auditTrailModule } from '#capabilities/audit-trail/index.ts';
import { accountsModule } from '#capabilities/accounts/index.ts';
import { exchangePartnersModule } from '#capabilities/exchange-partners/index.ts';
import { exchangeDeskModule } from '#capabilities/exchange-desk/index.ts';
import { guestOfficesModule } from '#capabilities/guest-offices/index.ts';
import { incomingDocumentsModule } from '#capabilities/incoming-documents/index.ts';
import { myWorkModule } from '#capabilities/my-work/index.ts';
import { certificatesModule } from '#capabilities/certificates/index.ts';
import { outgoingDocumentsModule } from '#capabilities/outgoing-documents/index.ts';
import { remoteSigningModule } from '#capabilities/remote-signing/index.ts';
import { verificationModule } from '#capabilities/verification/index.ts';

/** Engines before capabilities, each after those that it uses: the order in which their tables are made. */
export const engines: readonly Module[] = [
  kernelModule,
  auditModule,
  identityModule,
  filesModule,
  registersModule,
  signaturesModule,
  casesModule,
  exchangeModule,
];

/** The product's table of contents. */
export const capabilities: readonly Module[] = [accountsModule, myWorkModule, outgoingDocumentsModule, incomingDocumentsModule, guestOfficesModule, exchangeDeskModule, exchangePartnersModule, auditTrailModule, certificatesModule, remoteSigningModule, verificationModule];

export const modules: readonly Module[] = [...engines, ...capabilities];
