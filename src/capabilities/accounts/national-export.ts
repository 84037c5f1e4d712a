import { Readable } from 'node:stream';
import type { ListedAgency } from '#engines/identity/index.ts';

const COLUMNS = ['id', 'pid', 'code', 'code102', 'name', 'mail', 'isAgency', 'deleted', 'modifyDate'] as const;

/** Our agencies as the national list has its own: a JSON array, entry by entry. */
export function asJson(agencies: AsyncIterable<ListedAgency>): Readable {
  return Readable.from(jsonPieces(agencies), { objectMode: false });
}

async function* jsonPieces(agencies: AsyncIterable<ListedAgency>): AsyncGenerator<string> {
  let isFirst = true;
  yield '[';
  for await (const agency of agencies) {
    yield `${isFirst ? '' : ','}\n${JSON.stringify(agency)}`;
    isFirst = false;
  }
  yield '\n]\n';
}

/** The same as CSV (RFC 4180) with a byte order mark, without which spreadsheets misread Vietnamese. */
export function asCsv(agencies: AsyncIterable<ListedAgency>): Readable {
  return Readable.from(csvPieces(agencies), { objectMode: false });
}

async function* csvPieces(agencies: AsyncIterable<ListedAgency>): AsyncGenerator<string> {
  yield `\ufeff${COLUMNS.join(',')}\r\n`;
  for await (const agency of agencies) yield `${COLUMNS.map((column) => cell(String(agency[column] ?? ''))).join(',')}\r\n`;
}

/** Text that a spreadsheet would take for a formula gets an apostrophe. */
function cell(text: string): string {
  const harmless = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
