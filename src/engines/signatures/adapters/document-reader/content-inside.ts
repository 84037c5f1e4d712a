/** Content that a CMS signature carries inside (.p7m): its bytes, and what kind of file they are. */
import { children, contentOf, fieldsOf, oidOf, readAsn1 } from '../../domain/asn1/reader.ts';
import { Asn1Error } from '../../domain/asn1/errors.ts';
import { CmsError } from '../../domain/cms/verify-errors.ts';
import { parseCms, type CmsSignature } from '../../domain/cms/verify.ts';
import { kindOfFile } from './signed-kind.ts';

export type ContentInside = { bytes: Buffer; mediaType: string };

/** Undefined for a detached signature, and for one that cannot be read: the validation says so. */
export function contentInside(signature: Buffer): ContentInside | undefined {
  try {
    const cms = parseCms(signature);
    if (cms.content === undefined || cms.content.length === 0) return undefined;
    return { bytes: cms.content, mediaType: statedType(cms) ?? seenType(cms.content) };
  } catch (error) {
    if (error instanceof CmsError) return undefined;
    throw error;
  }
}

/** The signed attribute mime-type (EN 319 122-1 clause 5.2.5.2). */
const mimeTypeAttribute = '0.4.0.1733.2.1';

function statedType({ signedAttributes }: CmsSignature): string | undefined {
  if (signedAttributes === undefined) return undefined;
  try {
    for (const attribute of children(readAsn1(signedAttributes.encoded, { ber: true }))) {
      const fields = fieldsOf(attribute);
      if (oidOf(fields.take()) !== mimeTypeAttribute) continue;
      const [value] = children(fields.take(0x31));
      const text = value && contentOf(value).toString('utf8');
      return text !== undefined && /^[\w.+-]{1,60}\/[\w.+-]{1,100}$/.test(text) ? text : undefined;
    }
    return undefined;
  } catch (error) {
    if (error instanceof Asn1Error) return undefined;
    throw error;
  }
}

function seenType(content: Buffer): string {
  if (content.subarray(0, 4).equals(Buffer.from('PK\u0003\u0004', 'latin1'))) return 'application/zip';
  const kind = kindOfFile(content);
  return kind === 'pdf' ? 'application/pdf' : kind === 'xml' ? 'application/xml' : 'application/octet-stream';
}
