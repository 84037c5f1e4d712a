/** One line of the report. A problem makes the doctor end with 1; a warning is worth a look; both say what to do. */
export type Finding = { vi: string; en: string } & ({ mark: 'ok' } | { mark: 'warning' | 'problem'; fixVi: string; fixEn: string });

type Text = { vi: string; en: string };

export const ok = (text: Text): Finding => ({ mark: 'ok', ...text });

export const warning = (text: Text, fix: Text): Finding => ({ mark: 'warning', ...text, fixVi: fix.vi, fixEn: fix.en });

export const problem = (text: Text, fix: Text): Finding => ({ mark: 'problem', ...text, fixVi: fix.vi, fixEn: fix.en });
