import type { z } from 'zod';
import type { RouteContext } from '#kernel/route.ts';
import { zodProblems } from '#kernel/zod-problems.ts';
import { readBody } from '#engines/signatures/index.ts';
import { kernelErrors, type FieldProblem } from '#kernel/errors.ts';
import { cleanFileName } from '#engines/files/index.ts';
import type { Paper } from './commands/apply.ts';
import { MOST_PAPER_BYTES, MOST_PAPERS, paperTypeOf } from './domain/papers.ts';
import { errors } from './errors.ts';

/** Room for the fields around the files. */
const FIELD_BYTES = 64 * 1024;

export type PublicForm = { values: Record<string, string>; papers: Paper[] };

/**
 * The fields and files of a public form (multipart/form-data), refused while it comes in when it is too large.
 * @throws kernel.payloadTooLarge · kernel.invalidInput when it is no form · guest-offices.paperRefused
 */
export async function readForm({ request }: RouteContext): Promise<PublicForm> {
  const body = await readBody(request.raw, MOST_PAPERS * MOST_PAPER_BYTES + FIELD_BYTES);
  const contentType = request.headers['content-type'] ?? '';
  const data = await new Response(new Uint8Array(body), { headers: { 'content-type': contentType } }).formData().catch((cause: unknown) => {
    throw kernelErrors.invalidInput({ cause });
  });
  const values: Record<string, string> = {};
  const papers: Paper[] = [];
  for (const [name, value] of data) {
    if (typeof value === 'string') values[name] = value;
    else if (value.size > 0) papers.push(paperOf(cleanFileName(value.name).slice(0, 200), Buffer.from(await value.arrayBuffer())));
  }
  if (papers.length > MOST_PAPERS) throw paperRefused(papers[MOST_PAPERS]?.name ?? '');
  return { values, papers };
}

function paperOf(name: string, bytes: Buffer): Paper {
  const mediaType = paperTypeOf(bytes);
  if (mediaType === undefined || bytes.length > MOST_PAPER_BYTES) throw paperRefused(name);
  return { name, mediaType, bytes };
}

const paperRefused = (name: string): Error =>
  errors.paperRefused({ values: { name }, fields: [{ path: 'papers', vi: `Tệp “${name}” không nhận được. Chỉ nhận PDF, JPEG, PNG và tệp chứng thư, tối đa 5 MB.`, en: `“${name}” is not taken: only PDF, JPEG, PNG and certificates, at most 5 MB.` }] });

/** All problems of a form at once, field by field. @throws kernel.invalidInput */
export function parseForm<Schema extends z.ZodType>(schema: Schema, values: Record<string, string>): z.output<Schema> {
  const parsed = schema.safeParse(values);
  const problems: FieldProblem[] = parsed.success ? [] : zodProblems(parsed.error);
  if (values['password'] !== values['passwordAgain']) problems.push({ path: 'passwordAgain', vi: 'Hai lần nhập mật khẩu không giống nhau.', en: 'The two passwords differ.' });
  if (!parsed.success || problems.length > 0) throw kernelErrors.invalidInput({ fields: problems });
  return parsed.data;
}
