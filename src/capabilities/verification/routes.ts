import { z } from 'zod';
import { AppError, kernelErrors } from '#kernel/errors.ts';
import type { Kernel } from '#kernel/kernel.ts';
import { anyone, htmlPage, rawJson, route, type Route, type RouteContext, type SpecialReply } from '#kernel/route.ts';
import { builtInNotice, readBody, validateBytes, type StoredReport } from '#engines/signatures/index.ts';
import { validationReply } from './contract.ts';
import { verificationErrors } from './errors.ts';
import { findFormFile, type FormFile } from './multipart.ts';
import { plainReport } from './plain-report.ts';
import { askPage } from './portal/ask-page.ts';
import type { PageFrame } from './portal/page.ts';
import { reportPage } from './portal/report-page.ts';
import { fonts, stylesheet, stylesheetName } from './portal/stylesheet.ts';
import { words, type Language } from './portal/words.ts';
import { withinLimits } from './rate-limit.ts';

const toEverybody = anyone('whoever receives a document may ask whether its signatures hold');
const query = z.object({ lang: z.enum(['vi', 'en']).optional().catch(undefined) });
/** Room for the form around the file. */
const FORM_BYTES = 16 * 1024;

export const verificationRoutes: readonly Route[] = [
  route({
    method: 'GET',
    url: '/kiem-tra',
    summary: 'The public page on which anybody checks the signatures of a PDF.',
    access: toEverybody,
    query,
    run: (http, { query: { lang } }) => Promise.resolve(htmlPage(askPage({ ...frameOf(http.kernel, lang ?? http.language), limitMb: limitMb(http.kernel) }))),
  }),
  route({
    method: 'POST',
    url: '/kiem-tra',
    summary: 'The report on the uploaded PDF as a page. The file is not kept.',
    access: toEverybody,
    query,
    streamedBody: true,
    run: (http, { query: { lang } }) => answerForm(http, lang ?? http.language),
  }),
  route({
    method: 'POST',
    url: '/api/v1/validations',
    summary: 'Validates the signatures of a PDF in the body (application/pdf). The file is not kept.',
    access: toEverybody,
    streamedBody: true,
    reply: validationReply,
    run: async ({ kernel, ip, request }) => {
      const type = request.headers['content-type']?.split(';')[0]?.trim().toLowerCase();
      if (type !== 'application/pdf' && type !== 'application/octet-stream') throw verificationErrors.wrongMediaType();
      const report = await withinLimits(kernel, ip, async () => validateBytes(kernel, await readBody(request.raw, kernel.config.uploadLimitBytes)));
      const plain = plainReport(report);
      if (plain === undefined) throw verificationErrors.unreadable({ values: { reason: report.problem?.text.vi ?? '', reasonEn: report.problem?.text.en ?? '' }, data: report.problem });
      return rawJson(JSON.stringify(plain));
    },
  }),
  route({
    method: 'GET',
    url: '/kiem-tra/:asset',
    summary: 'Style sheet and fonts of the public page.',
    access: toEverybody,
    params: z.object({ asset: z.string().max(100) }),
    run: (_http, { params: { asset } }) => Promise.resolve(assetReply(asset)),
  }),
];

async function answerForm(http: RouteContext, language: Language): Promise<SpecialReply> {
  try {
    const { file, report } = await withinLimits(http.kernel, http.ip, () => readAndValidate(http));
    return htmlPage(reportPage({ ...frameOf(http.kernel, language), report, fileName: file.name }), report.indication === 'UNREADABLE' ? 422 : 200);
  } catch (error) {
    if (!(error instanceof AppError) || error.entry.status >= 500) throw error;
    const { message, fix } = error.describe(language);
    const problem = { title: words[language].errorTitle, text: message, todo: fix ?? '' };
    return htmlPage(askPage({ ...frameOf(http.kernel, language), limitMb: limitMb(http.kernel), problem }), error.entry.status);
  }
}

async function readAndValidate({ kernel, request }: RouteContext): Promise<{ file: FormFile; report: StoredReport }> {
  const body = await readBody(request.raw, kernel.config.uploadLimitBytes + FORM_BYTES);
  const file = findFormFile(request.headers['content-type'], body, 'file');
  if (file === undefined || file.bytes.length === 0) throw verificationErrors.noFile();
  return { file, report: await validateBytes(kernel, file.bytes) };
}

function assetReply(asset: string): SpecialReply {
  if (asset === stylesheetName) return { special: 'bytes', body: Buffer.from(stylesheet), contentType: 'text/css; charset=utf-8', immutable: true };
  const font = fonts.get(asset);
  if (font === undefined) throw kernelErrors.notFound();
  return { special: 'bytes', body: font, contentType: 'font/woff2', immutable: true, sizeBytes: font.length };
}

function frameOf(kernel: Kernel, language: Language): PageFrame {
  return { language, notice: builtInNotice(kernel, language) };
}

function limitMb({ config }: Kernel): number {
  return Math.floor(config.uploadLimitBytes / 1_048_576);
}
