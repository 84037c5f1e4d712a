import { parseArgs } from 'node:util';
import { examine, type Finding } from '../operations/doctor/index.ts';

/** Checks the installation and says what to do. Ends with 1 when something is wrong. */
export async function main(args: string[]): Promise<number> {
  const { values } = parseArgs({ args, options: { en: { type: 'boolean', default: false }, full: { type: 'boolean', default: false } } });
  let problems = 0;
  const tell = (finding: Finding): void => {
    if (finding.mark === 'problem') problems += 1;
    process.stdout.write(inWords(finding, values.en));
  };
  await examine(process.env, { isFull: values.full, tell });
  const good = values.en ? 'Nothing is wrong.' : 'Không có lỗi.';
  const bad = values.en ? `${String(problems)} to mend (✗).` : `${String(problems)} điều cần sửa (✗).`;
  process.stdout.write(`\n  ${problems === 0 ? good : bad}\n`);
  return problems === 0 ? 0 : 1;
}

const MARKS: Record<Finding['mark'], string> = { ok: '✓', warning: '!', problem: '✗' };

function inWords(finding: Finding, isEnglish: boolean): string {
  const line = `  ${MARKS[finding.mark]} ${isEnglish ? finding.en : finding.vi}\n`;
  return finding.mark === 'ok' ? line : `${line}      → ${isEnglish ? finding.fixEn : finding.fixVi}\n`;
}
