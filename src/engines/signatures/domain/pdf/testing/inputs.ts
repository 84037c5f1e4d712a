import type { TestContext } from 'node:test';
import { buildPdf } from '../testing.ts';
import { hasOracle, runOracle } from '../testing-signer.ts';

/** A kind of file that has to be accepted for reading and signing. */
export type InputKind = {
  readonly name: string;
  readonly pdf: Buffer;
  readonly isEncrypted: boolean;
};

const plain = buildPdf({ pages: 3, fillerBytes: 2000, content: (i) => `BT /F1 13 Tf 72 770 Td (Trang ${i + 1}) Tj ET` });

const optionsByKind: readonly { readonly name: string; readonly options: readonly string[] }[] = [
  { name: 'object streams', options: ['--object-streams=generate'] },
  { name: 'linearised', options: ['--linearize'] },
  { name: 'linearised with object streams', options: ['--linearize', '--object-streams=generate'] },
  { name: 'PDF 1.3', options: ['--force-version=1.3', '--object-streams=disable'] },
  { name: 'PDF 2.0', options: ['--force-version=2.0', '--object-streams=generate'] },
  { name: 'RC4-40', options: ['--allow-weak-crypto', '--encrypt', '', 'owner', '40', '--'] },
  { name: 'RC4-128', options: ['--allow-weak-crypto', '--encrypt', '', 'owner', '128', '--use-aes=n', '--'] },
  { name: 'RC4-128 V4', options: ['--allow-weak-crypto', '--encrypt', '', 'owner', '128', '--force-V4', '--use-aes=n', '--'] },
  { name: 'AES-128', options: ['--allow-weak-crypto', '--encrypt', '', 'owner', '128', '--use-aes=y', '--'] },
  { name: 'AES-128 with object streams', options: ['--object-streams=generate', '--allow-weak-crypto', '--encrypt', '', 'owner', '128', '--use-aes=y', '--'] },
  { name: 'AES-128, metadata in clear', options: ['--allow-weak-crypto', '--encrypt', '', 'owner', '128', '--use-aes=y', '--cleartext-metadata', '--'] },
  { name: 'AES-256 R5', options: ['--allow-weak-crypto', '--encrypt', '', 'owner', '256', '--force-R5', '--'] },
  { name: 'AES-256 R6', options: ['--encrypt', '', 'owner', '256', '--'] },
  { name: 'AES-256 R6 with object streams', options: ['--object-streams=generate', '--encrypt', '', 'owner', '256', '--'] },
  { name: 'RC4-128 linearised', options: ['--linearize', '--allow-weak-crypto', '--encrypt', '', 'owner', '128', '--use-aes=n', '--'] },
  { name: 'AES-256 R6 linearised with object streams', options: ['--linearize', '--object-streams=generate', '--encrypt', '', 'owner', '256', '--'] },
];

/** What qpdf makes of the plain file, and two of those damaged. */
export const qpdfKinds: readonly { readonly name: string; readonly make: () => InputKind }[] = optionsByKind.flatMap(({ name, options }) => {
  const isEncrypted = options.includes('--encrypt');
  const make = (): InputKind => ({ name, pdf: qpdf(options), isEncrypted });
  if (name !== 'AES-128' && name !== 'AES-256 R6 with object streams') return [{ name, make }];
  const shifted = `${name}, shifted offsets`;
  return [{ name, make }, { name: shifted, make: () => ({ name: shifted, pdf: shiftedOffsets(qpdf(options)), isEncrypted }) }];
});

/** All of them; the test is skipped, loudly, without qpdf. */
export function qpdfInputs(t: TestContext): readonly InputKind[] {
  return hasOracle(t, 'qpdf') ? qpdfKinds.map(({ make }) => make()) : [];
}

/** A file that cannot be opened without the password `secret`. */
export function lockedInput(): Buffer {
  return qpdf(['--encrypt', 'secret', 'owner', '256', '--']);
}

