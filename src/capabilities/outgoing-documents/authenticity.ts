import { randomBytes } from 'node:crypto';
import type { CommandContext } from '#kernel/command.ts';
import type { Config } from '#kernel/config.ts';
import type { DocumentRow, Tables } from './tables.ts';

/** 31 letters and digits that nobody mistakes for each other on paper. */
const ALPHABET = '23456789abcdefghjkmnpqrstuvwxyz';
const LENGTH = 20;

/**
 * The code of a document's public page, made once and kept with it. It has 99 bits from the system's generator: whoever has no copy of the document
 * cannot guess it.
 */
export async function authenticityCodeOf(ctx: CommandContext, document: DocumentRow): Promise<string> {
  if (document.authenticity_code !== null) return document.authenticity_code;
  const code = newCode();
  await ctx
    .tables<Tables>()
    .updateTable('outgoing_documents.document')
    .set({ authenticity_code: code })
    .where('agency_id', '=', document.agency_id)
    .where('id', '=', document.id)
    .execute();
  return code;
}

function newCode(): string {
  let code = '';
  while (code.length < LENGTH) {
    for (const byte of randomBytes(LENGTH)) {
      // 248 is the largest multiple of 31 in a byte: no letter is likelier than another
      if (byte < 248 && code.length < LENGTH) code += ALPHABET[byte % ALPHABET.length] ?? '';
    }
  }
  return code;
}

/** Where the code leads: what stands in the QR code on the document. */
export function authenticityUrl(config: Pick<Config, 'publicUrl' | 'port'>, code: string): string {
  return `${(config.publicUrl ?? `http://localhost:${String(config.port)}`).replace(/\/$/, '')}/xac-thuc/${code}`;
}
