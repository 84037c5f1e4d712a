import type { Kernel } from '#kernel/kernel.ts';
import { readBytes } from '#engines/files/index.ts';
import type { FoundPlaces } from '../adapters/document-reader/protocol.ts';
import { documentReader } from '../adapters/document-reader/reader.ts';

/**
 * Where the signature belongs on the pages of a stored file (above the signer's name, NĐ 30/2020 App. I.II.7), and for the
 * clerk the blanks for number and date; where initials go that nobody places. Where the name is not found the usual place on the last page is proposed.
 * @throws AppError `files.notStored`; `signatures.pdf.*` when the file cannot be read
 */
export async function suggestPlacement(kernel: Kernel, sha256: string, options: { signerName: string }): Promise<FoundPlaces> {
  return documentReader.findPlaces(await readBytes(kernel, sha256), options.signerName);
}
