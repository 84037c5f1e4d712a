export type PasswordLimits = { lengthWithSecondFactor: number; lengthAlone: number };
export type PasswordProblem = { vi: string; en: string };

/** Longer texts only cost time to hash. */
const LONGEST_PASSWORD = 200;

/** One text, one password, however the keyboard composed its diacritics. */
export function normalisePassword(password: string): string {
  return password.normalize('NFKC');
}

/** Letters small and capital, digits, and signs: all four (TCVN 14423:2026, 5.6.2.2). */
function hasFourClasses(password: string): boolean {
  return /\p{Ll}/u.test(password) && /\p{Lu}/u.test(password) && /\p{Nd}/u.test(password) && /[^\p{L}\p{N}]/u.test(password);
}

/** Whether a password is good enough for somebody who signs in with nothing else. */
export function isLongPassword(password: string, limits: PasswordLimits): boolean {
  return Array.from(password).length >= limits.lengthAlone && hasFourClasses(password);
}

/** All that is wrong with a new password; an empty list when it may be used. */
export function passwordProblems(password: string, options: { login: string; hasSecondFactor: boolean; limits: PasswordLimits }): PasswordProblem[] {
  const { limits } = options;
  const problems: PasswordProblem[] = [];
  const length = Array.from(password).length;
  const least = options.hasSecondFactor ? limits.lengthWithSecondFactor : limits.lengthAlone;
  if (length < least) problems.push({ vi: `Mật khẩu cần ít nhất ${String(least)} ký tự.`, en: `A password needs at least ${String(least)} characters.` });
  if (length > LONGEST_PASSWORD) problems.push({ vi: `Mật khẩu dài nhất ${String(LONGEST_PASSWORD)} ký tự.`, en: `A password has at most ${String(LONGEST_PASSWORD)} characters.` });
  if (!options.hasSecondFactor && !hasFourClasses(password)) {
    problems.push({ vi: 'Cần có chữ thường, chữ hoa, chữ số và ký tự đặc biệt.', en: 'Small letters, capitals, digits and signs are all needed.' });
  }
  if (password.toLowerCase().includes(options.login)) problems.push({ vi: 'Mật khẩu không được chứa tên đăng nhập.', en: 'The password must not contain the login.' });
  if (length > 0 && new Set(password).size < Math.min(5, least)) problems.push({ vi: 'Mật khẩu lặp lại quá ít ký tự khác nhau.', en: 'The password repeats too few different characters.' });
  return problems;
}
