/** The two ways of writing the code of an agency, and how they turn into one another. */

export type AgencyCodeScheme = 'qcvn-2016' | 'qd-20-2020' | 'other';

export interface AgencyCode {
  readonly scheme: AgencyCodeScheme;
  readonly text: string;
  /**
   * The same place in the other scheme by the convention of turning the groups round: `000.20.31.H53` ⇔ `H53.31.20`. A convention, no
   * guarantee: provinces have numbered anew, so that a directory that knows both codes is asked first. Null where there is none.
   */
  readonly counterpart: string | null;
}

/** QCVN 102:2016 and QĐ 28/2018 Art. 10.2.a: four groups, 13 characters, the highest level last. */
const old = /^(\d{3})\.(\d{2})\.(\d{2})\.([A-Z]\d{2})$/;
/** QĐ 20/2020 Art. 4: groups of digits and letters with dots, the highest level first, at most 35 characters. */
const current = /^[A-Z]\d{2}(?:\.[0-9A-Z]+)*$/;

export function readAgencyCode(given: string): AgencyCode {
  const text = given.trim().toUpperCase();
  const groups = old.exec(text);
  if (groups !== null) {
    const [v = '', z = '', y = '', top = ''] = groups.slice(1);
    const levels = [y, z, v];
    // A level of zeros below which another level stands cannot be left out without changing the meaning of what is below.
    const used = levels.findLastIndex((each) => /[1-9]/.test(each)) + 1;
    const hasGap = levels.slice(0, used).some((each) => /^0+$/.test(each));
    return { scheme: 'qcvn-2016', text, counterpart: hasGap ? null : [top, ...levels.slice(0, used)].join('.') };
  }
  if (!current.test(text) || text.length > 35) return { scheme: 'other', text: given.trim(), counterpart: null };
  return { scheme: 'qd-20-2020', text, counterpart: oldFormOf(text.split('.')) };
}

function oldFormOf([top = '', y = '00', z = '00', v = '000', ...deeper]: readonly string[]): string | null {
  const fits = deeper.length === 0 && /^\d{2}$/.test(y) && /^\d{2}$/.test(z) && /^\d{3}$/.test(v);
  return fits ? `${v}.${z}.${y}.${top}` : null;
}