function qpdf(options: readonly string[]): Buffer {
  return runOracle('qpdf', [...options, 'in.pdf', 'out.pdf'], { 'in.pdf': plain }).read('out.pdf');
}

/** Files as broken programs and transfers leave them. */
export function handmadeInputs(): readonly InputKind[] {
  const packed = buildPdf({ xref: 'packed', pages: 3 });
  const kinds: readonly { readonly name: string; readonly pdf: Buffer }[] = [
    { name: 'table', pdf: plain },
    { name: 'cross-reference stream', pdf: buildPdf({ xref: 'stream', pages: 3 }) },
    { name: 'packed', pdf: packed },
    { name: 'hybrid', pdf: hybrid() },
    { name: 'junk behind the end', pdf: Buffer.concat([plain, Buffer.from('\r\n\0\0<html>junk</html>')]) },
    { name: 'much junk behind the end', pdf: Buffer.concat([plain, Buffer.alloc(20_000)]) },
    { name: 'broken startxref', pdf: edited(plain, (text) => text.replace(/startxref\n\d+/, 'startxref\n7')) },
    { name: 'broken startxref, packed', pdf: edited(packed, (text) => text.replace(/startxref\n\d+/, 'startxref\n99999999')) },
    { name: 'shifted offsets', pdf: shiftedOffsets(plain) },
    { name: 'shifted offsets, packed', pdf: shiftedOffsets(packed) },
    { name: 'no cross-references at all', pdf: edited(plain, (text) => text.slice(0, text.indexOf('xref\n0'))) },
    { name: 'rows of 19 bytes', pdf: edited(plain, (text) => text.replace(/(\d{10} \d{5} [nf]) \n/g, '$1\n')) },
    { name: 'one page at a wrong offset', pdf: wrongPageOffset() },
  ];
  return kinds.map((kind) => ({ ...kind, isEncrypted: false }));
}

function edited(pdf: Buffer, edit: (text: string) => string): Buffer {
  const text = pdf.toString('latin1');
  const changed = edit(text);
  if (changed === text) throw new Error('the edit changed nothing');
  return Buffer.from(changed, 'latin1');
}

function shiftedOffsets(pdf: Buffer): Buffer {
  return edited(pdf, (text) => text.replace('\n', '\n% one line more\n'));
}

function wrongPageOffset(): Buffer {
  return edited(plain, (text) => {
    const at = text.indexOf('10 0 obj');
    return text.replace(`${String(at).padStart(10, '0')} 00000 n`, `${String(at + 3).padStart(10, '0')} 00000 n`);
  });
}

/** A table for old readers, and a stream beside it with an object that the table calls free (ISO 32000-2, 7.5.8.4). */
function hybrid(): Buffer {
  const base = buildPdf({ pages: 3, objects: ['<</Hidden(no)>>'] }).toString('latin1');
  const body = base.slice(0, base.indexOf('xref\n0'));
  const table = base.slice(body.length, base.indexOf('trailer'));
  const offset = body.indexOf('10 0 obj');
  const rows = Buffer.from([1, (offset >> 8) & 255, offset & 255, 0]);
  const num = Number(/^xref\n0 (\d+)/.exec(table)?.[1]);
  const stream = `${num} 0 obj\n<</Type/XRef/W[1 2 1]/Index[10 1]/Size ${num + 1}/Root 1 0 R/Length 4>>stream\n${rows.toString('latin1')}\nendstream\nendobj\n`;
  const hidden = table.replace(`${String(offset).padStart(10, '0')} 00000 n`, '0000000000 00000 f');
  const trailer = `trailer\n<</Size ${num}/Root 1 0 R/Info 4 0 R/XRefStm ${body.length}/ID[<00><00>]>>\nstartxref\n${body.length + stream.length}\n%%EOF\n`;
  return Buffer.from(`${body}${stream}${hidden}${trailer}`, 'latin1');
}
