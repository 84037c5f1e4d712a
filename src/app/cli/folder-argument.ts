import { parseArgs } from 'node:util';

/** The one folder that a command is given; without it, or with more, the usage is told and there is none. */
export function folderArgument(args: string[], usage: string): string | undefined {
  const { positionals } = parseArgs({ args, allowPositionals: true, options: {} });
  const [folder] = positionals;
  if (folder !== undefined && positionals.length === 1) return folder;
  process.stderr.write(`Cách dùng / usage: ${usage}\n`);
  return undefined;
}
