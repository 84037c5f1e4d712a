/**
 * The time that a signer claims: /M of the signature dictionary (the place that EN 319 142-1 names), else the signed attribute. Both are
 * signed; /M comes first because widely used signers in Vietnam write local time into the attribute and call it UTC.
 */
import type { CmsSignature } from '../cms/verify.ts';
import type { PdfSignature } from '../pdf/reader/index.ts';

export function claimedTimeOf(signature: PdfSignature, cms: CmsSignature | undefined): Date | undefined {
  return parsePdfDate(signature.signingTime ?? '') ?? cms?.signedAttributes?.signingTime;
}

const pdfDate = /^(?:D:)?(\d{4})(\d{2})?(\d{2})?(\d{2})?(\d{2})?(\d{2})?(?:Z|([+-]\d{2})'?(\d{2})?)?/;

/** A PDF date (ISO 32000-2, 7.9.4) such as D:20260624153837+07'00'; without a zone it is taken as UTC. Undefined when it is none. */
export function parsePdfDate(text: string): Date | undefined {
  return parseUsual(text) ?? parseAny(text);
}

/** D:YYYYMMDDHHmmSS with Z, +HH'mm' or nothing behind it, as nearly all write it; undefined for anything else, right or wrong. */
function parseUsual(text: string): Date | undefined {
  const number = (at: number, digits: number): number => {
    let value = 0;
    for (let i = at; i < at + digits; i += 1) {
      const digit = text.charCodeAt(i) - 0x30;
      value = digit >= 0 && digit <= 9 ? value * 10 + digit : Number.NaN;
    }
    return value;
  };
  const [year, month, day, hour, minute, second] = [number(2, 4), number(6, 2), number(8, 2), number(10, 2), number(12, 2), number(14, 2)];
  const isSound = year >= 1000 && month >= 1 && month <= 12 && day >= 1 && day <= 28 && hour <= 23 && minute <= 59 && second <= 59;
  if (!isSound || !text.startsWith('D:')) return undefined;
  const sign = text.charAt(16);
  if (sign === 'Z' || sign === '') return new Date(Date.UTC(year, month - 1, day, hour, minute, second));
  const [ahead, minutesAhead] = [number(17, 2), number(20, 2)];
  if ((sign !== '+' && sign !== '-') || text.charAt(19) !== "'" || !(ahead <= 23 && minutesAhead <= 59)) return undefined;
  const offsetMinutes = (ahead * 60 + minutesAhead) * (sign === '+' ? 1 : -1);
  return new Date(Date.UTC(year, month - 1, day, hour, minute - offsetMinutes, second));
}

function parseAny(text: string): Date | undefined {
  const match = pdfDate.exec(text);
  if (!match) return undefined;
  const part = (index: number, usual: string): string => match[index] ?? usual;
  const zone = match[7] === undefined ? 'Z' : `${match[7]}:${part(8, '00')}`;
  const instant = new Date(`${part(1, '')}-${part(2, '01')}-${part(3, '01')}T${part(4, '00')}:${part(5, '00')}:${part(6, '00')}${zone}`);
  return Number.isNaN(instant.getTime()) ? undefined : instant;
}
