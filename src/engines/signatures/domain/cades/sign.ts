/**
 * CAdES baseline signatures, detached, of any file (ETSI EN 319 122-1 clause 6): the same two phases as for PDF. First `cadesAttributes`
 * from the file's digest; whoever holds the key signs those bytes; then `embedCades`. Both halves are plain bytes, so days may lie between.
 */
import { createHash } from 'node:crypto';
import { oid, seq, set, setOf, time, utf8 } from '../asn1/der.ts';
import { children, rawOf, readAsn1 } from '../asn1/reader.ts';
import { assembleCms, signedAttributes } from '../cms/sign.ts';
import type { CmsParts, CmsSigner } from '../cms/sign.ts';
import type { HashName } from '../pki/algorithms.ts';
import { OID } from '../pki/oids.ts';

export interface CadesContent {
  /** The file's digest under the signer's hash. */
  readonly digest: Buffer;
  /** What the signer claims; whole seconds. */
  readonly signingTime: Date;
  /** The media type of the file, for the reader of the signature. */
  readonly mimeType?: string;
}

/** EN 319 122-1 clause 5.2.5.2. */
const mimeTypeAttribute = '0.4.0.1733.2.1';

/**
 * The attributes to be signed, as the DER SET whose bytes are hashed and signed. To what every CAdES signature has, table 1 of clause 6.3
 * adds the signing time, which a PDF signature must not have.
 */
export function cadesAttributes(signer: CmsSigner, { digest, signingTime, mimeType }: CadesContent): Buffer {
  const basic = children(readAsn1(signedAttributes(signer, digest))).map(rawOf);
  const claimed = seq(oid(OID.signingTime), set(time(signingTime)));
  return setOf([...basic, claimed, ...(mimeType === undefined ? [] : [seq(oid(mimeTypeAttribute), set(utf8(mimeType)))])]);
}

/** The finished signature file (`.p7s`, DER): B-B, or B-T with a token over the signature value. */
export function embedCades(signer: CmsSigner, parts: CmsParts): Buffer {
  return assembleCms(signer, parts);
}

/** The digest of a file of any size, read once, in constant memory. */
export async function digestOfStream(content: AsyncIterable<Uint8Array>, hash: HashName): Promise<Buffer> {
  const digest = createHash(hash);
  for await (const piece of content) digest.update(piece);
  return digest.digest();
}
