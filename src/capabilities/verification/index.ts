import type { Module } from '#kernel/module.ts';
import { verificationRoutes } from './routes.ts';

/** Anybody checks the signatures of a PDF: the public page /kiem-tra, the API, and the command line. Nothing is kept. */
export const verificationModule: Module = { name: 'verification', routes: verificationRoutes };

export { main } from './command-line.ts';
export { verifyFiles, type VerifyFiles } from './verify-files.ts';
