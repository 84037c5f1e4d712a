import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { text as readAll } from 'node:stream/consumers';
import { authorityErrors, joinShares, splitSecret } from '#engines/signatures/index.ts';

export type ChosenPassword = { password: string; /** One line a keeper; empty when the password was typed. */ shares: string[] };

const SHORTEST = 12;

/** The password of a new key file: random and in shares, or typed twice. @throws signatures.rootPasswordTooShort · rootPasswordsDiffer */
export async function choosePassword(shares: { count: number; needed: number } | undefined): Promise<ChosenPassword> {
  if (shares !== undefined) {
    const secret = randomBytes(32);
    return { password: passwordOf(secret), shares: splitSecret(secret, shares) };
  }
  const password = await typed(`Mật khẩu của tệp khóa gốc (từ ${String(SHORTEST)} ký tự) / password of the root’s key file: `);
  if (password.length < SHORTEST) throw authorityErrors.rootPasswordTooShort({ values: { length: SHORTEST } });
  if (process.stdin.isTTY && (await typed('Gõ lại / again: ')) !== password) throw authorityErrors.rootPasswordsDiffer();
  return { password, shares: [] };
}

/** The password of a key file that is there: from shares (each a line, or a file that holds it), or typed. @throws signatures.sharesDoNotFit */
export async function typedOrShared(shares: readonly string[]): Promise<string> {
  if (shares.length === 0) return typed('Mật khẩu của tệp khóa gốc / password of the root’s key file: ');
  return passwordOf(joinShares(shares.map((share) => (existsSync(share) ? readFileSync(share, 'utf8') : share))));
}

function passwordOf(secret: Buffer): string {
  return secret.toString('base64url');
}

/** One line that is not shown; from a pipe its first line. */
async function typed(question: string): Promise<string> {
  if (!process.stdin.isTTY) return ((await readAll(process.stdin)).split('\n')[0] ?? '').normalize('NFC');
  const nowhere = new Writable({
    write(_chunk, _encoding, done) {
      done();
    },
  });
  const lines = createInterface({ input: process.stdin, output: nowhere, terminal: true });
  process.stderr.write(question);
  const answer = await lines.question('');
  lines.close();
  process.stderr.write('\n');
  return answer.normalize('NFC');
}
