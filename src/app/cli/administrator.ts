import { parseArgs } from 'node:util';
import { systemActor } from '#kernel/actor.ts';
import { run } from '#kernel/command.ts';
import { readConfig } from '#kernel/config.ts';
import { createLog } from '#kernel/log.ts';
import { zodProblems } from '#kernel/zod-problems.ts';
import { hashPassword } from '#engines/identity/index.ts';
import { newAgencyRequest, newPersonRequest } from '#capabilities/accounts/contract.ts';
import { establishAdministrator, temporaryPassword } from '#capabilities/accounts/index.ts';
import { openInstallation } from '../installation.ts';

const TITLE = 'Quản trị hệ thống của tỉnh';

const USAGE = `Cách dùng / usage: npx lienthong administrator --login TÊN_ĐĂNG_NHẬP --name "HỌ VÀ TÊN"
  --agency MÃ            cơ quan của người này theo mã định danh; bỏ qua khi danh bạ chỉ có một cơ quan cấp tỉnh
                         the agency by its code, where it is not the only provincial one
  --agency-name "TÊN"    cơ quan đầu tiên của danh bạ trống, với --agency-code H56 và --agency-abbreviation UBND
                         the first agency of an empty directory
  --title "CHỨC DANH"    mặc định / unless given: ${TITLE}
  --force                tạo thêm dù tỉnh đã có quản trị viên / also when there is an administrator
`;

const fields = { login: newPersonRequest.shape.login, name: newPersonRequest.shape.fullName, title: newPersonRequest.shape.post.shape.title, agencyName: newAgencyRequest.shape.name, abbreviation: newAgencyRequest.shape.abbreviation };

/** Makes the first administrator of the province; the temporary password is printed once. @returns 64 when it was called wrongly. */
export async function main(args: string[]): Promise<number> {
  const asked = read(args);
  if (typeof asked === 'string') {
    process.stderr.write(`${asked}${USAGE}`);
    return 64;
  }
  const installation = await openInstallation(readConfig(), { log: createLog({ level: 'error' }) });
  try {
    const password = temporaryPassword();
    const input = { ...asked, passwordHash: await hashPassword(password) };
    const { agencyName } = await run(installation.kernel, establishAdministrator, input, { actor: systemActor('administrator') });
    process.stdout.write(report({ login: asked.login, name: asked.fullName, agencyName, password }));
    return 0;
  } finally {
    await installation.close();
  }
}

type Asked = Omit<Parameters<typeof establishAdministrator>[1], 'passwordHash'>;

const text = { type: 'string' } as const;
const options = { login: text, name: text, title: { ...text, default: TITLE }, agency: text, 'agency-name': text, 'agency-code': text, 'agency-abbreviation': { ...text, default: 'UBND' }, force: { type: 'boolean', default: false } } as const;

/** What was asked for, or what is wrong with it. */
function read(args: string[]): Asked | string {
  let values;
  try {
    ({ values } = parseArgs({ args, options }));
  } catch (error) {
    return `${error instanceof Error ? error.message : String(error)}\n\n`;
  }
  const problems: string[] = [];
  const checked = (field: keyof typeof fields, option: string, value: string | undefined): string => {
    const result = fields[field].safeParse(value ?? '');
    if (result.success) return result.data;
    problems.push(`${option}: ${zodProblems(result.error).map(({ vi, en }) => `${vi} / ${en}`).join('; ')}\n`);
    return '';
  };
  const person = { login: checked('login', '--login', values.login), fullName: checked('name', '--name', values.name), title: checked('title', '--title', values.title) };
  const name = values['agency-name'];
  const firstAgency =
    name === undefined
      ? undefined
      : { name: checked('agencyName', '--agency-name', name), abbreviation: checked('abbreviation', '--agency-abbreviation', values['agency-abbreviation']), code: values['agency-code']?.trim().toUpperCase() };
  if (problems.length > 0) return `${problems.join('')}\n`;
  return { ...person, firstAgency, agencyCode: values.agency?.trim().toUpperCase(), force: values.force };
}

function report(made: { login: string; name: string; agencyName: string; password: string }): string {
  return `
  ✓ ${made.name}, ${made.agencyName}
    Tên đăng nhập / login:           ${made.login}
    Mật khẩu tạm / temporary:        ${made.password}

  Mật khẩu chỉ hiện một lần ở đây. Lần đăng nhập đầu tiên sẽ đổi mật khẩu và cài mã xác thực trên điện thoại.
  Shown here once. The first sign-in changes it and sets up codes on the phone.

`;
}
