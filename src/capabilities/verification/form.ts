import type { Kernel } from '#kernel/kernel.ts';
import { AppError } from '#kernel/errors.ts';
import { htmlPage, type RouteContext, type SpecialReply } from '#kernel/route.ts';
import { builtInNotice, readBody } from '#engines/signatures/index.ts';
import { verificationErrors } from './errors.ts';
import { findFormFile, findFormFiles, type FormFile } from './multipart.ts';
import { askPage } from './portal/ask-page.ts';
import type { PageFrame } from './portal/page.ts';
import { words, type Language } from './portal/words.ts';

/** Room for the form around the file. */
const FORM_BYTES = 16 * 1024;

/**
 * The file of a public form, refused while it comes in when it is larger than uploads may be.
 * @throws verification.noFile, kernel.payloadTooLarge
 */
export async function readFormFile(http: RouteContext): Promise<FormFile> {
  return (await readSignedForm(http)).file;
}

export type SignedForm = {
  file: FormFile;
  /** The files that a detached signature is about. */
  beside: FormFile[];
};

/** As `readFormFile`, with the file or files that a detached signature needs; all together are no larger than one upload may be. */
export async function readSignedForm({ kernel, request }: RouteContext): Promise<SignedForm> {
  const body = await readBody(request.raw, kernel.config.uploadLimitBytes + FORM_BYTES);
  const file = findFormFile(request.headers['content-type'], body, 'file');
  if (file === undefined) throw verificationErrors.noFile();
  const beside = findFormFiles(request.headers['content-type'], body, 'content');
  return { file, beside: beside.filter(({ bytes }) => bytes.length > 0) };
}

/** What stands around every public page. */
export function frameOf(kernel: Kernel, language: Language): PageFrame {
  return { language, notice: builtInNotice(kernel, language) };
}

/** The largest file that a form takes, in megabytes. */
export function limitMb({ config }: Kernel): number {
  return Math.floor(config.uploadLimitBytes / 1_048_576);
}

/** What the public forms answer; when that cannot be, the first page again with what went wrong and what to do. */
export async function answerProblem(kernel: Kernel, language: Language, answer: () => Promise<SpecialReply>): Promise<SpecialReply> {
  try {
    return await answer();
  } catch (error) {
    if (!(error instanceof AppError) || error.entry.status === 500) throw error;
    const { message, fix } = error.describe(language);
    const problem = { title: words[language].errorTitle, text: message, todo: fix ?? '' };
    return htmlPage(askPage({ ...frameOf(kernel, language), limitMb: limitMb(kernel), problem }), error.entry.status);
  }
}
