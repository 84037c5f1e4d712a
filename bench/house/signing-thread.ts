/** One thread of the case `two-cores`: makes its key, says that it is ready, and on "go" tells how many files a second it signed. */
import { parentPort, workerData } from 'node:worker_threads';
import { buildPdf } from '#engines/signatures/domain/pdf/testing.ts';
import { makeCredential, signWhole } from './signing-kit.ts';

const credential = await makeCredential('rsa-2048');
const pdf = buildPdf({ pages: 40, fillerBytes: 200_000 });
// safe because bench/signing.ts starts this thread with exactly this
const { ms } = workerData as { ms: number };

function signFor(duration: number): number {
  const began = performance.now();
  let count = 0;
  for (; performance.now() - began < duration; count += 1) signWhole(pdf, credential);
  return (count * 1000) / (performance.now() - began);
}

signFor(500);
parentPort?.once('message', () => {
  parentPort?.postMessage(signFor(ms));
});
parentPort?.postMessage('ready');
