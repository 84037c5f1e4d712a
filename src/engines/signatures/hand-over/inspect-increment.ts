import { fork } from 'node:child_process';
import { join } from 'node:path';
import { signatureErrors } from '../errors.ts';
import { readerArguments } from '../adapters/document-reader/reader.ts';
import type { ChangeReport } from '../domain/validation/report.ts';
import { handOverErrors } from './errors.ts';

export type IncrementQuestion = { bytes: Uint8Array; baseBytes: number };

/** Everything that differs between the base and the file as the first new signature covers it; nothing when there is no new one. */
export type IncrementFindings = { changes: readonly ChangeReport[] };

export type IncrementAnswer = { ok: true; findings: IncrementFindings } | { ok: false; isFileAtFault: boolean; detail: string };

const TIMEOUT_MS = 15_000;
const MEMORY_MB = 512;

/**
 * What an increment changes in a file before the first signature in it was made, object by object.
 * Read in a process of its own without rights, with limits of time and memory: nobody vouches for the file.
 * @throws signatures.handOverUnreadable · validationTooLong
 */
export async function inspectIncrement(bytes: Buffer, baseBytes: number): Promise<IncrementFindings> {
  const answer = await ask({ bytes, baseBytes });
  if (answer.ok) return answer.findings;
  if (answer.isFileAtFault) throw handOverErrors.handOverUnreadable({ internal: answer.detail });
  throw new Error(`an increment could not be read: ${answer.detail}`);
}

function ask(question: IncrementQuestion): Promise<IncrementAnswer> {
  return new Promise((resolve, reject) => {
    const child = fork(join(import.meta.dirname, 'increment-process.ts'), {
      execPath: process.execPath,
      execArgv: readerArguments(MEMORY_MB),
      // Windows needs this one to start anything.
      env: process.env['SystemRoot'] === undefined ? {} : { SystemRoot: process.env['SystemRoot'] },
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    const fail = (cause: unknown): void => {
      clearTimeout(timer);
      child.kill('SIGKILL');
      reject(signatureErrors.validationTooLong({ cause }));
    };
    const timer = setTimeout(() => {
      fail(new Error(`no answer within ${String(TIMEOUT_MS)} ms`));
    }, TIMEOUT_MS);
    child.on('message', (message) => {
      clearTimeout(timer);
      child.removeAllListeners('exit').kill('SIGKILL');
      // safe because only increment-process.ts sends on this channel
      resolve(message as IncrementAnswer);
    });
    child.on('error', fail);
    child.on('exit', (code, signal) => {
      fail(new Error(`the process ended with ${signal ?? String(code)}`));
    });
    child.send(question, (error) => {
      if (error !== null) fail(error);
    });
  });
}
