/**
 * The time that a signer claims: /M of the signature dictionary (the place that EN 319 142-1 names), else the signed attribute. Both are
 * signed; /M comes first because widely used signers in Vietnam write local time into the attribute and call it UTC.
 */
import type { CmsSignature } from '../cms/verify.ts';
import type { PdfSignature } from '../pdf/reader/index.ts';

export function claimedTimeOf(signature: PdfSignature, cms: CmsSignature | undefined): Date | undefined {
  return parsePdfDate(signature.signingTime ?? '') ?? cms?.signedAttributes?.signingTime;
}

/** A PDF date (ISO 32000-2, 7.9.4) such as D:20260624153837+07'00'; without a zone it is taken as UTC. Undefined when it is none. */
export function parsePdfDate(text: string): Date | undefined {
  const match = /^(?:D:)?(\d{4})(\d{2})?(\d{2})?(\d{2})?(\d{2})?(\d{2})?(?:(Z)|([+-])(\d{2})'?(\d{2})?)?/.exec(text);
  if (!match) return undefined;
  const [, year, month = '01', day = '01', hour = '00', minute = '00', second = '00', , sign, zoneHour = '00', zoneMinute = '00'] = match;
  const zone = sign === undefined ? 'Z' : `${sign}${zoneHour}:${zoneMinute}`;
  const instant = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}${zone}`);
  return Number.isNaN(instant.getTime()) ? undefined : instant;
}
