/** One password in the spelling that a program may have had of it. */
export interface PasswordForm {
  /** What goes into the derivation of PKCS#12, as UTF-16BE. */
  readonly text: string;
  /** What goes into PBKDF2. */
  readonly bytes: Buffer;
}

/** Grave, acute, tilde, hook above, dot below: tone marks, against marks that make another letter. */
const TONE = /[\u0300\u0301\u0303\u0309\u0323]/;

/**
 * The spellings of a typed password under which a key file may have been made, the likeliest first: as typed; both Unicode normal
 * forms; what the Vietnamese keyboard of Windows types, composed letters with tone marks by themselves (code page 1258), which is
 * neither form; and one character for each byte, as OpenSSL before 1.1 derived its keys. Plain letters have one spelling.
 */
export function passwordForms(typed: string): readonly PasswordForm[] {
  const spellings = [typed, typed.normalize('NFC'), typed.normalize('NFD'), withTonesApart(typed)];
  const forms = [...new Set(spellings)].map((text) => ({ text, bytes: Buffer.from(text, 'utf8') }));
  const bytewise = forms.map(({ bytes }) => ({ text: bytes.toString('latin1'), bytes }));
  return [...forms, ...bytewise].filter(({ text }, index, all) => all.findIndex((each) => each.text === text) === index);
}

function withTonesApart(text: string): string {
  return text.normalize('NFD').replace(/\P{M}\p{M}+/gu, (cluster) => {
    const [letter = '', ...marks] = cluster;
    const [tones, others] = [marks.filter((mark) => TONE.test(mark)), marks.filter((mark) => !TONE.test(mark))];
    return `${[letter, ...others].join('').normalize('NFC')}${tones.join('')}`;
  });
}
