/**
 * The notation of a document, without its number (30/2020/NĐ-CP App. I.II.3): a named type gives `QĐ-SNV`; a type
 * without abbreviation (công văn) gives `SNV-VP` from the agency and the drafting unit or field.
 */
export function notationOf(parts: { typeAbbreviation: string | null; agencyAbbreviation: string; unitAbbreviation: string | null }): string {
  const groups = parts.typeAbbreviation === null ? [parts.agencyAbbreviation, parts.unitAbbreviation] : [parts.typeAbbreviation, parts.agencyAbbreviation];
  return groups.filter((group) => group !== null && group !== '').join('-');
}

/** A number as it stands on a document: those below 10 carry one leading zero, no others are padded (App. I.II.3.a). */
export function officialNumber(number: number): string {
  return String(number).padStart(2, '0');
}

/** Number and notation together: `05/SNV-VP`. */
export function numberAndNotation(number: number, notation: string): string {
  return `${officialNumber(number)}/${notation}`;
}
